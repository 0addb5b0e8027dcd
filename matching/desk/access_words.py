"""How a person's data is worded for herself: lines of a label and a text, in parts with a heading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import format_date, format_datetime, gettext

from intake.desk.half_days import by_day
from intake.desk.wording import language_word, word
from intake.kinds import BestTime
from intake.web import in_words, services


@dataclass(frozen=True)
class Part:
    """What is known of one thing, under a heading: each line is a label and a text."""

    title: str
    lines: tuple[tuple[str, str], ...]


def part(title: str, *lines: tuple[Any, str | None]) -> Part:
    """A part, without the lines that say nothing."""
    return Part(title, tuple((str(label), text) for label, text in lines if text))


def when(at: datetime | None) -> str:
    """A moment with its day and year, on the district's clock."""
    return str(format_datetime(at, "short")) if at else ""


def day_after(at: datetime, days: int) -> str:
    """The day so many days later, as a date."""
    return str(format_date((at + timedelta(days=days)).astimezone(services().profile.tz), "long"))


def the_day(at: datetime) -> str:
    """The day of a moment, as a date."""
    return str(format_date(at.astimezone(services().profile.tz), "long"))


def labels(known: Mapping[str, Mapping[str, str]], ids: Iterable[str]) -> str:
    """Ids of the profile in words; one that the profile does not know any more as it stands."""
    return ", ".join(in_words(known[each]) if each in known else each for each in ids)


def traits(ids: Iterable[str]) -> str:
    """What applies to somebody, as the profile words it."""
    return labels({key: trait.said for key, trait in services().profile.traits.items()}, ids)


def half_days(found: Iterable[Sequence[Any]]) -> str:
    """Half days of the week."""
    return ", ".join(f"{day} {' + '.join(word(half) for half in halves)}" for day, halves in by_day(found))


def dates(found: Iterable[Sequence[str]]) -> str:
    """Days with their half."""
    return ", ".join(f"{_iso(day)} {word(BestTime(half))}" for day, half in found)


def spans(found: Iterable[Sequence[str]]) -> str:
    """First and last days."""
    return ", ".join(f"{_iso(first)} – {_iso(last)}" for first, last in found)


def languages(codes: Iterable[str]) -> str:
    """Languages by their names."""
    return ", ".join(language_word(code) for code in codes)


def yes(value: bool) -> str:
    """Yes, or nothing at all."""
    return gettext("ja") if value else ""


def _iso(text: str) -> str:
    return str(format_date(date.fromisoformat(text), "short"))
