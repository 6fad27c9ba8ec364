"""Hints on language that gets in the way: pure text in, hints out, and nothing kept.

`hints(text)` gives every hint of a draft, `hint_for(text)` the one to show in Slack, or None.
`reply_to_self_blame()` is what somebody hears who blames themselves. `quoting` hides what isn't the writer's own,
`words` and `grammar` find who does what, `rules` are data (rules.yaml), `model` weighs in where rules alone would
be too sure or too deaf.
"""

from rituals.blameless.hints import Hint, hint_for, hints, reply_to_self_blame

__all__ = ["Hint", "hint_for", "hints", "reply_to_self_blame"]
