"""One request of one person: who asks, where, and what the house lends to answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.blocks.common import Json
from bot.people import People
from bot.rooms import RitualRoom
from rituals.errors import GuestsMayNot
from rituals.who_may import Asker, Channel
from storage import Database
from storage.keys import Custody


@dataclass(frozen=True)
class Visit:
    """What a listener is lent under the name `visit`. Slack is asked outside of any transaction.

    `person` is empty where nobody asks (an event of the workspace itself), `trigger` where no form may be
    opened. `reply` says something that only the person sees, through the response_url of a command or a click.
    """

    workspace: str
    person: str
    trigger: str
    client: WebClient
    sessions: Database
    people: People
    rooms: Mapping[str, RitualRoom]
    reply: Callable[..., None]
    redraw: Callable[[Visit], None]
    custody: Custody

    def asker(self, person: str | None = None) -> Asker:
        """Who asks, as the rules need them; or somebody else of this workspace."""
        return self.people.asker(self.client, self.workspace, person or self.person)

    def member(self) -> Asker:
        """Who asks. Raises GuestsMayNot for guests, bots and people of other companies."""
        asker = self.asker()
        if asker.is_guest:
            raise GuestsMayNot
        return asker

    def channel(self, channel: str) -> Channel:
        """A channel as the person meets it. Raises NotAChannel for a direct message."""
        return self.people.channel(self.client, self.workspace, channel, self.person)

    def shared_channels(self) -> list[tuple[str, str]]:
        """(id, name) of the channels that both Candor and the person are in, by name."""
        return self.people.shared_channels(self.client, self.workspace, self.person)

    def everybody(self) -> list[tuple[str, str]] | None:
        """(id, name) of all people of a small workspace; None when a list can't hold them."""
        return self.people.everybody(self.client, self.workspace)

    def team(self) -> list[tuple[str, str]] | None:
        """The same without guests: whom something can be asked of."""
        listed = self.everybody()
        if listed is None:
            return None
        known = {person: self.people.known(self.workspace, person) for person, _ in listed}
        return [(person, name) for person, name in listed if (met := known[person]) is None or not met.is_guest]

    def open(self, view: Json) -> str:
        """Open a form; its id. Its trigger lives three seconds and works once: look things up before, briefly."""
        return str(self.client.views_open(trigger_id=self.trigger, view=view)["view"]["id"])

    def redraw_home(self) -> None:
        """Draw the person's App Home again, beside the work."""
        self.redraw(self)
