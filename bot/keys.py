"""Who keeps the keys of sealed answers, from the settings; and what can be wrong with their folder."""

from __future__ import annotations

from bot.settings import Settings, split_keys
from storage.keys import Custody, FileKeys, WrappedKeys


def custody_of(settings: Settings) -> Custody:
    """The custody that the settings name. The folder of key files is made when a key is first needed."""
    if settings.custody == "wrapped":
        return WrappedKeys(split_keys(settings.key_secrets))
    return FileKeys(settings.key_dir)
