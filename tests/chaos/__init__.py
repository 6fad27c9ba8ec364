"""Chaos: the real process, killed and hindered at random moments, and a count of what was lost or doubled."""
