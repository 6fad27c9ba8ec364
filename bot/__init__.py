"""Everything that knows Slack, or the process that runs us.

What lives here: listeners, one room a ritual; Block Kit builders beside the readers of the same form (blocks/);
the courier that posts what is owed, the ring that asks the calendar, settings, the clock, the commands of
`python -m bot`.
What may not: a rule of a ritual, a query, a second retry policy.
Why so: a listener reads a form, opens the transaction, calls a ritual, commits and acks, in that order; so
nothing is acknowledged that isn't stored, and Slack is never called while a transaction is open.

Decisions that this layer keeps:
- Sync Bolt with a wide listener pool and one TLS context for all clients (Bolt's defaults are 5 threads and a
  new context per request, which drops most acks of a burst).
- `except Exception` stands in two places: the error handler of app.py and courier/going.py.
- Bolt reads SLACK_* variables by itself; everything is handed over explicitly, and those are removed.
"""
