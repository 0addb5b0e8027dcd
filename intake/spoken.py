"""Values as words to be spoken: numbers, digits, promised windows, opening hours. Pure.

Only values for the placeholders of prompts are made here; whole sentences stand in the prompts' files.
Digits are spelled as words, in pairs with pauses, because a voice that reads "5551234" as millions helps
nobody. A language's words stand in ``spoken_words/<language>.toml``, as whole phrases; the names of
weekdays and months and the writing of times are CLDR's (library Babel).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names
from pydantic import Field

from intake.hours import NOON, Window
from intake.phone_numbers import groups
from intake.profile import WEEKDAYS, Profile, Span
from intake.profile_parts import Frozen

Digits = Annotated[tuple[str, ...], Field(min_length=10, max_length=10)]


class WindowPhrases(Frozen):
    """Phrases with ``{start}`` and ``{end}``; ``other_day`` also has ``{day}`` and ``{date}``."""

    today: str
    today_morning: str
    today_afternoon: str
    tomorrow: str
    tomorrow_morning: str
    tomorrow_afternoon: str
    other_day: str


class HoursPhrases(Frozen):
    """Phrases with ``{first}``, ``{start}`` and ``{end}``; for more than one day also with ``{last}``."""

    one_day: str
    two_days: str
    days: str


class Words(Frozen):
    """A language's words for values. ``date`` and the patterns of hours are CLDR's."""

    locale: str
    digits: Digits
    comma: str
    full_hour: str
    hour_and_minutes: str
    first_hour: str  # of a span whose end tells the rest: "zwischen 14 und 15 Uhr"
    noon: str | None = None  # where "12 pm" would be mistaken for midnight
    date: str
    window: WindowPhrases
    hours: HoursPhrases


_WORDS = {
    file.stem: Words.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    for file in sorted((Path(__file__).parent / "spoken_words").glob("*.toml"))
}

#: The languages that values can be spoken in.
LANGUAGES = tuple(_WORDS)


def spoken_digits(text: str, language: str) -> str:
    """Digits in pairs: ``34466`` as "drei vier, vier sechs, sechs". Anything but digits is left out."""
    words = _WORDS[language]
    digits = [words.digits[int(sign)] for sign in text if sign.isascii() and sign.isdigit()]
    pairs = (digits[i : i + 2] for i in range(0, len(digits), 2))
    return f"{words.comma} ".join(" ".join(pair) for pair in pairs)


def spoken_number(e164: str, language: str) -> str:
    """A telephone number: the area code digit by digit, a pause, then the rest in pairs. "" stays ""."""
    if not e164:
        return ""
    code, *rest = groups(e164)
    spelled_code = " ".join(_WORDS[language].digits[int(digit)] for digit in code)
    return f"{spelled_code}. {spoken_digits(''.join(rest), language)}"


def spoken_window(window: Window, now: datetime, language: str, tz: ZoneInfo) -> str:
    """A promised window: "heute Nachmittag zwischen 14 und 15 Uhr 30". It lies within one local day."""
    words = _WORDS[language]
    start, end = window.start.astimezone(tz), window.end.astimezone(tz)
    days_ahead = start.date() - now.astimezone(tz).date()
    names = get_day_names("wide", "stand-alone", words.locale)
    return _window_phrase(words.window, days_ahead, start.time(), end.time()).format(
        day=names[start.weekday()],
        date=format_date(start, words.date, words.locale),
        **_spoken_span(start.time(), end.time(), language),
    )


def _window_phrase(phrases: WindowPhrases, days_ahead: timedelta, start: time, end: time) -> str:
    """The phrase that names the half of the day, if the window lies in one half."""
    if days_ahead not in (timedelta(0), timedelta(1)):
        return phrases.other_day
    today = days_ahead == timedelta(0)
    if end <= NOON:
        return phrases.today_morning if today else phrases.tomorrow_morning
    if start >= NOON:
        return phrases.today_afternoon if today else phrases.tomorrow_afternoon
    return phrases.today if today else phrases.tomorrow


def spoken_time(at: time, language: str) -> str:
    """A time of day: "14 Uhr 30", "2:30 pm"."""
    words = _WORDS[language]
    if words.noon and at == NOON:
        return words.noon
    pattern = words.hour_and_minutes if at.minute else words.full_hour
    return format_time(at, pattern, locale=words.locale)


def _spoken_span(start: time, end: time, language: str) -> dict[str, str]:
    """Both times of a span for a phrase. Where it begins at a full hour, the end tells the unit for both.

    Not across noon on a clock of twelve hours: "11 to 1 pm" would be a riddle.
    """
    words = _WORDS[language]
    has_halves = "h" in words.first_hour
    is_short = not start.minute and not (has_halves and start <= NOON <= end)
    first = (
        format_time(start, words.first_hour, locale=words.locale)
        if is_short
        else spoken_time(start, language)
    )
    return {"start": first, "end": spoken_time(end, language)}


def spoken_hours(profile: Profile, language: str) -> str:
    """The week's opening hours, like days together: "Montag bis Donnerstag von 8 Uhr bis 17 Uhr, …"."""
    words = _WORDS[language]
    names = get_day_names("wide", "stand-alone", words.locale)
    phrases = (words.hours.one_day, words.hours.two_days)
    return f"{words.comma} ".join(
        (phrases[last - first] if last - first < len(phrases) else words.hours.days).format(
            first=names[first],
            last=names[last],
            **_spoken_span(span.start, span.end, language),
        )
        for first, last, spans in _runs(profile)
        for span in spans
    )


def _runs(profile: Profile) -> Iterator[tuple[int, int, tuple[Span, ...]]]:
    """Weekdays with like hours that follow each other: (first, last, hours), closed days left out."""
    week = ((weekday, profile.hours.get(name, ())) for weekday, name in enumerate(WEEKDAYS))
    for spans, days in groupby(week, key=lambda day: day[1]):
        weekdays = [weekday for weekday, _ in days]
        if spans:
            yield weekdays[0], weekdays[-1], spans
