"""Who attacks: each takes its part of a view, and says whose answer is which."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from random import Random

from rituals.sealed.content import Content, read
from storage.keys import KeysElsewhere, Sealed, WrappedKeys
from storage.keys.custody import place
from tests.anonymity.stores import OCCASION, TEAM, Copy, View, keys_in, open_with

Guess = dict[str, str]
Opener = Callable[[Sealed], Content | None]


def final_file(view: View, _chance: Random) -> Guess:
    """One copy at the end, and who came when: the first who came said what lies first on the disk."""
    return dict(zip(view.came, view.answers, strict=True))


def every_copy(view: View, chance: Random) -> Guess:
    """A copy after every submission: what is new in it, readable, was said by who came just then."""
    return _from_bytes(view.copies, view.came, view, chance)


def window_copy_and_settings(view: View, chance: Random) -> Guess:
    """A copy at some moment and every one after it, and every secret of the environment."""
    begins = chance.randrange(len(view.came))
    guess = _from_bytes(view.copies[begins:], view.came[begins:], view, chance)
    return guess | _from_states(view.copies[begins:], opener_of(view.secrets), chance)


def every_copy_and_settings(view: View, chance: Random) -> Guess:
    """All copies, and every secret of the environment."""
    return every_copy(view, chance) | _from_states(view.copies, opener_of(view.secrets), chance)


def live_key_once(view: View, chance: Random) -> Guess:
    """All copies, and the key files at one moment: whoever was in the box by then is matched to what was in it."""
    moment = chance.randrange(len(view.came))
    keys = keys_in(view.key_files[moment])
    return _from_states(view.copies, lambda box: open_with(keys, box), chance)


def one_transaction(view: View, chance: Random) -> Guess:
    """Postgres: rows written by one transaction (xmin), else the order on the disk (ctid), dead rows included."""
    return every_copy(view, chance) | view.same_transaction


def comment_beside_answer(view: View, _chance: Random) -> Guess:
    """Which comment belongs to which answer: those that lie in the same place of their tables."""
    return dict(zip(view.comments, view.answers, strict=True))


# --- how -----------------------------------------------------------------------------------------------


def _from_bytes(copies: list[Copy], came: list[str], view: View, chance: Random) -> Guess:
    """The answers, word for word, are looked for in the bytes; the rest is guessed by the order on the disk."""
    guess = final_file(view, chance)
    before: set[str] = set()
    for person, copy in zip(came, copies, strict=True):
        readable = {answer for answer in view.answers if answer.encode() in copy.raw}
        new = readable - before
        if len(new) == 1:
            guess[person] = new.pop()
        before = readable
    return guess


def _from_states(copies: list[Copy], opener: Opener, chance: Random) -> Guess:
    """Boxes that open: what one has and the one before hasn't is certain, the others are matched by chance."""
    guess: Guess = {}
    before: Content | None = Content([], [], [])
    for copy in copies:
        content = next((found for box in copy.boxes if (found := opener(box)) is not None), None)
        if content is not None:
            guess = _matched(content, guess, chance)
            if before is not None:
                guess |= _new(before, content)
        before = content
    return guess


def _new(before: Content, after: Content) -> Guess:
    people = set(after.done) - set(before.done)
    answers = Counter(map(json.dumps, after.answers)) - Counter(map(json.dumps, before.answers))
    return {people.pop(): answers.popitem()[0]} if len(people) == answers.total() == 1 else {}


def _matched(content: Content, known: Guess, chance: Random) -> Guess:
    """Everybody in a box with one of its answers; those known already keep theirs."""
    people = [person for person in content.done if person not in known]
    left = Counter(map(json.dumps, content.answers))
    left.subtract(known[person] for person in content.done if person in known)
    answers = list(left.elements())
    chance.shuffle(answers)
    return known | dict(zip(people, answers, strict=False))


def opener_of(secrets: list[str]) -> Opener:
    """Opens what was wrapped by a secret of the environment."""
    custody = WrappedKeys(secrets) if secrets else None

    def opened(box: Sealed) -> Content | None:
        if custody is None:
            return None
        try:
            return read(custody.open_at(place("box", TEAM, OCCASION, "0"), _as_wrapped(box)))
        except KeysElsewhere:
            return None

    return opened


def _as_wrapped(box: Sealed) -> Sealed:
    return Sealed("wrapped", box.nonce, box.ciphertext, box.wrapped_key)


def certain_links(view: View, key_files: list[bytes], fill: int) -> int:
    """All copies, and the key files at the moment at which `fill` people are in the box: links without a guess."""
    keys = keys_in(key_files[fill - 1])
    states = [open_with(keys, copy.boxes[0]) if copy.boxes else None for copy in view.copies]
    opened: list[Content | None] = [Content([], [], []), *states]
    return sum(bool(_new(before, after)) for before, after in pairwise(opened) if before and after)
