"""The start of a review: by command, by a message's menu, or from App Home."""

from __future__ import annotations

from dataclasses import replace

from slack_bolt import Ack

import storage.people
import storage.postmortem as rows
from bot.blocks.common import Json, carried
from bot.blocks.postmortem import starting as forms
from bot.blocks.postmortem import writing
from bot.clock import now
from bot.postmortem.plain import plain_words
from bot.visit import Visit
from rituals.errors import InvalidField, InviteMe
from rituals.postmortem import reviews
from rituals.postmortem.kit import Kit
from rituals.who_may import may_start

INVOLVED = (
    "Whoever facilitates was involved. That can work, but it is hard to ask and to remember at once, and people "
    "may say less. Somebody who wasn't there would be better; send it again to keep your choice."
)


def open_first(ack: Ack, visit: Visit) -> None:
    """*Review an incident* on App Home."""
    ack()
    show_first(visit)


def open_from_message(ack: Ack, body: Json, visit: Visit) -> None:
    """*Start a postmortem* in a message's menu: its first words are the title."""
    ack()
    words = " ".join(plain_words(body["message"].get("text", "")).split())
    show_first(visit, channel=body["channel"]["id"], title=words)


def show_first(visit: Visit, *, channel: str = "", title: str = "") -> None:
    """Open the first form. Raises GuestsMayNot, InviteMe."""
    asker = visit.member()
    channels = visit.shared_channels()
    if not channels:
        raise InviteMe
    with visit.sessions.reading() as session:
        country = rows.country_of_last(session, visit.workspace, visit.person)
    zone = asker.zone or "UTC"
    visit.open(
        forms.first(channels, visit.everybody(), zone, now(), country=country, channel=channel, title=title)
    )


def take_first(ack: Ack, view: Json, visit: Visit, kit: Kit) -> None:
    """What happened and who was there; who had which part is asked next."""
    begun = forms.read_first(view, now())
    may_start(visit.member(), visit.channel(begun.channel))
    if all(_is_known_guest(visit, one) for one in begun.people):
        raise InvalidField(
            "people", "Guests and bots aren't asked. Choose somebody of the team who was there, too."
        )
    everybody, team = visit.everybody(), visit.team()
    with visit.sessions.reading() as session:
        suggested = reviews.suggest(session, visit.workspace, begun.people, [one for one, _ in team or []])
    ack(response_action="update", view=forms.roles(begun, kit, everybody, team, suggested))


def take_roles(ack: Ack, view: Json, visit: Visit, kit: Kit) -> None:
    """Start it, once the gentle word about a facilitator who was involved was said.

    Of those who were there only what is remembered counts: asking Slack about twenty people would take longer than
    a form waits. The others are met when their request is posted.
    """
    incident = forms.read_roles(view)
    may_start(visit.member(), visit.channel(incident.channel))
    reviews.check_people(incident.people, incident.facilitator)
    if visit.asker(incident.facilitator).is_guest:
        raise InvalidField(
            "facilitator", "Guests, bots and people who left can't facilitate. Choose somebody else."
        )
    if incident.facilitator in incident.people and not writing.was_hinted(view):
        ack(response_action="update", view=writing.again(view, INVOLVED, "warning"))
        return
    here = {one: role for one, role in incident.people.items() if not _is_known_guest(visit, one)}
    reviews.check_people(here, incident.facilitator)
    left_out = len(incident.people) - len(here)
    with visit.sessions.begin() as session:
        for one in here:
            if (known := visit.people.known(visit.workspace, one)) is not None:
                storage.people.remember(session, visit.workspace, one, zone=known.zone)
        review = reviews.start(
            session,
            visit.workspace,
            replace(incident, people=here),
            kit=kit,
            by=visit.person,
            origin=carried(view).get("origin") or view["id"],
            now=now(),
        )
    ack(response_action="update", view=forms.started(review.id, left_out))
    visit.redraw_home()


def _is_known_guest(visit: Visit, person: str) -> bool:
    """Whether we know, without asking Slack, that somebody can't be asked anything."""
    known = visit.people.known(visit.workspace, person)
    return known is not None and known.is_guest
