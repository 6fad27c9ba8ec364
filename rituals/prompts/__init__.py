"""Prompts: a question that a channel is asked again and again, and what comes of it.

`packs` are the questions as data, `asking` sets a prompt up and changes it, `rounds` asks, takes answers
and closes.
"""
