"""Cadences: the choices of a set-up form, turned into a recurrence rule and back into words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import holidays

from rituals.calendar.rules import BadRule, Rule, read_rule
from rituals.errors import InvalidField

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORKING_DAYS = DAYS[:5]
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}

KINDS = {  # in the order in which a form offers them
    "weekdays": "Every weekday, Monday to Friday",
    "weekly": "Every week, on chosen days",
    "weeks": "Every few weeks, on chosen days",
    "month_day": "Every month, on a date",
    "month_weekday": "Every month, on a weekday (second Tuesday, last Friday)",
    "first_working_day": "First working day of the month",
    "last_working_day": "Last working day of the month",
    "quarterly": "Every three months, on a date",
    "yearly": "Once a year, on a date",
    "rule": "By a rule of my own (RRULE)",
}


class UnknownCountry(InvalidField):
    """There are no holidays for this country code."""


@dataclass(frozen=True)
class Cadence:
    """How often something happens, as a form asks it; the fields that a kind doesn't use keep their defaults.

    `days` are weekdays (MO), `every` a number of weeks, `day` a day of the month, `short` what happens in a
    month that lacks that day (skip, last), `nth` 1 to 4 or -1, `month` 1 to 12, `rule` RRULE text.
    """

    kind: str
    days: tuple[str, ...] = ()
    every: int = 1
    day: int = 1
    short: str = "skip"
    nth: int = 1
    month: int = 1
    rule: str = ""

    def as_rule(self) -> str:
        """The RRULE text. Raises InvalidField for what is missing, BadRule or TooOften for a rule of one's own."""
        match self.kind:
            case "weekdays":
                return f"FREQ=WEEKLY;BYDAY={','.join(WORKING_DAYS)}"
            case "weekly" | "weeks":
                if not self.days:
                    raise InvalidField("days", "Choose at least one day.")
                every = f"INTERVAL={self.every};" if self.every > 1 else ""
                return f"FREQ=WEEKLY;{every}BYDAY={','.join(day for day in DAYS if day in self.days)}"
            case "month_day":
                return f"FREQ=MONTHLY;{self._on_date()}"
            case "month_weekday":
                if len(self.days) != 1:
                    raise InvalidField("days", "Choose one weekday.")
                return f"FREQ=MONTHLY;BYDAY={self.nth}{self.days[0]}"
            case "first_working_day" | "last_working_day":
                which = 1 if self.kind == "first_working_day" else -1
                return f"FREQ=MONTHLY;BYDAY={','.join(WORKING_DAYS)};BYSETPOS={which}"
            case "quarterly":
                return f"FREQ=MONTHLY;INTERVAL=3;{self._on_date()}"
            case "yearly":
                return f"FREQ=YEARLY;BYMONTH={self.month};{self._on_date()}"
        read_rule(self.rule)
        return self.rule.strip().upper().removeprefix("RRULE:").strip().strip(";")

    def _on_date(self) -> str:
        if self.short == "last" and self.day > 28:
            candidates = ",".join(str(day) for day in range(28, self.day + 1))
            return f"BYMONTHDAY={candidates};BYSETPOS=-1"
        return f"BYMONTHDAY={self.day}"

    def in_words(self) -> str:
        """The cadence as a person would say it: "every second week on Tuesday and Thursday"."""
        match self.kind:
            case "weekdays":
                return "every weekday"
            case "weekly":
                return f"every {_listed(self.days)}" if len(self.days) < 7 else "every day"
            case "weeks":
                often = {2: "every second week", 3: "every third week"}.get(
                    self.every, f"every {self.every} weeks"
                )
                return f"{often} on {_listed(self.days)}"
            case "month_day":
                return f"every month on {self._date_in_words()}"
            case "month_weekday":
                return f"on the {NTH[self.nth]} {_listed(self.days)} of every month"
            case "first_working_day" | "last_working_day":
                return f"on the {self.kind.split('_')[0]} working day of every month"
            case "quarterly":
                return f"every three months on {self._date_in_words()}"
            case "yearly":
                return f"every year on {self.day} {date(2000, self.month, 1):%B}{self._short_in_words()}"
        return f"by the rule {self.rule}"

    def _date_in_words(self) -> str:
        ending = {1: "st", 2: "nd", 3: "rd"}.get(self.day % 10 if self.day not in (11, 12, 13) else 0, "th")
        return f"the {self.day}{ending}{self._short_in_words()}"

    def _short_in_words(self) -> str:
        if self.day <= 28:
            return ""
        return ", or the month's last day" if self.short == "last" else ", in the months that have it"


