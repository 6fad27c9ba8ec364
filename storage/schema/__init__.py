"""Every table, with what it holds and how long."""

from storage.schema.base import Base, Json
from storage.schema.calendar import Keeper, Override, Schedule
from storage.schema.decisions import Miss, Registry, RegistryKeeper, Right, Role
from storage.schema.demo_day import DemoAsk, DemoDay, DemoEvent, DemoFeed, DemoHost, Showing
from storage.schema.installations import Installation, OAuthState
from storage.schema.outbox import Delivery, Pace
from storage.schema.people import Act, Nudge, Person
from storage.schema.postmortem import (
    Account,
    Finding,
    Moment,
    Quotation,
    Review,
    ReviewAction,
    ReviewChannel,
    ReviewPerson,
)
from storage.schema.prompts import Answer, Prompt, Round
from storage.schema.pulse import Pulse, PulseKeeper, PulsePicked, PulsePlan
from storage.schema.sealed import SealedBox, SealedOccasion, SealedSeat

__all__ = [
    "Account",
    "Act",
    "Answer",
    "Base",
    "Delivery",
    "DemoAsk",
    "DemoDay",
    "DemoEvent",
    "DemoFeed",
    "DemoHost",
    "Finding",
    "Installation",
    "Json",
    "Keeper",
    "Miss",
    "Moment",
    "Nudge",
    "OAuthState",
    "Override",
    "Pace",
    "Person",
    "Prompt",
    "Pulse",
    "PulseKeeper",
    "PulsePicked",
    "PulsePlan",
    "Quotation",
    "Registry",
    "RegistryKeeper",
    "Review",
    "ReviewAction",
    "ReviewChannel",
    "ReviewPerson",
    "Right",
    "Role",
    "Round",
    "Schedule",
    "SealedBox",
    "SealedOccasion",
    "SealedSeat",
    "Showing",
]
