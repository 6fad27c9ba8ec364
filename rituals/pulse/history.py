"""A pulse beside the one before it: what may be compared, and what may be called a change."""

from __future__ import annotations

import storage.pulse as rows
from rituals import sealed
from rituals.pulse.asking import asked_in, name
from rituals.pulse.change import comparable, in_words
from rituals.pulse.publishing import read_published
from storage import Session
from storage.schema import Pulse


def moved(session: Session, pulse: Pulse) -> dict[str, str] | None:
    """How each item moved since the last result, in words; None where it is a new baseline.

    A statement whose words changed meanwhile is another one, whatever its name.
    """
    before = rows.closed_before(session, pulse.workspace, pulse)
    if before is None or before.result is None or pulse.result is None:
        return None
    then_asked = sealed.people_of(session, pulse.workspace, name(before.id))
    now_asked = sealed.people_of(session, pulse.workspace, name(pulse.id))
    if (len(then_asked), len(now_asked)) != (before.invited, pulse.invited):
        return None  # somebody was forgotten since, and without them two audiences may look the same
    if not comparable(then_asked, now_asked, max(before.k, pulse.k)):
        return None
    then = {item.id: item.text for item in asked_in(before).items}
    earlier, told = read_published(before.result), read_published(pulse.result)
    same = [item.id for item in asked_in(pulse).items if then.get(item.id) == item.text]
    return {item: words for item in same if (words := in_words(earlier, told, item))}
