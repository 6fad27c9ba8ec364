"""What the settings say of every pulse, and the terms of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.common import there
from rituals.pulse.consent import Terms
from rituals.pulse.instruments import Instrument


@dataclass(frozen=True)
class Rules:
    """What holds for all pulses of this house."""

    operator: str
    custody: str
    k: int
    version: str
    instruments: Mapping[str, Instrument]

    def terms(self, channel: str, k: int, closes_at: datetime, zone: str, keepers: Collection[str]) -> Terms:
        """What holds for one pulse, if it begins now."""
        return Terms(
            custody=self.custody,
            k=max(self.k, k),
            operator=self.operator,
            looks_after=self.operator in keepers,
            viewers=_viewers(channel),
            closes=closes(closes_at, zone),
            version=self.version,
        )

    def today(self, channel: str) -> Terms:
        """What would hold for a pulse of this channel that begins now."""
        return Terms(
            custody=self.custody,
            k=self.k,
            operator=self.operator,
            looks_after=False,
            viewers=_viewers(channel),
            closes="at the hour that its invitation names",
            version=self.version,
        )


def _viewers(channel: str) -> str:
    return f"everybody who can open <#{channel}>, all at the same moment"


def closes(at: datetime, zone: str) -> str:
    """The closing hour, the same words for everybody."""
    return f"on {there(at, zone)} ({zone})"
