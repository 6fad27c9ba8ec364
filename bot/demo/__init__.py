"""The demo: a throwaway Slack in the browser, with Candor in it, for people who have no workspace at hand."""

from bot.demo.run import check, show

__all__ = ["check", "show"]
