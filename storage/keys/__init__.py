"""Who keeps the keys of what is sealed: files outside the database, or the database itself under one secret.

Two custodies, one shape. A box is opened while it is held:

    with custody.hold(workspace, occasion, box) as held, sessions.begin(durable=True) as session:
        ...held.open(...), held.seal(...), UPDATE...

`hold` first, the transaction second: its exit, after the COMMIT, leaves only the new key. When anything raises,
both the old and the new one stay, and whoever opens next tries both.

A single row (one person's account of a review) needs none of that. It has one key, made when it is first sealed
and destroyed to delete it: `seal`, `open`, `destroy`.
"""

from storage.keys.custody import Custody, Held, KeyLost, KeysElsewhere, Sealed
from storage.keys.files import FileKeys
from storage.keys.wrapped import WRAPPED, WrappedKeys

__all__ = ["WRAPPED", "Custody", "FileKeys", "Held", "KeyLost", "KeysElsewhere", "Sealed", "WrappedKeys"]
