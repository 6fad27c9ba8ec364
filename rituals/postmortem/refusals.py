"""What a person hears when a review can't do what they asked."""

from __future__ import annotations

from rituals.errors import Refusal


class NoSuchReview(Refusal):
    """I can't find that review. `/postmortem list` shows those that you may read."""


class NotYourReview(Refusal):
    """This review belongs to people and a channel that you aren't in, so I can't show it. Ask somebody there."""


class NotForYou(Refusal):
    """Only those who were asked read the accounts. The report will tell what they agree to share; what you know
    belongs on the timeline.
    """


class NotAsked(Refusal):
    """This review didn't ask you for an account. What you know still counts: add it to its timeline."""


class AccountsClosed(Refusal):
    """The accounts of this review are open by now, so nothing was stored. Add what you know to its timeline, or
    say it in the conversation.
    """


class StillSealed(Refusal):
    """The accounts are sealed. They open for all at once, when everybody has answered or the time is over."""


class OnlyTheFacilitator(Refusal):
    """This stage is moved on by {keepers}, or by an admin. When nobody does and its time is over, anybody whom the
    review asked may.
    """

    marked = frozenset({"keepers"})


class AlreadyPublished(Refusal):
    """This review is published, so its stages don't move any more. Its actions go on."""


class WrongStage(Refusal):
    """This review isn't at that point: it is {stage}. `/postmortem status {number}` shows what comes next."""


class QuotesOpen(Refusal):
    """Quotes that wait for the people quoted: {count}, until {until}. After that silence keeps the less revealing
    form, and you can publish.
    """


class NotPublishedYet(Refusal):
    """Its people can be asked about it once the review is published."""


class OnlyWhoFacilitated(Refusal):
    """Whoever facilitated this review asks its people: {facilitator}, or an admin of the workspace."""

    marked = frozenset({"facilitator"})


class TwiceTheSame(Refusal):
    """That one is on the timeline already."""


class NotYourQuote(Refusal):
    """Only the person quoted can say how."""


class NotYourAction(Refusal):
    """Only its owner can say that, or who looks after the review: who facilitates it, and who started it."""


class NotGoingOn(Refusal):
    """Meanwhile this was done or dropped, so nothing was changed. `/postmortem actions all` shows it as it is."""


class AlreadyOwned(Refusal):
    """Somebody was asked to own this one by now, or it is over. Nothing was changed."""


class NothingKept(Refusal):
    """Nothing of yours is kept in that review."""
