"""Whose turn it is to host: counted by events that took place, not by the calendar.

The one with the fewest turns hosts; of several, the one who waited longest. So between any two people who were
there all the time the counts differ by one at most, whatever the others do:
- who comes new starts with as many turns as the one who had the most, and so waits for the next lap;
- who is away keeps the turn, one turn and no more, however long they were away;
- an event that doesn't take place counts for nobody, so the same person hosts the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class Host:
    """Somebody who takes turns: how many they had, and since when they wait."""

    person: str
    turns: int
    since: datetime


def next_host(hosts: Sequence[Host], away: Collection[str] = (), pending: Sequence[str] = ()) -> str | None:
    """Whose turn it is, without those who are away; `pending` host events that are still to come."""

    def waits(host: Host) -> tuple[int, datetime, str]:
        return host.turns + pending.count(host.person), host.since, host.person

    there = [host for host in hosts if host.person not in away]
    return min(there, key=waits).person if there else None


def join(hosts: Sequence[Host], person: str, now: datetime) -> list[Host]:
    """The same people with one more, who doesn't begin at once."""
    if any(host.person == person for host in hosts):
        return list(hosts)
    return [*hosts, Host(person, max((host.turns for host in hosts), default=0), now)]


def leave(hosts: Sequence[Host], person: str) -> list[Host]:
    """The same people without this one."""
    return [host for host in hosts if host.person != person]


def credited(hosts: Sequence[Host], turn_of: str, substitute: str) -> str:
    """To whose count a turn goes when somebody else takes it over.

    Who had no more turns than they simply swaps: it is the substitute's own turn, only earlier. Otherwise it
    is a favour, and the turn of who asked for it is done.
    """
    turns = {host.person: host.turns for host in hosts}
    return substitute if turns.get(substitute, 0) <= turns.get(turn_of, 0) and substitute in turns else turn_of


def held(hosts: Sequence[Host], person: str | None, away: Collection[str], now: datetime) -> list[Host]:
    """The counts after an event took place. Nobody falls more than one turn behind by being away."""
    after = [replace(host, turns=host.turns + 1, since=now) if host.person == person else host for host in hosts]
    fewest = min((host.turns for host in after if host.person not in away), default=1)
    return [replace(host, turns=max(host.turns, fewest - 1)) for host in after]
