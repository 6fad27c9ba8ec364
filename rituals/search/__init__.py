"""The search of the registry: which area a question is about, said only as surely as it is known.

`Index(areas).ask(question)` gives an Answer: direct (sure), menu (up to three, best first) or none. `words` cuts
sentences into stems, `spelling` repairs mistyped words one by one, `lexicon` knows other words for the same matter
(search_words.yaml), `index` weighs it all by BM25F over names, aliases, category and guardrail.

What each step adds: first place / among three / wrong direct answers (of areas + of unanswerable questions).
Two cores, Python 3.11, 60 areas; the last column is the mean time of one `ask`.

| step                       | practice (105+15) | kept apart, early (250+41) | kept apart, late (72+8) | ms   |
|----------------------------|-------------------|----------------------------|-------------------------|------|
| words only (BM25F)         | 62 % / 69 % / 0+0 | 45 % / 48 % / 0+0          |  7 % / 12 % / 0+0       | 0.05 |
| + stemming                 | 70 % / 72 % / 0+0 | 52 % / 54 % / 1+0          | 11 % / 21 % / 0+0       | 0.08 |
| + repair of typos          | 81 % / 85 % / 1+0 | 62 % / 65 % / 1+0          | 11 % / 21 % / 0+0       | 0.10 |
| + character n-grams        | 82 % / 86 % / 1+0 | 62 % / 66 % / 1+0          | 11 % / 19 % / 0+0       | 0.10 |
| + lexicon                  | 91 % / 98 % / 0+0 | 84 % / 96 % / 0+0          | 38 % / 60 % / 0+0       | 0.15 |
| + sentence model           | not measured: `meaning` is a seam, no model is shipped                    |      |

Typos at first place, step by step: practice 5, 6, 18, 19, 20 of 20; early 12, 16, 42, 42, 42 of 42.

How far to trust it: one hand wrote lexicon and questions. `early` was written before the lexicon or while it
grew, so its figures flatter; `late` was written when lexicon and weights stood still, asked once, and nearly all
of it avoids the words of area and aliases: that is the honest figure for such questions. The practice questions
had been read before the lexicon was written, and copies of them taken out as far as found; their last row
flatters too. Of unanswerable questions half to four fifths get a menu; one of 59 kept apart was answered
directly, in a set that is used up since.

At 10,000 areas: p50 1.1 ms, p99 2.9 ms, slowest of 1,557 4.5 ms; built in 1.3 s; 31 MB.
At 60: p50 0.15 ms, p99 0.4 ms; built in 0.15 s; 1 MB.
"""

from rituals.search.index import Answer, Area, Index, Meaning, Steps, Weights

__all__ = ["Answer", "Area", "Index", "Meaning", "Steps", "Weights"]
