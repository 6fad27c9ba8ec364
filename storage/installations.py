"""Who has installed us: one row a workspace (or a whole organisation), its token sealed; and open installs.

A token is sealed with the first of the keys and opened with any of them, so keys can be rotated without a
pause: put a new one in front, `rotate-tokens`, take the old one out. The workspace is sealed in with its token,
so that a row's token put into another row doesn't open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, func, select, update

from storage.database import Session
from storage.forgetting import forget_workspace
from storage.schema import Installation, OAuthState

MOST_OPEN_STATES = 5_000  # somebody who calls the install page again and again fills no disk


class BadKey(ValueError):
    """A key that can't seal anything; its text says how to make one, and holds no key."""


class LostKey(Exception):
    """A sealed token that none of the keys opens."""


class TokenKeys:
    """The keys that seal tokens; the first seals, all open. Raises BadKey."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise BadKey(
                "each must be 32 random bytes in URL-safe base64, as `python -m bot new-key` prints them"
            ) from None

    @staticmethod
    def new_key() -> str:
        """A fresh random key."""
        return Fernet.generate_key().decode()

    def seal(self, workspace: str, token: str) -> str:
        return self._fernet.encrypt(f"{workspace}\n{token}".encode()).decode()

    def open(self, workspace: str, sealed: str) -> str:
        """The token. Raises LostKey when no key opens it, or it was sealed for another workspace."""
        try:
            whose, _, token = self._fernet.decrypt(sealed.encode()).decode().partition("\n")
        except InvalidToken:
            raise LostKey from None
        if whose != workspace:
            raise LostKey
        return token

    def seal_again(self, sealed: str) -> str:
        """The same token, sealed with the first key. Raises LostKey."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise LostKey from None


def put_installation(
    session: Session,
    workspace: str,
    *,
    team: str,
    enterprise: str | None,
    name: str,
    bot_user: str,
    bot_id: str,
    scopes: Sequence[str],
    sealed_token: str,
    now: datetime,
) -> None:
    """Keep an installation; the same workspace again takes the place of what was there."""
    session.merge(
        Installation(
            workspace=workspace,
            team=team,
            enterprise=enterprise,
            name=name[:200],
            bot_user=bot_user,
            bot_id=bot_id,
            scopes=",".join(scopes),
            sealed_token=sealed_token,
            version=uuid4().hex,
            installed_at=now,
            gone_at=None,
        )
    )


def installation(session: Session, workspace: str) -> Installation | None:
    """The installation of exactly this workspace or organisation; None when it has none, or is gone."""
    found = session.get(Installation, workspace)
    return found if found is not None and found.gone_at is None else None


def mark_gone(session: Session, workspace: str, now: datetime) -> None:
    """Nothing is posted for this workspace any more, by any process; its rows go next."""
    session.execute(
        update(Installation)
        .where(Installation.workspace == workspace, Installation.gone_at.is_(None))
        .values(gone_at=now, sealed_token="", version=uuid4().hex)
    )


def count_installations(session: Session) -> int:
    """How many workspaces and organisations have us."""
    return session.scalar(select(func.count()).where(Installation.gone_at.is_(None))) or 0


def lost_tokens(session: Session, keys: TokenKeys) -> list[str]:
    """The workspaces whose token none of the keys opens."""
    lost = []
    for row in session.scalars(select(Installation).where(Installation.gone_at.is_(None))):
        try:
            keys.open(row.workspace, row.sealed_token)
        except LostKey:
            lost.append(row.workspace)
    return lost


def seal_all_again(session: Session, keys: TokenKeys) -> tuple[int, list[str]]:
    """Seal every token with the first key; (how many, the workspaces whose token no key opens)."""
    lost, sealed = [], 0
    for row in session.scalars(select(Installation).where(Installation.gone_at.is_(None)).with_for_update()):
        try:
            row.sealed_token = keys.seal_again(row.sealed_token)
            sealed += 1
        except LostKey:
            lost.append(row.workspace)
    return sealed, lost


def gone(session: Session) -> list[str]:
    """The workspaces and organisations that have left, and of which something is still kept."""
    return list(session.scalars(select(Installation.workspace).where(Installation.gone_at.is_not(None))))


def sweep(session: Session, now: datetime) -> None:
    """Delete what is left of workspaces that are gone, and installs that nobody finished."""
    for workspace in gone(session):
        forget_workspace(session, workspace)
    session.execute(delete(OAuthState).where(OAuthState.expires_at <= now))


# --- the state of an install that is under way ----------------------------------------------------------


def put_state(session: Session, state: str, now: datetime, expires_at: datetime) -> bool:
    """Remember that somebody began to install; False when too many have at once."""
    session.execute(delete(OAuthState).where(OAuthState.expires_at <= now))
    if (session.scalar(select(func.count()).select_from(OAuthState)) or 0) >= MOST_OPEN_STATES:
        return False
    session.add(OAuthState(digest=_digest(state), workspace="", expires_at=expires_at))
    return True


def spend_state(session: Session, state: str, now: datetime) -> bool:
    """Whether this install was begun here, not long ago, and never came back before. True once."""
    spent = delete(OAuthState).where(OAuthState.digest == _digest(state)).returning(OAuthState.expires_at)
    expires_at = session.scalar(spent)
    return expires_at is not None and expires_at > now


def _digest(state: str) -> str:
    """What is kept of a state: who reads the table can't finish somebody's install."""
    return sha256(state.encode("utf-8", "replace")).hexdigest()
