"""What a person hears when a box can't take their answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rituals.errors import Refusal
from storage.keys import KeyLost, KeysElsewhere


class AlreadyAnswered(Refusal):
    """Your answer is in. It can't be changed any more, because nobody can find it."""


class NotInvited(Refusal):
    """You weren't among those who were asked when this began, so I can't take an answer from you."""


class Over(Refusal):
    """This one has closed, so I couldn't take your answer any more."""


class TryAgain(Refusal):
    """I couldn't take your answer just now: the place where its key is kept is out of reach. Nothing was stored.
    Please try again in a minute.
    """


class Lost(Refusal):
    """This one can't be opened any more: its key is gone, and with it every answer. Nobody can read them."""


class TooLong(Refusal):
    """One of your comments has more than {most} characters. Please shorten it."""


@contextmanager
def in_their_words() -> Iterator[None]:
    """What the keys say, as a person may hear it."""
    try:
        yield
    except KeysElsewhere:
        raise TryAgain from None
    except KeyLost:
        raise Lost from None
