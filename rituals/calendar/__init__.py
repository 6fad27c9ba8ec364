"""The calendar: when a ritual happens, wherever its people live.

`recurrence` says on which instants a rule falls, `cadence` turns the choices of a form into a rule and back
into words, `schedules` keeps both in rows that a ring can claim.
"""
