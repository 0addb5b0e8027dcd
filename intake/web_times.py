"""Moments on pages: the district's clock, in the page's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel import dates
from babel.dates import get_day_names
from flask_babel import format_date, format_datetime

from intake.web import now, page_language, services

#: Patterns (CLDR) of a moment today and on another day; German says the hour with "Uhr".
_TODAY = {"de": "HH:mm 'Uhr'", "en": "HH:mm"}
_OTHER_DAY = {"de": "EEE d.M., HH:mm 'Uhr'", "en": "EEE d MMM, HH:mm"}
_DAY = {"de": "EEEE, d. MMMM", "en": "EEEE, d MMMM"}
_MINUTE = timedelta(minutes=1)
_BETWEEN = {"de": "{} bis {}", "en": "{} to {}"}


def day_names() -> list[str]:
    """The weekdays from Monday on, in the page's language."""
    names = get_day_names("wide", locale=page_language())
    return [names[day] for day in range(7)]


def _is_today(at: datetime) -> bool:
    zone = services().profile.tz
    return at.astimezone(zone).date() == now().astimezone(zone).date()


def moment(at: datetime) -> str:
    """A moment on the district's clock; with its day unless it is today."""
    patterns = _TODAY if _is_today(at) else _OTHER_DAY
    return str(format_datetime(at, patterns[page_language()]))


def full_minute(at: datetime) -> datetime:
    """The first full minute from then on: what a page says without seconds must not come too early."""
    return at if at == at.replace(second=0, microsecond=0) else at.replace(second=0, microsecond=0) + _MINUTE


def clock(at: datetime) -> str:
    """The time of day alone."""
    return str(format_datetime(at, _TODAY[page_language()]))


def to_the_second(at: datetime) -> str:
    """The time of day with seconds: the answers of one call lie seconds apart."""
    return str(format_datetime(at, "HH:mm:ss"))


def day(at: datetime) -> str:
    """The day alone: "Dienstag, 24. November"."""
    return str(format_datetime(at, _DAY[page_language()]))


def full_date(at: datetime) -> str:
    """The date with its year: "24. November 2026"."""
    return str(format_date(at, "long"))


def iso_day(text: str) -> str:
    """A day that the record keeps as text: "2026-11-24" as the page's language writes it in short."""
    return str(format_date(date.fromisoformat(text), "short"))


def german_date(at: datetime) -> str:
    """The date as a German letter bears it, whatever the page's language: "24. November 2026"."""
    return dates.format_date(at.astimezone(services().profile.tz), "d. MMMM y", locale="de")


def on_the_wall(local: datetime) -> datetime:
    """A moment as somebody typed it, which is meant on the district's clock."""
    return local.replace(tzinfo=services().profile.tz)


def span(start: datetime, end: datetime) -> str:
    """A promised window: "11:00 bis 12:00 Uhr", with its day unless it is today."""
    bare = "HH:mm" if _is_today(start) else _OTHER_DAY[page_language()].replace(" 'Uhr'", "")
    return _BETWEEN[page_language()].format(format_datetime(start, bare), clock(end))
