"""Workspaces that installed us."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base


class Installation(Base):
    """A workspace that installed us, or an organisation ("E1/"). Deleted, with all its rows, when it leaves.

    `version` changes with every install, so that each process notices a new token within seconds.
    """

    __tablename__ = "installation"

    workspace: Mapped[str] = mapped_column(String(40), primary_key=True)
    team: Mapped[str] = mapped_column(String(20))  # empty: an organisation
    enterprise: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    bot_user: Mapped[str] = mapped_column(String(20))
    bot_id: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[str] = mapped_column(Text)
    sealed_token: Mapped[str] = mapped_column(Text)  # encrypted; the keys stand in CANDOR_TOKEN_KEYS
    version: Mapped[str] = mapped_column(String(32))
    installed_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]  # uninstalled or revoked: nothing is posted; the rows are being deleted


class OAuthState(Base):
    """An install that somebody began and hasn't finished. Deleted when it comes back, or after ten minutes."""

    __tablename__ = "oauth_state"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(40))  # empty: Slack says at the end which one it is
    expires_at: Mapped[datetime]
