"""Block Kit: how things look in Slack. Pure functions to dicts, and the readers of the same forms beside them."""
