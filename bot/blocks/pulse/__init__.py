"""Block Kit of the pulse: its forms, its invitation, its result."""
