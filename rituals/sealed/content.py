"""What is in a box, and how it is written: always in the same number of bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

Answer = Any  # JSON: a list or an object of numbers and short words


class Content(NamedTuple):
    """What is in a box: three lists, each shuffled by itself whenever something is added."""

    done: list[str]
    answers: list[Answer]
    comments: list[str]


def in_json(content: Answer) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _written(content: Content) -> bytes:
    return in_json(content._asdict())


def padded(content: Content, bucket: int) -> bytes:
    """Always the same length: how much was answered can't be seen from outside."""
    written = _written(content)
    if len(written) > bucket:
        raise ValueError("more than this box was made for")
    return written.ljust(bucket)


def read(plaintext: bytes) -> Content:
    content: Mapping[str, list[Any]] = json.loads(plaintext)
    return Content(content["done"], content["answers"], content["comments"])
