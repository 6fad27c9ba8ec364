"""Quotes chosen and answered; actions added, accepted, moved, dropped, done, and looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from slack_bolt import Ack

import storage.postmortem as rows
from bot.blocks.common import Json, carried, context, counted, notice, read_form, section
from bot.blocks.postmortem import deciding, messages, writing
from bot.clock import now
from bot.postmortem.hints import hint_first
from bot.postmortem.owning import CANNOT_BE_ASKED
from bot.postmortem.reading import of_click, readable, reviews_for, writable
from bot.visit import Visit
from rituals.errors import InvalidField
from rituals.postmortem import accounts, actions, quotes
from rituals.postmortem.kit import Kit
from rituals.postmortem.reviews import find, may_move
from storage.schema import Finding, Quotation, Review, ReviewAction

MOST_ACTIONS = 40  # in one answer
VAGUE = (
    "A reader can't tell when this is done. What exactly would be different, and how would we see it? Say it in "
    "the second box, or send it as it is."
)


# --- quotes ---------------------------------------------------------------------------------------------


def open_choice(ack: Ack, action: Json, visit: Visit, kit: Kit) -> None:
    """*Choose quotes*: for who may move the review on."""
    ack()
    asker, review_id = visit.member(), of_click(action)[0]
    with visit.sessions.reading() as session:
        review = find(session, visit.workspace, review_id)
        may_move(session, review, asker)
        opened = accounts.open_all(session, visit.custody, visit.workspace, review_id)
        kept = rows.parts_of(session, visit.workspace, Quotation, review_id)
    chosen = {(one.person, one.source) for one in kept if one.state != quotes.LET_GO}
    visit.open(deciding.choose(review, opened, chosen, kit))


def take_choice(ack: Ack, view: Json, visit: Visit) -> None:
    """Note which answers are quoted; their people are asked when the review goes on to the quotes."""
    review_id, picked = deciding.read_choice(view)
    asker = visit.member()
    with visit.sessions.begin() as session:
        may_move(session, find(session, visit.workspace, review_id), asker)
        count = quotes.choose(session, visit.custody, visit.workspace, review_id, picked)
    ack(
        response_action="update",
        view=notice("Chosen", f"{counted(count, 'quote')}. Each is asked before the report has it."),
    )


def open_quotes(ack: Ack, action: Json, visit: Visit) -> None:
    """*See how I am quoted*."""
    ack()
    review_id = of_click(action)[0]
    with visit.sessions.reading() as session:
        review = find(session, visit.workspace, review_id)
        quoted = quotes.of(session, visit.workspace, review_id, visit.person)
        alike = len(rows.people_of(session, visit.workspace, review_id)) >= accounts.ALIKE
    if not quoted:
        visit.open(notice("No quotes", "This review doesn't quote you."))
        return
    waiting = [one for one in quoted if one.state == "asked"] or quoted
    visit.open(deciding.quotes(review, waiting, alike=alike))


def take_quotes(ack: Ack, view: Json, visit: Visit) -> None:
    with visit.sessions.begin() as session:
        for quotation_id, wish, words, share in deciding.read_quotes(view):
            quotes.answer(session, visit.workspace, quotation_id, visit.person, wish, words, share)
    ack(
        response_action="update",
        view=notice("Saved", "The report follows it. Until it is published you can change it."),
    )
    visit.redraw_home()


# --- actions --------------------------------------------------------------------------------------------


def open_action(ack: Ack, action: Json, visit: Visit) -> None:
    """*Add an action*, at any stage."""
    ack()
    _show(visit, writable(visit, of_click(action)[0]), None)


def open_shape(ack: Ack, action: Json, visit: Visit) -> None:
    """*Shape it*: a parked idea becomes something to do, or not."""
    ack()
    with visit.sessions.reading() as session:
        idea = actions.action(session, visit.workspace, of_click(action)[0])
    _show(visit, writable(visit, idea.review_id), idea)


def _show(visit: Visit, review: Review, idea: ReviewAction | None) -> None:
    with visit.sessions.reading() as session:
        found = [
            one for one in rows.parts_of(session, visit.workspace, Finding, review.id) if one.kind == "condition"
        ]
    due = review.actions_due.astimezone(ZoneInfo(review.zone)).date()
    visit.open(deciding.action(review, found, visit.team(), idea, due))


def take_action(ack: Ack, view: Json, visit: Visit, kit: Kit) -> None:
    """Store it, after one question back where nobody could tell when it is done."""
    given, told = read_form(view), carried(view)
    review = writable(visit, told["review"])
    words, sign, reason = given["words"] or "", given["sign"] or "", given["reason"] or ""
    if hint_first(ack, view, visit, review, [words, reason]):
        return
    if not writing.was_hinted(view) and not reason and actions.is_vague(words, sign, kit):
        ack(response_action="update", view=writing.again(view, VAGUE, "warning"))
        return
    if given["owner"] and visit.asker(given["owner"]).is_guest:
        raise InvalidField("owner", CANNOT_BE_ASKED)
    wanted = actions.Wanted(
        words=words,
        sign=sign,
        worse=given["worse"] or "",
        finding_id=int(given["finding"]) if given.get("finding") else None,
        owner=given["owner"],
        due=date.fromisoformat(given["due"]) if given["due"] else None,
        reason=reason,
    )
    with visit.sessions.begin() as session:
        if "idea" in told:
            actions.shape(session, visit.workspace, told["idea"], wanted, now())
        else:
            actions.add(session, visit.workspace, review.id, wanted, now())
    ack(response_action="update", view=notice("Saved", "Its owner is asked, not told. Ideas wait in the list."))


def take_answer(ack: Ack, action: Json, body: Json, visit: Visit) -> None:
    """*I'll do it*, *Not me* and *Done*."""
    ack()
    asker, action_id = visit.asker(), of_click(action)[0]
    with visit.sessions.begin() as session:
        match action["action_id"]:
            case "pm_accept":
                found = actions.accept(session, visit.workspace, action_id, asker)
            case "pm_decline":
                found = actions.decline(session, visit.workspace, action_id, asker)
            case _:
                found = actions.finish(session, visit.workspace, action_id, asker, now())
        review = find(session, visit.workspace, found.review_id)
    said = {"accepted": "Yours. ", "idea": "Good to know; it is an idea again. ", "done": "Done, thank you. "}
    told = said.get(found.state, "") + messages.line(found, review)
    if body.get("response_url"):
        visit.reply([section(told)])
    else:
        visit.open(notice("Noted", told))  # on App Home nothing can be answered beside
    visit.redraw_home()


