"""Decisions: who may say yes, in answer to a question, and without being asked why one asks.

`registry` is what is kept and who may change it, `files` reads and writes it as CSV and YAML, `lookup` answers
questions, `starting` begins a registry with ten common areas.
"""
