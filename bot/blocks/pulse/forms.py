"""Setting a pulse up, and answering its result: forms, each beside its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import uuid4

from bot.blocks.common import (
    Json,
    carried,
    context,
    divider,
    escape,
    field,
    modal,
    notice,
    option,
    quote,
    radio,
    read_form,
    section,
    select,
    text_box,
)
from rituals.pulse import consent
from rituals.pulse.asking import DAYS_OPEN
from rituals.pulse.instruments import DEFAULT, Instrument
from rituals.pulse.loop import LONGEST, Heard
from rituals.pulse.recurring import OFTEN, ONCE
from storage.schema import Pulse

AUDIENCES = {"channel": "Everybody in this channel", "picked": "Ten or more people whom I pick"}
COMMENTS = {"yes": "Yes, one each; shown shuffled, without names, all at once", "no": "No, only the numbers"}


@dataclass(frozen=True)
class Draft:
    """A pulse on its way through its two forms; it travels in their private metadata.

    `origin` names this filling-in, so that a double click finds it done. `closes_at` is an instant in ISO, empty
    until the first form is filled; of what comes again, for its first date. `first` is a date and `at` "HH:MM",
    both local to `zone`; `schedule` and `version` say what is edited, and as it was when the form was opened.
    `picked` are the people of `review` where that is given.
    """

    origin: str
    channel: str
    zone: str
    instrument: str = DEFAULT
    own: str = ""
    audience: str = "channel"
    picked: tuple[str, ...] = ()
    days: int = 3
    comments: bool = True
    closes_at: str = ""
    often: str = ONCE
    first: str = ""
    at: str = "10:00"
    schedule: int | None = None
    version: int = 0
    review: int | None = None

    @property
    def comes_again(self) -> bool:
        return self.often != ONCE


def new_draft(channel: str, zone: str | None, first: date) -> Draft:
    return Draft(uuid4().hex, channel, zone or "UTC", first=first.isoformat())


def start_form(draft: Draft, instruments: Mapping[str, Instrument]) -> Json:
    """Step one: what, whom, how long."""
    days = [option(str(n), "1 day" if n == 1 else f"{n} days") for n in DAYS_OPEN]
    return modal(
        "pulse_start",
        "Edit a pulse" if draft.schedule else "New pulse",
        [
            context(f"{_begins_for(draft)} The result goes there, to everybody at the same moment."),
            field(
                "instrument",
                "Questions",
                select([option(one.name, one.title) for one in instruments.values()], draft.instrument),
                hint="Each is a statement to agree with from 1 to 7, or to leave out.",
            ),
            field(
                "own",
                "Our own statement",
                text_box(initial=draft.own, placeholder="I know what we are trying to achieve this month."),
                hint="Only where you chose One question.",
                optional=True,
            ),
            *_whom(draft),
            field(
                "days",
                "Open for",
                select(days, str(draft.days)),
                hint="Fixed once it begins: it can't be extended, reopened or looked into.",
            ),
            field(
                "comments",
                "May people add a comment?",
                radio([option(*one) for one in COMMENTS.items()], "yes" if draft.comments else "no"),
            ),
        ],
        submit="Next",
        carries=asdict(draft),
    )


def _whom(draft: Draft) -> list[Json]:
    """How often and whom; the people of a review are asked once, and are who they are."""
    if draft.review is not None:
        return []
    often = [option(*one) for one in OFTEN.items() if draft.schedule is None or one[0] != ONCE]
    return [
        field(
            "often",
            "How often",
            select(often, draft.often),
            hint="What comes again asks whoever is in the channel then.",
        ),
        field("audience", "Who is asked", radio([option(*one) for one in AUDIENCES.items()], draft.audience)),
        field(
            "picked",
            "The people I pick",
            {"type": "multi_users_select"},
            hint="Leave it empty when the whole channel is asked.",
            optional=True,
        ),
    ]


def _begins_for(draft: Draft) -> str:
    if draft.review is not None:
        return f"For {_for_whom(draft)}, in <#{draft.channel}>."
    return f"For <#{draft.channel}>."


def _for_whom(draft: Draft) -> str:
    if draft.review is not None:
        return f"the {len(draft.picked)} people of review {draft.review}"
    return f"{len(draft.picked)} people" if draft.picked else f"everybody in <#{draft.channel}>"


def read_start(view: Json) -> Draft:
    given, draft = read_form(view), draft_in(view)
    draft = replace(
        draft,
        instrument=given["instrument"],
        own=given["own"] or "",
        days=int(given["days"]),
        comments=given["comments"] == "yes",
    )
    if draft.review is not None:
        return draft
    picked = tuple(sorted(set(given["picked"] or ()))) if given["audience"] == "picked" else ()
    return replace(draft, audience=given["audience"], picked=picked, often=given["often"])


def check_form(draft: Draft, instrument: Instrument, terms: consent.Terms, dates: Sequence[Json] = ()) -> Json:
    """The last step: what everybody will be told, and what whoever leads may say in their own voice.

    `dates` shows when it comes again; what is said of the closing hour is of the first of them.
    """
    statements = "\n".join(f"• {escape(item.text)}" for item in instrument.items)
    return modal(
        "pulse_check",
        "Save this?" if draft.schedule else "Start this?",
        [
            *dates,
            section(
                f"*{escape(instrument.title)}* for {_for_whom(draft)}. It closes {escape(terms.closes)}, and the "
                f"result goes to <#{draft.channel}>.\n{statements}"
            ),
            context(f"After {escape(instrument.citation)} {escape(instrument.licence)}"),
            divider(),
            section("*What everybody is told before answering*\n" + told(terms)),
            divider(),
            section(
                "*What you may say yourself, in the channel and in your own words*\n"
                f"{quote(instrument.lead_says, 900)}"
            ),
            context(
                "Everybody gets one private invitation and one reminder; whoever asked me for quiet, when that "
                "ends. Afterwards it is your turn: what you heard, what you'll do, what you won't. The next pulse "
                "waits for that."
            ),
        ],
        submit="Save" if draft.schedule else "Start",
        close="Back",
        carries=asdict(draft),
    )


def told(terms: consent.Terms) -> str:
    """The promise, a sentence or two a line."""
    return "\n".join(f"• {line}" for line in consent.in_words(terms))


def draft_in(view: Json) -> Draft:
    """The draft that a form carries."""
    kept = carried(view)
    return Draft(**kept | {"picked": tuple(kept["picked"])})


def started(draft: Draft, closes: str) -> Json:
    return notice(
        "It begins",
        "The invitations are on their way; they come one after the other, so give them some minutes.",
        f"It closes {closes}. `/pulse status` says that much to anybody, and nobody hears who has answered.",
        f"Now is a good moment to say in <#{draft.channel}> why you ask.",
    )


# --- what we heard --------------------------------------------------------------------------------------


def heard_form(pulse: Pulse, title: str) -> Json:
    """The answer to a result, by who looks after it."""
    return modal(
        "pulse_heard",
        "Answer the result",
        [
            section(f"Your answer to *{escape(title)}* goes to <#{pulse.channel}>, with your name."),
            field("heard", "What we heard", text_box(lines=True), hint=f"Up to {LONGEST} characters each."),
            field(
                "will",
                "What we'll do",
                text_box(lines=True),
                hint='"We talked; nothing to change, because …" is a full answer.',
            ),
            field("wont", "What we won't do, and why", text_box(lines=True), optional=True),
        ],
        submit="Post it",
        carries={"pulse": pulse.id},
    )


def read_heard(view: Json) -> tuple[int, Heard]:
    given = read_form(view)
    return carried(view)["pulse"], Heard(given["heard"] or "", given["will"] or "", given["wont"] or "")


def heard_taken() -> Json:
    return notice(
        "Thank you", "It goes to the channel now. The next pulse may come from four weeks after the last."
    )
