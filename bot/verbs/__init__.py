"""The verbs of `python -m bot` that belong to one ritual.

They stand apart from its listeners, so that `python -m bot` reads its words without loading Slack's side of
the bot: the Prometheus library chooses, when it is imported, whether several processes add up their numbers,
and `serve` has to have said so by then.
"""
