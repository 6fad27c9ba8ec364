"""What became of what was owed: read from the table, and from the messages that stand in Slack."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.harness import World, traces

EDITS = {"prompt.closed"}  # said by an edit, which nothing doubles


@dataclass
class Count:
    """One fault, as it went: `unsaid` was given up with its reason in the row, `lost` without."""

    fault: str
    tried: int = 0  # how often the fault was made
    owed: int = 0
    lost: int = 0
    doubled: int = 0
    unsaid: int = 0
    in_doubt: set[int] = field(default_factory=set)  # rows that were on their way when a process was killed
    wrong: list[str] = field(default_factory=list)  # promises that were not kept

    def add(self, other: Count) -> None:
        self.tried += other.tried
        self.owed += other.owed
        self.lost += other.lost
        self.doubled += other.doubled
        self.unsaid += other.unsaid
        self.wrong += other.wrong

    def promise(self, kept: bool, words: str) -> None:
        if not kept:
            self.wrong.append(f"{self.fault}: {words}")


def count_since(
    world: World, after: int, count: Count, *, may_drop: tuple[str, ...] = (), may_repeat: bool = False
) -> Count:
    """Count every delivery owed after row `after`; `may_repeat`: what was on its way in a kill, once more."""
    said = Counter(
        message["metadata"]["event_payload"]["job"]
        for channel in list(world.slack.channels.values())
        for message in channel.messages
        if "metadata" in message
    )
    for row in world.rows(after):
        count.owed += 1
        times = said[row.job]
        if row.state == "dropped" and row.reason in may_drop:
            count.unsaid += times == 0
        elif row.state != "done" or (row.ts and row.kind not in EDITS and times == 0):
            count.lost += 1
            count.wrong.append(f"{count.fault}: {row.kind} {row.id} is {row.state} ({row.reason}), said {times}x")
        elif not row.ts and row.kind == "prompt.question":  # the others may find that nothing is left to say
            count.lost += 1
            count.wrong.append(f"{count.fault}: {row.kind} {row.id} is done, but nothing was said")
        if times > 1:
            count.doubled += times - 1
            kept = may_repeat and times == 2 and row.id in count.in_doubt
            count.promise(kept, f"{row.kind} {row.id} was said {times} times")
        if row.reason == "perhaps_posted":
            count.promise(row.id in count.in_doubt, f"{row.kind} {row.id} was given up, and wasn't on its way")
    return count


def check_log(world: World, mark: int, count: Count, tells: str | None) -> None:
    """The log since `mark` tells what happened, in a line and without a trace."""
    said = world.bots.log.since(mark)
    count.promise(tells is None or tells in said, f"the log doesn't say {tells!r}:\n{said[-1500:]}")
    count.promise(not traces(said), "the log holds a trace:\n" + said[-3000:])
