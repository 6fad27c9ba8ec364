"""Refusals: what a person asked for can't be done, and the sentence that says what to do instead."""

from __future__ import annotations

from collections.abc import Callable


class Refusal(Exception):
    """That can't be done."""

    field: str | None = None  # the box of a form that it is about, by its block_id
    marked: frozenset[str] = frozenset()  # facts that hold mentions of ours

    def __init__(self, **facts: object) -> None:
        """`facts` fill the braces of the docstring, which is the sentence that the person reads."""
        super().__init__()
        self.facts = facts

    @property
    def sentence(self) -> str:
        """As plain text, for a box of a form or a shell."""
        return self.marked_up(str)

    def marked_up(self, escape: Callable[[str], str]) -> str:
        """As marked-up text: people's words in it are escaped, what we marked up ourselves stays."""
        facts = {name: fact if name in self.marked else escape(str(fact)) for name, fact in self.facts.items()}
        return " ".join((type(self).__doc__ or "").split()).format(**facts)

    def __str__(self) -> str:
        return type(self).__name__  # a log that prints it must not print anybody's words


class InvalidField(Refusal):
    """One answer of a form must be mended. It lands under the box whose block_id is `field`."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__()
        self.field = field
        self._sentence = sentence

    def marked_up(self, escape: Callable[[str], str]) -> str:
        return escape(self._sentence)


class NotFound(Refusal):
    """I can't find that one here. `/candor list` shows what this channel has."""


class NotYours(Refusal):
    """Only {keepers} can change this one, or an admin of the workspace. Please ask them."""

    marked = frozenset({"keepers"})


class ChangedMeanwhile(Refusal):
    """Somebody else changed this while you were editing, so nothing of yours was saved. Close this form and
    open it again to see it as it is now.
    """


class AlreadyEnded(Refusal):
    """This one is over. `/candor help` tells how to begin a new one."""


class GuestsMayNot(Refusal):
    """Guests and people from other companies can take part, but can't start or change a ritual. Please ask
    somebody of the team.
    """


class TheyMayNot(Refusal):
    """<@{person}> is a guest, a bot or from another company, so I can't give that to them. Choose somebody of the
    team.
    """

    marked = frozenset({"person"})


class NotAMember(Refusal):
    """This belongs to a channel that you aren't in. Join the channel first, then try again."""


class TooManyPeople(Refusal):
    """<#{channel}> has {people} people. In channels of more than {most}, an admin of the workspace starts
    rituals: please ask one.
    """


class InviteMe(Refusal):
    """I'm not in that channel yet. Type `/invite @Candor` there, then try again."""


class ChannelArchived(Refusal):
    """That channel is archived. Unarchive it or pick another one."""
