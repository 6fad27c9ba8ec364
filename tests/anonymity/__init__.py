"""Attacks on what Candor calls anonymous: run by anyone, with `make attack`; the suite runs a short form.

Each attacker is given more than a real one would have: who submitted when, and every answer word for word. The
question is always the same: whose is which? A guess is right once in a survey by chance, whatever its size. And
each attacker is let loose on a store that leaks on purpose, where it must win: else it proves nothing.
"""
