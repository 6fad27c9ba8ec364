"""Hints on language that gets in the way: pure text in, hints out, and nothing kept.

`hints(text)` gives every hint of a draft, `hint_for(text)` the one to show in Slack, or None.
`reply_to_self_blame()` is what somebody hears who blames themselves. `quoting` hides what isn't the writer's own,
`words` and `grammar` find who does what, `rules` are data (rules.yaml), `model` weighs in where rules alone would
be too sure or too deaf.

How far to trust it: one hand wrote rules and sentences. Each part below was written when rules and weights stood
still, and this is its first count. Then it was read and added to the open ones; `apart` and 5 (`fresh`) were not,
and of them nothing but the counts has been looked at.

| part (sentences), in the voices of      | blame found as nudge | self-blame as self | false on clean |
|-----------------------------------------|----------------------|--------------------|----------------|
| apart (431), before there was a rule    | 183 of 238, 77 %     | 29 of 30           | 3 of 150       |
| 1 (246) pilots, cooks, gamers, lawyers  | 40 of 128, 31 %      | 12 of 20           | 2 of 92        |
| 2 (215) incident reviews                | 79 of 108, 73 %      | 19 of 20           | 5 of 79        |
| 3 (189) a hospital, an agency, a startup| 55 of 92, 60 %       | 11 of 15           | 2 of 77        |
| 4 (182) a bank, a studio, a ministry    | 47 of 104, 45 %      | 14 of 15           | 2 of 58        |
| 5 (223) incident accounts               | 108 of 115, 94 %     | 20 of 20           | 1 of 80        |
| 6 (145) accounts in unusual turns       | 52 of 89, 58 %       | 12 of 12           | 0 of 44        |
| 7 (74) the last                         | 34 of 44, 77 %       | 5 of 6             | 0 of 24        |
| 1 to 7 together                         | 415 of 680, 61 %     | 93 of 108, 86 %    | 12 of 454, 2.6 %|

So what is said in the usual words is heard, and of what is said in unusual ones about half. `apart` has been
counted by hand three times, and the suite counts it at every run: after all this it stands at 86 %, 30 of 30 and
3 of 150.

The model is worth having for its veto. Where it hears next to nothing (UNHEARD) a rule is dropped: one rightly
found sentence in a hundred is lost and one false alarm in six. Alone it speaks from LOUD on: a quarter of what the
rules miss, for 1.6 % more false alarms in five-fold training; in Slack only from SURE_ALONE on.

In Slack: of 16,000 sentences of manuals and docstrings (others', and not kept) 0.22 % would get a hint, 0.9 % at
the shell; many of these ask for care, as vigilance does. Of the blame that the shell finds, Slack shows four
fifths.

Cost: 0.3 s for the first text (patterns are built once), 8 MB, then about 0.5 ms a sentence, on one slow core.
"""

from rituals.blameless.hints import Hint, hint_for, hints, reply_to_self_blame

__all__ = ["Hint", "hint_for", "hints", "reply_to_self_blame"]
