"""A year of fortnightly demo days in three cities, under a moved clock; `python -m tests.demo_year` prints it.

`cities` says who lives where, `playing` lets a year pass with people who sign up, step back, forget and leave,
`said` is every message that Slack was given, with the claims that hold for each.
"""
