"""The pulse: a few questions, and nobody's name.

`instruments` are the questions as data, `audience` says who may be asked and when, `consent` what they are told
first, `comments` what may give somebody away. `asking` sets a pulse up and launches it, `recurring` lets it come
again, `taking` puts an answer into its box, `closing` opens the boxes once, `loop` waits for what the team is told
afterwards, `keeping` forgets who was invited. `publishing` says what may be shown of the answers, `change` what
may be called one.
"""
