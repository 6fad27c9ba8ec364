"""How much of blame the hints find, and how often they are wrong: `make blameless`.

The sentences lie beside this (sentences/*.txt). `open` ones made the rules and the weights, so their figures
flatter. `apart` ones were written before the first rule, in voices and phrasings of their own. `fresh` and `held`
ones were written when rules and weights stood still, and never read since; so were the `open_fresh` and
`open_more` ones, which were added to the open ones after their first count. rituals/blameless/__init__.py has the
table of all first counts.
"""
