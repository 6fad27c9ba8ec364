"""What in a comment may give its author away, said before it is sent. Nothing of it is stored."""

from __future__ import annotations

import re

DAYS = r"mon|tues|wednes|thurs|fri|satur|sun"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH = "|".join(MONTHS)
DATES = (
    r"\b\d{1,2}[./]\d{1,2}\b",
    r"\b\d{4}-\d{2}-\d{2}\b",
    r"\b\d{1,2}(:\d{2}|\s?[ap]m)\b",
    rf"\b({DAYS})day\b",
    rf"\b\d{{1,2}}(st|nd|rd|th|\.)? (of )?({MONTH})\b",
    rf"\b({MONTH}) \d{{1,2}}(st|nd|rd|th)?\b",
)
HINTS = (
    (re.compile(r"<[@!#][^>]*>|(?<!\w)@\w"), "It mentions somebody; who reads it will ask who wrote it."),
    (re.compile(r"https?://|\bwww\."), "It holds a link, which may lead to you."),
    (re.compile(r"\b[A-Z][A-Z0-9]{1,9}-\d+\b|(?<!\w)#\d+"), "It names a ticket, which few people know."),
    (re.compile("|".join(DATES), re.I), "It names a day or an hour, which may tell who was there."),
    (
        re.compile(r"\b(I|me|I'm|we)\b[^.!?]{0,40}\b(only one|alone|on call|newest|as an?)\b", re.I),
        "It says something that may be true of you alone.",
    ),
)
NAME = re.compile(r"[a-zà-ÿ,;] ([A-Z][a-zà-ÿ]{2,})\b")
NO_NAMES = {"Slack", "English", *MONTHS, *(f"{day.title()}day" for day in DAYS.split("|"))}
NAMES_SOMEBODY = "It seems to name somebody. Would it be as true without the name?"


def warnings(comment: str) -> list[str]:
    """Short sentences about what may point at somebody; none where nothing was seen."""
    found = [words for pattern, words in HINTS if pattern.search(comment)]
    if any(name not in NO_NAMES for name in NAME.findall(comment)):
        found.append(NAMES_SOMEBODY)
    return found
