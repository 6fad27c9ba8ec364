"""The pulse: a few questions, and nobody's name.

`instruments` are the questions as data, `audience` says who may be asked and when, `consent` what they are told
first, `comments` what may give somebody away. `publishing` says what may be shown of the answers, `change` what may
be called one.
"""
