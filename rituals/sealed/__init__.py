"""The sealed box: answers go in, are shuffled, and come out together or not at all.

A submission, in a listener (a box is held before the transaction opens, and let go after it committed):

    with sessions.reading() as session:
        box = sealed.box_of(session, workspace, occasion, person)
    with sealed.hold(custody, workspace, occasion, box) as held, sessions.begin(durable=True) as session:
        sealed.take(session, held, workspace, occasion, person, answer, comments)

Closing, in a ring:

    with sessions.reading() as session:
        boxes = sealed.boxes_of(session, workspace, occasion)
    with sealed.hold_all(custody, workspace, occasion, boxes) as held, sessions.begin(durable=True) as session:
        opened = sealed.open_all(session, held, workspace, occasion)   # None: fewer than k
        ...store what may be published, in random order...
        sealed.end(session, workspace, occasion)
    sealed.purge(sessions, custody, workspace, occasion)
"""

from rituals.sealed.box import (
    LONGEST_COMMENT,
    SMALLEST_K,
    box_of,
    boxes_of,
    draw,
    hold,
    hold_all,
    open_for,
    people_of,
    prepare,
    take,
)
from rituals.sealed.content import Answer
from rituals.sealed.ending import Opened, Purged, end, forget, open_all, openable, purge, purged, tend
from rituals.sealed.refusals import AlreadyAnswered, Lost, NotInvited, Over, TooLong, TryAgain
from rituals.sealed.typography import normal

__all__ = [
    "LONGEST_COMMENT",
    "SMALLEST_K",
    "AlreadyAnswered",
    "Answer",
    "Lost",
    "NotInvited",
    "Opened",
    "Over",
    "Purged",
    "TooLong",
    "TryAgain",
    "box_of",
    "boxes_of",
    "draw",
    "end",
    "forget",
    "hold",
    "hold_all",
    "normal",
    "open_all",
    "open_for",
    "openable",
    "people_of",
    "prepare",
    "purge",
    "purged",
    "take",
    "tend",
]