def _listed(days: tuple[str, ...]) -> str:
    names = [DAY_NAMES[DAYS.index(day)] for day in DAYS if day in days]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def read_cadence(rule: str) -> Cadence:
    """The cadence behind a stored rule: one of the form's kinds, else a rule of one's own."""
    for read in (_weekly, _working_day, _by_date, _by_weekday):
        cadence = read(read_rule(rule))
        if cadence is not None and cadence.as_rule() == rule:
            return cadence
    return Cadence("rule", rule=rule)


def _weekly(rule: Rule) -> Cadence | None:
    if rule.freq != "WEEKLY" or "BYDAY" not in rule.parts:
        return None
    days = tuple(rule.parts["BYDAY"].split(","))
    if rule.interval > 1:
        return Cadence("weeks", days=days, every=rule.interval)
    return Cadence("weekdays") if days == WORKING_DAYS else Cadence("weekly", days=days)


def _working_day(rule: Rule) -> Cadence | None:
    which = {"1": "first_working_day", "-1": "last_working_day"}.get(rule.parts.get("BYSETPOS", ""))
    return Cadence(which) if which and "BYDAY" in rule.parts else None


def _by_weekday(rule: Rule) -> Cadence | None:
    found = re.fullmatch(r"(-1|[1-4])([A-Z]{2})", rule.parts.get("BYDAY", ""))
    return Cadence("month_weekday", nth=int(found[1]), days=(found[2],)) if found else None


def _by_date(rule: Rule) -> Cadence | None:
    days = rule.parts.get("BYMONTHDAY", "").split(",")
    if not days[-1].isdigit() or rule.freq not in ("MONTHLY", "YEARLY"):
        return None
    kind = "yearly" if rule.freq == "YEARLY" else "quarterly" if rule.interval == 3 else "month_day"
    month = rule.parts.get("BYMONTH", "1")
    if not month.isdigit():
        return None
    return Cadence(kind, day=int(days[-1]), short="last" if len(days) > 1 else "skip", month=int(month))


def names_hours(rule: str) -> bool:
    """Whether a rule says by itself at what hour, so that the start's time isn't the one that counts."""
    return any(part in read_rule(rule).parts for part in ("BYHOUR", "BYMINUTE"))


def once_a_day(rule: str) -> str:
    """Return the rule when it names one time of day at most. Raises BadRule: a channel is asked once a day."""
    for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        if "," in read_rule(rule).parts.get(part, ""):
            raise BadRule(why=f"{part} names several times, and a channel is asked at most once a day")
    return rule


# --- days off -------------------------------------------------------------------------------------------


def read_country(text: str) -> str | None:
    """Check a country for public holidays: DE, or with a region DE-BY; empty text is None.

    Raises InvalidField under `country`.
    """
    code = text.strip().upper()
    if not code:
        return None
    country, dash, region = code.partition("-")
    regions = holidays.list_supported_countries().get(country)
    if regions is None:
        raise InvalidField("country", f'I know no holidays of "{code[:20]}". Use a code like DE, US or IN.')
    if dash and region not in regions:
        raise InvalidField("country", f"{country} has no region {region[:10]}. Try {country} alone.")
    return code


def days_off(country: str | None, first: int, last: int) -> dict[str, str]:
    """Public holidays of the years `first` to `last` as {"2026-12-25": "Christmas Day"}, to be frozen in a row."""
    if country is None:
        return {}
    code, _, region = country.partition("-")
    known: Mapping[date, str] = holidays.country_holidays(
        code, subdiv=region or None, years=range(first, last + 1), language="en_US"
    )
    return {day.isoformat(): name for day, name in sorted(known.items())}


def start_on(day: date, at: str) -> datetime:
    """The naive local start on a day at "HH:MM"."""
    return datetime.fromisoformat(f"{day.isoformat()}T{at}")
