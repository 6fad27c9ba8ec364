"""The calendar: when a ritual happens, wherever its people live.

`rules` reads what people write, `recurrence` says on which instants a rule falls, `cadence` turns the choices of
a form into a rule and back into words, `spans` reads how long; `schedules` keeps it all in rows, and `due` claims
what is due.
"""
