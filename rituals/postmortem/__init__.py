"""Reviews of incidents, from start to the check after ninety days.

`start` opens one, `accounts` seals what each person saw until `stages` opens all at once, `timeline` and
`conditions` hold what happened and what it took, `quotes` ask each person how they are quoted, `actions` live on,
`talk` proposes an hour for the conversation, `report` writes it all down. `kit` holds everything that is words:
questions, follow-ups, sizes.
"""
