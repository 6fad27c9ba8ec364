"""The listeners of reviews: `/postmortem`, two menus of messages, the buttons from stage to stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from slack_bolt import App

import storage.postmortem as rows
from bot.blocks.common import Json, actions, button, clip_escaped, instant, section
from bot.blocks.postmortem import messages
from bot.clock import now
from bot.postmortem import accounts, deciding, drafting, listing, moving, owning, pinning, starting
from bot.postmortem.postings import nudge_parts, postings
from bot.rooms import Bell, Circle, RitualRoom
from rituals.postmortem import accounts as sealed_accounts
from rituals.postmortem import reviews, stages
from rituals.postmortem.actions import keepers
from rituals.postmortem.kit import Kit
from rituals.postmortem.reminding import checks_of, outcomes_of
from rituals.who_may import Asker
from storage import Session
from storage.keys import Custody

PER_RING = 200
LEFT_LYING = timedelta(days=90)  # a review that nobody moved or published for so long keeps no accounts


def register(app: App, named: Callable[[str], str]) -> None:
    """`named` turns "postmortem" into the command as this workspace calls it."""
    app.command(named("postmortem"))(listing.take_command)
    app.shortcut("pm_start_message")(starting.open_from_message)
    app.shortcut("pm_add_message")(drafting.open_from_message)

    app.event("reaction_added")(pinning.take_reaction)

    app.action("pm_start")(starting.open_first)
    app.view("pm_start")(starting.take_first)
    app.view("pm_roles")(starting.take_roles)

    app.action("pm_account")(accounts.open_account)
    app.view("pm_account")(accounts.take_account)
    app.view("pm_follow_up")(accounts.take_follow_up)
    app.action("pm_read")(accounts.read_accounts)
    app.action("pm_read_on")(accounts.read_on)
    app.action("pm_mine")(accounts.show_mine)
    app.action("pm_delete")(accounts.delete_mine)

    app.action("pm_next")(moving.take_next)
    app.action("pm_back")(moving.take_back)
    app.action("pm_report")(moving.show_report)
    app.action("pm_calendar")(moving.take_calendar)
    app.action("pm_thread")(moving.take_thread)

    for name, opens, takes in (
        ("pm_moment", drafting.open_moment, drafting.take_moment),
        ("pm_correct", drafting.open_correction, drafting.take_correction),
        ("pm_lines", drafting.open_lines, drafting.take_lines),
        ("pm_finding", drafting.open_finding, drafting.take_finding),
        ("pm_summary", drafting.open_summary, drafting.take_summary),
        ("pm_interim", drafting.open_interim, drafting.take_interim),
        ("pm_choose", deciding.open_choice, deciding.take_choice),
        ("pm_quotes", deciding.open_quotes, deciding.take_quotes),
        ("pm_action", deciding.open_action, deciding.take_action),
        ("pm_hand_on", owning.open_hand_on, owning.take_hand_on),
    ):
        app.action(name)(opens)
        app.view(name)(takes)
    app.action("pm_later")(drafting.show_later)
    app.action("pm_shape")(deciding.open_shape)
    app.action("pm_actions")(deciding.show_actions)
    for name in ("pm_accept", "pm_decline", "pm_done"):
        app.action(name)(deciding.take_answer)
    for name in ("pm_move", "pm_drop", "pm_ticket"):
        app.action(name)(deciding.open_more)
        app.view(name)(deciding.take_more)
    app.action("pm_check")(deciding.open_more)
    app.view("pm_check")(deciding.take_check)


def room(kit: Kit, custody: Custody, keep_days: int) -> RitualRoom:
    """Reviews, as the house meets them. Accounts are deleted `keep_days` after publishing."""

    def tend(bell: Bell) -> None:
        turn_stages(bell, kit)
        owning.remind_owners(bell)
        clear_accounts(bell, keep_days)

    return RitualRoom(
        name="postmortem",
        register=register,
        postings=postings(kit, custody),
        nudge_parts=nudge_parts(),
        begin=lambda session, claim, now: None,  # a review has no schedule
        tend=tend,
        asks=lambda session, schedule: "a review",
        due_for=due_for,
        first_button=button("Review an incident", "pm_start"),
        edit_action="pm_start",
        lends={"kit": kit},
        circle=circle,
        outcomes=outcomes_of,
    )


def circle(session: Session, workspace: str, review_id: int, asker: Asker) -> Circle:
    """The people of a published review, for its facilitator."""
    review, people = reviews.to_ask(session, workspace, review_id, asker)
    return Circle(review.id, review.channel, tuple(people))


def turn_stages(bell: Bell, kit: Kit) -> None:
    """Open the accounts whose time is over, and note what nobody moved on, one transaction each."""
    with bell.database.reading() as session:
        due = [
            (one.workspace, one.id, (*keepers(one), *rows.people_of(session, one.workspace, one.id)))
            for one in rows.reviews_due(session, bell.now, PER_RING)
        ]
    for workspace, review_id, leads in due:
        lead = owning.first_here(bell, workspace, leads)
        with bell.database.begin() as session:
            stages.turn(session, workspace, review_id, kit, bell.now, lead)


def clear_accounts(bell: Bell, keep_days: int) -> None:
    """Delete the accounts that were kept long enough, keys first, on the disk too."""
    published, lying = bell.now - timedelta(days=keep_days), bell.now - LEFT_LYING
    with bell.database.reading() as session:
        over = [(one.workspace, one.id) for one in rows.reviews_to_clear(session, published, lying, PER_RING)]
    for workspace, review_id in over:
        with bell.database.begin(durable=True) as session:
            review = rows.lock_review(session, workspace, review_id)
            if review is not None:
                sealed_accounts.clear(session, bell.custody, review, bell.now)
    if over:
        bell.database.empty_log()


def due_for(session: Session, workspace: str, channels: Sequence[str], person: str) -> list[Json]:
    """Accounts to give, quotes to answer, actions to do, and whether those that are done helped."""
    built: list[Json] = []
    for review in rows.unanswered_by(session, workspace, person)[:5]:
        until = instant(review.due, review.zone)
        built.append(section(f"What you saw of *{clip_escaped(review.title, 150)}*, until {until}"))
        ask = button("Write what I saw", "pm_account", str(review.id), primary=True)
        built.append(actions(f"due-pm-{review.id}", ask))
    for review_id in sorted({one.review_id for one in rows.quotations_asked(session, workspace, person)}):
        quoting = rows.review(session, workspace, review_id)
        if quoting is not None and quoting.stage == "soak":
            built += messages.quoted(quoting).blocks
    for one in rows.actions_by(session, workspace, person)[:5]:
        owner_of = rows.review(session, workspace, one.review_id)
        if owner_of is not None:
            built += messages.action_row(one, owner_of)
    for one, days in checks_of(session, workspace, person, now())[:5]:
        checked = rows.review(session, workspace, one.review_id)
        if checked is not None:
            built += messages.check_row(one, checked, days)
    return built[:24]
