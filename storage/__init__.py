"""The tables and every query.

What lives here: SQLAlchemy models, queries named as verbs (`claim_due`, `owe`, `keepers_of`), migrations.
What may not: Slack, the clock, a rule about people. Time comes in as an aware `now`.
Why so: SQLAlchemy is already the port between SQLite and Postgres, so there is no second port around it.
A ritual calls verbs; it never writes a `select()`.

Decisions that this layer keeps:
- Every row belongs to a workspace, and every reader takes `workspace` right after the session.
- Nothing here commits. The listener, the ring or the courier opens the transaction and ends it.
- A claim is one conditional UPDATE ... RETURNING: the database decides who won, whatever the number of
  processes. `rowcount` is never asked (psycopg answers -1).
- Instants are aware and UTC, in and out; a naive one raises before it reaches the database.
"""

from storage.database import (
    BadUrl,
    Database,
    NoAnswer,
    Session,
    answering,
    check_url,
    open_database,
    why_no_answer,
)

__all__ = ["BadUrl", "Database", "NoAnswer", "Session", "answering", "check_url", "open_database", "why_no_answer"]