def open_more(ack: Ack, action: Json, visit: Visit) -> None:
    """*Another day*, *Drop it*, *Ticket*, *Did it help?*"""
    ack()
    action_id, word = of_click(action)
    asker = visit.asker()
    with visit.sessions.reading() as session:
        found = actions.theirs(session, visit.workspace, action_id, asker)
    match action["action_id"]:
        case "pm_move":
            visit.open(deciding.moved(found, (now() + timedelta(days=14)).date()))
        case "pm_drop":
            visit.open(deciding.dropped(found))
        case "pm_ticket":
            visit.open(deciding.ticket(found, _links(found)))
        case _:
            visit.open(deciding.check(found, word))


def _links(found: ReviewAction) -> list[tuple[str, str]]:
    """Addresses that open a ticket with its title filled in; no token, no account of ours."""
    title = quote_plus(found.words[:120])
    return [
        ("GitHub", f"https://github.com/issues/new?title={title}"),
        ("Jira", f"https://id.atlassian.com/jira/create?summary={title}"),
        ("Linear", f"https://linear.new?title={title}"),
    ]


def take_more(ack: Ack, view: Json, visit: Visit) -> None:
    """What those forms say."""
    given, told = read_form(view), carried(view)
    asker, action_id = visit.asker(), told["action"]
    with visit.sessions.begin() as session:
        match view["callback_id"]:
            case "pm_move":
                day = date.fromisoformat(given["due"])
                actions.move(session, visit.workspace, action_id, asker, day, given["reason"] or "", now())
            case "pm_drop":
                actions.drop(session, visit.workspace, action_id, asker, given["reason"] or "")
            case "pm_ticket":
                actions.link(session, visit.workspace, action_id, asker, given["ticket"] or "")
            case _:
                raise LookupError(view["callback_id"])
    ack(response_action="update", view=notice("Saved", "Saved."))
    visit.redraw_home()


def take_check(ack: Ack, view: Json, visit: Visit) -> None:
    """*Did it help?*, answered; then a place to tell the others, where a ritual offers one."""
    given, told = read_form(view), carried(view)
    asker, channels = visit.asker(), [channel for channel, _ in visit.shared_channels()]
    with visit.sessions.begin() as session:
        found = actions.note_check(
            session, visit.workspace, told["action"], asker, told["days"], given["helped"], given["in_place"]
        )
        offers = [
            room.offer(session, visit.workspace, channels, found.words, now()) for room in visit.rooms.values()
        ]
    ack(response_action="update", view=deciding.checked([offer for offer in offers if offer is not None]))
    visit.redraw_home()


def show_actions(ack: Ack, action: Json, visit: Visit) -> None:
    """*Actions*, under a published review."""
    ack()
    visit.reply(tell_of(visit, [readable(visit, of_click(action)[0])], "all"))


def tell_actions(visit: Visit, words: str) -> list[Json]:
    """`/postmortem actions`, `actions mine`, `actions all`."""
    return tell_of(visit, reviews_for(visit), words.strip().lower() or "mine")


def tell_of(visit: Visit, reviews: Sequence[Review], whose: str) -> list[Json]:
    """The visitor's own open actions, or all of these reviews."""
    by_id = {one.id: one for one in reviews}
    with visit.sessions.reading() as session:
        if whose == "mine":
            found = list(rows.actions_by(session, visit.workspace, visit.person))
            by_id |= {one.review_id: find(session, visit.workspace, one.review_id) for one in found}
        else:
            found = [
                one for review in by_id for one in rows.parts_of(session, visit.workspace, ReviewAction, review)
            ]
    blocks: list[Json] = []
    for one in found[:MOST_ACTIONS]:
        blocks += messages.action_row(one, by_id[one.review_id])
    if len(found) > MOST_ACTIONS:
        blocks.append(context(f"And {len(found) - MOST_ACTIONS} more: *Actions* under each review has its own."))
    return blocks or [section("No action here. `/postmortem actions all` shows everybody's.")]
