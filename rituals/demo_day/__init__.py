"""Demo day: people show early work, and nobody is shamed for having nothing to show.

`setting` sets one up and changes it, `events` leads each event from sign-up to recap by its state, `slots` takes
who shows something, `invitations` asks fairly and privately, `rotation` says whose turn it is to host, `dates`
counts in working days, `files` puts it into people's own calendars.
"""
