"""The rules: what a ritual is, when it happens, who may do what.

What lives here: decisions on plain values and on the rows that storage/ hands over, and the questions,
packs and instruments as data.
What may not: Slack, SQL, the clock. `now` is an argument, aware and UTC; a query is a verb of storage/.
Why so: a rule that needs neither a network nor a moment can be read aloud, and proven by a table of cases.

Decisions that this layer keeps:
- Ritual rooms do not import each other; what two of them share is a shared room (errors, calendar, nudges).
- A refusal is an exception whose docstring is the sentence that the person reads.
- What Slack must be told is owed in the caller's transaction; nothing here sends.
"""
