"""Accounts: written, sealed, asked back about, opened together, deleted."""

from __future__ import annotations

from slack_bolt import Ack

import storage.postmortem as rows
from bot.blocks.common import Json, actions, button, escape, notice, quote, section, sure
from bot.blocks.postmortem import messages, writing
from bot.clock import now
from bot.postmortem.hints import hint_first
from bot.postmortem.reading import of_click
from bot.visit import Visit
from rituals.postmortem import accounts
from rituals.postmortem.kit import Kit
from rituals.postmortem.refusals import AccountsClosed, NotAsked, NotForYou
from rituals.postmortem.reviews import find, takes_part
from rituals.sealed.refusals import Lost
from storage.schema import Review


def open_account(ack: Ack, action: Json, visit: Visit, kit: Kit) -> None:
    """*Write what I saw*, in a direct message or on App Home."""
    ack()
    show_account(visit, of_click(action)[0], kit)


def show_account(visit: Visit, review_id: int, kit: Kit) -> None:
    """Open somebody's own account. Raises NotAsked, AccountsClosed."""
    with visit.sessions.reading() as session:
        review = find(session, visit.workspace, review_id)
        asked = rows.people_of(session, visit.workspace, review.id)
        if visit.person not in asked:
            raise NotAsked
        if review.stage != "accounts":
            raise AccountsClosed
        own = accounts.own(session, visit.custody, visit.workspace, review.id, visit.person)
    alike = len(asked) >= accounts.ALIKE
    visit.open(writing.account(review, asked[visit.person], kit, own, alike=alike))


def take_account(ack: Ack, view: Json, visit: Visit, kit: Kit) -> None:
    """Seal it, after one hint at most; then ask back, twice at most."""
    review_id, answers, share = writing.read_account(view)
    with visit.sessions.reading() as session:
        review = find(session, visit.workspace, review_id)
    if hint_first(ack, view, visit, review, answers.values()):
        return
    with visit.sessions.begin() as session:
        accounts.put(session, visit.custody, visit.workspace, review_id, visit.person, answers, share, now())
    more = kit.follow_ups_for(answers)
    ack(response_action="update", view=writing.follow_ups(review_id, more) if more else writing.sealed())
    visit.redraw_home()


def take_follow_up(ack: Ack, view: Json, visit: Visit) -> None:
    """Seal what was added."""
    review_id, answers, _ = writing.read_account(view)
    with visit.sessions.reading() as session:
        review = find(session, visit.workspace, review_id)
    if hint_first(ack, view, visit, review, answers.values()):
        return
    with visit.sessions.begin() as session:
        accounts.put(session, visit.custody, visit.workspace, review_id, visit.person, answers, None, now())
    ack(response_action="update", view=writing.sealed())


def read_accounts(ack: Ack, action: Json, visit: Visit, kit: Kit) -> None:
    """*Read the accounts*: for those who were asked and who facilitates, after the reveal."""
    ack()
    visit.open(_opened(visit, of_click(action)[0], 0, kit))


def read_on(ack: Ack, action: Json, body: Json, visit: Visit, kit: Kit) -> None:
    """*Read on*, in the accounts."""
    ack()
    review_id, page = of_click(action)
    visit.client.views_update(view_id=body["view"]["id"], view=_opened(visit, review_id, int(page), kit))


def _opened(visit: Visit, review_id: int, page: int, kit: Kit) -> Json:
    with visit.sessions.reading() as session:
        review = find(session, visit.workspace, review_id)
        if not takes_part(session, review, visit.person):
            raise NotForYou
        opened = accounts.open_all(session, visit.custody, visit.workspace, review_id)
    return messages.opened(review, accounts.by_question(opened, kit), kit, page)


def tell_my_data(visit: Visit) -> list[Json]:
    """Every account of the visitor's that is kept, with its two buttons."""
    with visit.sessions.reading() as session:
        kept = [
            (find(session, visit.workspace, one.review_id))
            for one in rows.accounts_by(session, visit.workspace, visit.person)
        ]
        asked = rows.quotations_asked(session, visit.workspace, visit.person)
        owned = rows.actions_by(session, visit.workspace, visit.person)
    blocks = [
        section(
            f"*What reviews keep of you:* {len(kept)} accounts, {len(asked)} quotes that wait for your word, "
            f"{len(owned)} open actions. Accounts are deleted some time after their review is published."
        )
    ]
    for review in kept[:20]:
        delete = sure(
            button("Delete it", "pm_delete", str(review.id), danger=True),
            "Delete your account?",
            "Its key is destroyed: nobody can read it again, nor bring it back.",
            "Delete",
        )
        blocks.append(section(f"Your account of review {review.id}, {escape(review.title)}"))
        blocks.append(actions(f"pmd-{review.id}", button("Show it", "pm_mine", str(review.id)), delete))
    return blocks


def show_mine(ack: Ack, action: Json, visit: Visit, kit: Kit) -> None:
    """One's own account, at any stage."""
    ack()
    review_id, _ = of_click(action)
    with visit.sessions.reading() as session:
        own = accounts.own(session, visit.custody, visit.workspace, review_id, visit.person)
    if own is None:
        raise Lost
    view = notice(
        "Your account", *(f"*{escape(kit.words_of(box))}*\n{quote(said)}" for box, said in own.answers.items())
    )
    visit.open(view)


def delete_mine(ack: Ack, action: Json, visit: Visit) -> None:
    """Delete one's own account, key first, and empty the log that the disk may still hold."""
    ack()
    review_id, _ = of_click(action)
    with visit.sessions.begin(durable=True) as session:
        accounts.delete(session, visit.custody, visit.workspace, review_id, visit.person)
    visit.sessions.empty_log()
    visit.reply([section(f"Your account of review {review_id} is deleted, and so is its key.")])
    visit.redraw_home()


def _waiting(visit: Visit) -> list[Review]:
    with visit.sessions.reading() as session:
        return list(rows.unanswered_by(session, visit.workspace, visit.person))


def tell_waiting(visit: Visit) -> list[Json]:
    """`/postmortem accounts`: those that wait for the visitor's own."""
    waiting = _waiting(visit)
    if not waiting:
        return [section("No review waits for an account of yours.")]
    blocks: list[Json] = []
    for review in waiting[:10]:
        blocks += messages.request(review, again=False).blocks
    return blocks
