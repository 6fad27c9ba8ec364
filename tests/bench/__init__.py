"""How fast, beside what is bare: `make bench` prints a table of ratios and writes JSON.

Figures of one machine in one hour mean little, so each part runs its bare baseline in the same run, in turn
with ours, and tells the ratio of the medians. Nothing here is a test: a slow machine fails nothing. It is no
room for what belongs to the house; what is measured is imported, or started as the real process.
"""
