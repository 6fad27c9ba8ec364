"""What somebody is told before answering: by whom, for whom, until when, and what can't be promised.

The terms are frozen when a pulse is launched, and told from then on as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rituals.errors import Refusal


class NoOperator(Refusal):
    """Whoever answers a pulse must know who runs this Candor, and I don't know it. Ask whoever runs it to set
    CANDOR_OPERATOR, for example to `the platform team`, or to their member id.
    """


@dataclass(frozen=True)
class Terms:
    """What holds for one pulse.

    `custody` is file or wrapped; `operator` who runs the machine, in words or as a member id; `looks_after`
    whether that person began this pulse or looks after it; `viewers` who sees the result, in words; `asked` who
    is asked, in words, when that isn't a whole channel or whom somebody picked.
    """

    custody: str
    k: int
    operator: str
    looks_after: bool
    viewers: str
    closes: str
    version: str
    asked: str = ""

    def kept(self) -> dict[str, Any]:
        return asdict(self)


def read_terms(kept: Mapping[str, Any]) -> Terms:
    """What `kept` gave."""
    return Terms(**kept)


def operator_in_words(operator: str) -> str:
    """A member id as a mention, everything else as it was written."""
    is_id = operator[:1] in ("U", "W") and operator.isalnum() and operator.isupper()
    return f"<@{operator}>" if is_id else operator


def in_words(terms: Terms) -> list[str]:
    """The terms, a sentence or two each. Honest about what can't be promised."""
    who = operator_in_words(terms.operator)
    first = f"Run by {who}, who could change the code; nobody else can see answers."
    if terms.looks_after:
        first = (
            f"*Please note first:* {who} runs this Candor, could change its code, and also looks after this pulse."
        )
    where = {
        "file": "Your answer is sealed with a key that lies in a file outside the database and its backups. When "
        "the pulse closes, the key is destroyed: from then on not even old copies of everything tell who answered "
        "what. Until then, whoever has both the database and that file could see who has answered, and which "
        "answers lie in the box: where there is but one, or all are alike, also whose they are.",
        "wrapped": "Your answer is sealed with a key that lies in the database, wrapped by a secret. Whoever has "
        "old copies of the database *and* that secret could link answers to people, even later.",
    }[terms.custody]
    return [
        first,
        "*Confidential, and unlinked at rest:* who has answered and what was answered are kept in one sealed box, "
        "in separate shuffled lists. Nothing in it ties you to an answer, so nobody can change one, you included.",
        where,
        "The first answer in a box is alone in it for a while: somebody with full control of the machine at that "
        "very time could read it. Against such a person no program can promise anything.",
        f"Nothing is shown with fewer than {terms.k} answers. Counts and means stop short of all and none, so "
        "that no colleague can be certain what you said by subtracting what they said themselves. Several who put "
        "their answers together might be.",
        *([f"Asked: {terms.asked}."] if terms.asked else []),
        f"Seen by: {terms.viewers}. Nobody sees it earlier. It tells how many of those asked have answered, and "
        "not who: but where all have, it tells that of each.",
        f"It closes {terms.closes}, and can't be extended, reopened or looked into before. "
        f"(Candor {terms.version})",
    ]
