"""A page that a browser, a probe or Prometheus may ask for: what it is given, and what goes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

Environ = dict[str, Any]


@dataclass(frozen=True)
class Response:
    """What goes back: a status, text or JSON, perhaps further headers."""

    status: HTTPStatus
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


Page = Callable[[Environ], Response]
