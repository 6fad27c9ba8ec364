"""The tour: one living example of each ritual, and the check that clicks through all of them."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bot import clock
from bot.clock import ticks
from bot.demo import company
from bot.demo.stand_in import CLOCK
from bot.demo.visitor import PATIENCE_SECONDS, NothingHappened, Visitor
from rituals.calendar.cadence import DAYS

Move = Callable[[timedelta], None]
CHANNEL = "C01CHECKOUT"
QUESTION = "What surprised you this week?"
LESSON = "flamingo procedure"
AREA_OF_LESSON = "8"  # Status page, the eighth row of the sample registry
INCIDENT = ("09:30", "11:00")  # of the day before
TIMELINE = (
    ("09:30", "The graph of waiting checkouts climbs"),
    ("09:41", "The alert reaches the phone of whoever is on call"),
    ("10:52", "The pool is doubled, and the graph falls"),
)
CONDITIONS = ("The pool is shared by two services.", "The alert went to a channel that nobody reads any more.")
ACTIONS = (
    ("Give each service a pool of its own", "Two pools stand on the dashboard"),
    ("Send the alert to whoever is on call", "It rings in a drill"),
)
THERE = ["U01MAPLE", "U02BIRCH", "U03CEDAR", "U04HAZEL"]
SAW = (
    "The graph climbed at 09:41, and to me it was the cache again.",
    "A customer wrote at 09:35 that paying takes long.",
    "My checks were green when the change went out.",
    "I heard of it in the hallway, long after ten.",
)
SHOWS = (  # who signs up for two slots, with what, and what the form answers
    ("U02BIRCH", "A faster build", "You're on the list"),
    ("U03CEDAR", "The new search", "You're on the list"),
    ("U04HAZEL", "A map of our alarms", "You wait"),
)
FIRST_FORM = "Ask every week"


def begin_prompt(visitor: Visitor) -> None:
    """*Ask this team one question every week*, from App Home to the question in the channel."""
    visitor.open_home()
    visitor.click("Ask this team one question every week", on=visitor.home)
    form = visitor.form(FIRST_FORM)
    visitor.submit(form, channel=CHANNEL, question=QUESTION)
    shown = str(visitor.form("All set"))
    if len(re.findall(r"• \w{3} \d", shown)) != 3:
        raise NothingHappened("the next three dates were not shown")
    visitor.dismiss()


def seed(visitor: Visitor, others: Visitor) -> None:
    """What a newcomer finds when the page opens."""
    begin_prompt(visitor)
    asked = visitor.reads(CHANNEL, QUESTION)
    others.says(CHANNEL, "That our slowest page is the one we never look at.", thread=asked["ts"])
    begin_pulse(visitor)


def check_prompts(visitor: Visitor, others: Visitor, move: Move) -> None:
    """Set up, asked, answered by form, closed with a digest, asked again a week later, paused."""
    begin_prompt(visitor)
    asked = visitor.reads(CHANNEL, QUESTION)
    others.says(CHANNEL, "How quiet the release was.", thread=asked["ts"])

    visitor.command(CHANNEL, "/prompt", "new")
    form = visitor.form("New prompt")
    visitor.submit(form, question="Where did you wait?", answers="form", kind="weekdays")
    visitor.submit(visitor.form("When"))
    visitor.submit(visitor.form("Start this?"))
    visitor.form("All set")

    move(timedelta(days=1))
    by_form = visitor.reads(CHANNEL, "Where did you wait?")
    others.click("Answer", on=by_form, channel=CHANNEL)
    others.submit(others.form("Your answer"), words="For the staging database, twice.")
    others.form("Thank you")
    for _ in range(4):  # the next weekday's question closes this one, over a weekend at the latest
        move(timedelta(days=1))
    visitor.reads(CHANNEL, "For the staging database, twice.")
    visitor.reads(CHANNEL, "Closed")

    visitor.command(CHANNEL, "/prompt", "list")
    visitor.reads(CHANNEL, "Next:")
    visitor.command(CHANNEL, "/candor", "why 2")
    visitor.reads(CHANNEL, "every weekday")
    visitor.command(CHANNEL, "/prompt", "pause 2")
    visitor.reads(CHANNEL, "is paused")
    visitor.command(CHANNEL, "/prompt", "nonsense")
    visitor.reads(CHANNEL, "I don't know `nonsense`")

    for _ in range(3):  # and on the next Monday, the first question comes again
        move(timedelta(days=1))
    again = [one for one in visitor.control.messages(CHANNEL) if one.get("text", "").startswith(QUESTION)]
    if len(again) != 2:
        raise NothingHappened(f"the weekly question came {len(again)} times in eight days")


def check_decisions(visitor: Visitor, others: Visitor, _move: Move) -> None:
    """Three questions: one sure, one not, one without an owner; and that one is taught."""
    visitor.command(CHANNEL, "/whodecides", "may I roll back a release?")
    visitor.reads(CHANNEL, "May you just do it?")
    others.command(CHANNEL, "/whodecides", "customer")
    unsure = others.reads(CHANNEL, "I'm not sure which one you mean")
    others.click("Use of customer data", on=unsure, channel=CHANNEL)
    others.reads(CHANNEL, "Nothing leaves the company without a written yes")
    visitor.command(CHANNEL, "/whodecides", LESSON)
    unknown = visitor.reads(CHANNEL, "A rule of thumb")
    visitor.click("This belongs to …", on=unknown, channel=CHANNEL)
    visitor.submit(visitor.form("This belongs to …"), area=AREA_OF_LESSON)
    visitor.form("Taught")
    visitor.dismiss()
    visitor.command(CHANNEL, "/whodecides", LESSON)
    visitor.reads(CHANNEL, "*Status page*")


def check_pulse(visitor: Visitor, others: Visitor, move: Move) -> None:
    """Begun, answered by five, closed at its hour, told in the channel, and answered back."""
    people = list(company.PEOPLE)[: company.CHANNELS[CHANNEL][2]]
    begin_pulse(visitor)
    move(timedelta(seconds=30))
    for person in people[:5]:
        somebody = Visitor(visitor.control, person)
        try:
            _answer_pulse(somebody)
        finally:
            somebody.close()
    others.command(CHANNEL, "/pulse", "status")
    others.reads(CHANNEL, "is open until")
    move(timedelta(days=3, hours=2))
    told = visitor.reads(CHANNEL, f"*5 of {len(people)}* answered")
    visitor.reads(CHANNEL, "Fewer words in the morning.")
    visitor.click("Answer it", on=told, channel=CHANNEL)
    visitor.submit(visitor.form("Answer the result"), heard="Mornings are full.", will="Shorter mornings.")
    visitor.form("Thank you")
    visitor.dismiss()
    move(timedelta(seconds=30))
    visitor.reads(CHANNEL, "Shorter mornings.")


def begin_pulse(visitor: Visitor) -> None:
    """`/pulse start`, from the form to the last look."""
    visitor.command(CHANNEL, "/pulse", "start")
    visitor.submit(visitor.form("New pulse"))
    if "who could change the code" not in str(shown := visitor.form("Start this?")):
        raise NothingHappened("what is promised was not shown")
    visitor.submit(shown)
    visitor.form("It begins")
    visitor.dismiss()


def _answer_pulse(somebody: Visitor) -> None:
    """From App Home, by everybody in the same way; with a comment, looked at once more."""
    end = ticks() + PATIENCE_SECONDS
    while "Answer the pulse" not in str(somebody.open_home()):
        if ticks() > end:
            raise NothingHappened("the pulse did not come to App Home")
        time.sleep(0.2)
    somebody.click("Answer the pulse", on=somebody.home)
    form = somebody.form("Pulse")
    given = {block["block_id"]: "6" for block in form["blocks"] if block.get("block_id", "").startswith("item_")}
    somebody.submit(form, **given, comment="Fewer words in the morning.")
    looked_at = somebody.form("Pulse")
    if "This is how your comment will read" not in str(looked_at):
        raise NothingHappened("the comment was not shown once more")
    somebody.submit(looked_at, **given, comment="Fewer words in the morning.")
    somebody.form("Thank you")
    somebody.dismiss()


def check_postmortem(visitor: Visitor, _others: Visitor, move: Move) -> None:
    """A review of four: sealed, one hint, revealed, a timeline, two conditions, two actions, published."""
    yesterday = f"{_now() - timedelta(days=1):%Y-%m-%d}"
    began, ended = (f"{yesterday} {at}" for at in INCIDENT)
    visitor.command(CHANNEL, "/postmortem", "start")
    visitor.submit(
        visitor.form("Review an incident"), title="Checkout was slow", began=began, ended=ended, people=THERE
    )
    visitor.submit(visitor.form("Who had which part"), facilitator="U12WILLOW", role_U02BIRCH="change")
    visitor.form("Begun")
    visitor.dismiss()
    move(timedelta(hours=6))  # by day on everybody's clock
    for number, person in enumerate(THERE):
        one = Visitor(visitor.control, person)  # afresh: the page hears of everybody's forms
        one.open_home()
        one.click("Write what I saw", on=one.home)
        form = one.form("What you saw")
        if number == 0:
            one.submit(form, first="Birch should have checked the dashboard before he deployed.")
            form = one.form("What you saw")  # with a hint on top
            if "A reader may hear blame" not in str(form):
                raise NothingHappened("no hint came")
        one.submit(form, first=SAW[number], share="name" if number == 0 else "role")
        one.form("Sealed")
        one.close()
    move(timedelta(minutes=16))
    visitor.reads(CHANNEL, "Now: Conversation")

    facilitator = Visitor(visitor.control, "U12WILLOW")
    for at, words in TIMELINE:
        visitor.command(CHANNEL, "/postmortem", "timeline 1")
        visitor.click("Add a line", on=visitor.reads(CHANNEL, "Timeline of review 1"), channel=CHANNEL)
        visitor.submit(visitor.form("Add to the timeline"), at=f"{yesterday} {at}", words=words)
        visitor.form("Added")
        visitor.dismiss()
    review = visitor.reads(CHANNEL, "Now: Conversation")
    for words in CONDITIONS:
        visitor.click("Add what we learned", on=review, channel=CHANNEL)
        visitor.submit(visitor.form("What it took"), words=words)
        visitor.form("Added")
        visitor.dismiss()
    facilitator.click("Choose quotes", on=review, channel=CHANNEL)
    facilitator.submit(facilitator.form("Choose quotes"), picked0=["U01MAPLE first"])
    facilitator.form("Chosen")
    facilitator.dismiss()
    facilitator.click("On to the quotes", on=review, channel=CHANNEL)
    soak = visitor.reads(CHANNEL, "Now: Quotes and actions")
    visitor.click("Write the summary", on=soak, channel=CHANNEL)
    visitor.submit(visitor.form("In short"), summary="Checkout slowed down for an hour and a half.")
    visitor.form("Saved")
    visitor.dismiss()
    move(timedelta(days=4))  # two working days, over a weekend at the latest
    for words, sign in ACTIONS:
        visitor.click("Add an action", on=soak, channel=CHANNEL)
        visitor.submit(visitor.form("What we do"), words=words, sign=sign, owner="U02BIRCH")
        visitor.form("Saved")
        visitor.dismiss()
    facilitator.command(CHANNEL, "/postmortem", "publish 1")
    move(timedelta(minutes=1))
    visitor.reads(CHANNEL, "is published: Checkout was slow")
    visitor.command(CHANNEL, "/postmortem", "export 1")
    print(html.unescape(visitor.reads(CHANNEL, "## What happened")["text"]), flush=True)
    facilitator.close()


def check_demo_day(visitor: Visitor, others: Visitor, move: Move) -> None:
    """Three sign up for two slots, one moves up; reminders, an agenda with times, the start, the recap."""
    event = _next_demo_day(_now())
    visitor.command(CHANNEL, "/demoday")
    form = visitor.form("A demo day")
    when = {"rhythm": "weekly", "weekday": DAYS[event.weekday()], "at": f"{event:%H:%M}", "zone": "UTC"}
    visitor.submit(form, **when, slots="2", minutes="10", place="https://meet.example.org/demo")
    shown = visitor.form("Start this?")
    if f"{event:%a} {event.day} {event:%b %Y}, {event:%H:%M}" not in str(shown):
        raise NothingHappened("the first date was not shown before it was saved")
    visitor.submit(shown)
    visitor.form("All set")
    visitor.dismiss()
    move(timedelta(seconds=30))
    visitor.reads(CHANNEL, "2 of 2 slots free")

    for person, title, answer in SHOWS:
        somebody = Visitor(visitor.control, person)
        somebody.command(CHANNEL, "/demoday", "sign-up")
        somebody.submit(somebody.form("Show something"), title=title, audience="everybody")
        somebody.form(answer)
        somebody.close()
    move(timedelta(seconds=30))
    visitor.reads(CHANNEL, "All slots are taken; 1 waiting")
    others.command(CHANNEL, "/demoday", "withdraw")
    others.reads(CHANNEL, "Your slot is free again")

    day_before = _working_day(event, -1)  # at one in UTC it is working time for all of the company but Kolkata
    move(day_before.replace(hour=13) - _now())
    cedar, hazel = (Visitor(visitor.control, person) for person, _, _ in SHOWS[1:])
    hazel.is_told("You moved up")
    cedar.is_told("You show something next")
    if "You show something next" in str(visitor.control.messages(others.mailbox() or CHANNEL)):
        raise NothingHappened("who withdrew is left alone")
    cedar.close()
    hazel.close()

    move(event - timedelta(hours=2) - _now() + timedelta(minutes=1))
    agenda = visitor.reads(CHANNEL, f"{event:%H:%M} UTC · ")["text"]
    if f"{event + timedelta(minutes=10):%H:%M} UTC · *{SHOWS[2][1]}*" not in agenda:
        raise NothingHappened("the agenda has no time for who moved up")
    move(event - timedelta(minutes=9) - _now())
    started = visitor.reads(CHANNEL, "We begin on")["text"]
    if "U03CEDAR" not in started or "U04HAZEL" not in started or "U02BIRCH" in started:
        raise NothingHappened("the start does not name those who show something")
    move(event + timedelta(hours=1) - _now() + timedelta(minutes=1))
    for _ in range(3):  # the host's next mornings: it waits for a day with room
        move(_working_day(_now(), 1).replace(hour=10) - _now())
        if any("This would be the recap" in one["text"] for one in visitor.control.messages(visitor.mailbox())):
            break
    draft = visitor.is_told("This would be the recap")
    visitor.click("Look at the recap", on=draft, channel=visitor.mailbox())
    visitor.submit(visitor.form("The recap"), words="Who else could use the map?")
    visitor.form("Shown")
    visitor.dismiss()
    move(timedelta(seconds=30))
    recap = visitor.reads(CHANNEL, "Shown on")["text"]
    if SHOWS[2][1] not in recap or "Who else could use the map?" not in recap:
        raise NothingHappened("the recap lacks what was shown, or the host's words")


def _now() -> datetime:
    """The demo's moved clock."""
    return clock.unmoved() + clock.offset(CLOCK)


def _next_demo_day(now: datetime) -> datetime:
    """Three working days from now, 15:00 UTC: there is a day before it, and sign-up opens at once."""
    at = now.replace(hour=15, minute=0, second=0, microsecond=0)
    for _ in range(3):
        at = _working_day(at, 1)
    return at


def _working_day(at: datetime, way: int) -> datetime:
    """The next working day, or with -1 the last one, at the same time."""
    at += timedelta(days=way)
    while at.weekday() >= 5:
        at += timedelta(days=way)
    return at


CHECKS: dict[str, Callable[[Visitor, Visitor, Move], None]] = {
    "prompts": check_prompts,
    "pulse": check_pulse,
    "decisions": check_decisions,
    "postmortem": check_postmortem,
    "demo_day": check_demo_day,
}
