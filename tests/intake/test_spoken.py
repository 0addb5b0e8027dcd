"""Values as they are heard: digits one by one in pairs, "zwo" for 2, days by their everyday names."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.hours import Window
from intake.profile import Profile
from intake.spoken import (
    LANGUAGES,
    spoken_digits,
    spoken_hours,
    spoken_number,
    spoken_time,
    spoken_window,
)
from tests.conftest import TUESDAY_TEN


def test_a_number_is_read_back_in_pairs_after_its_area_code() -> None:
    german = spoken_number("+4956925551234", "de")
    assert german == "null fünf sechs neun zwo. fünf fünf, fünf eins, zwo drei, vier"
    assert (
        spoken_number("+4956925551234", "en")
        == "zero five six nine two. five five, five one, two three, four"
    )


def test_a_postcode_keeps_its_leading_zero() -> None:
    assert spoken_digits("01067", "de") == "null eins, null sechs, sieben"


@pytest.mark.parametrize(
    ("start", "german", "english"),
    [
        (
            datetime(2026, 11, 24, 13, 0, tzinfo=UTC),
            "heute Nachmittag zwischen 14 und 15 Uhr 30",
            "this afternoon between 2 and 3:30 pm",
        ),
        (
            datetime(2026, 11, 25, 8, 0, tzinfo=UTC),
            "morgen Vormittag zwischen 9 und 10 Uhr 30",
            "tomorrow morning between 9 and 10:30 am",
        ),
        (
            datetime(2026, 12, 1, 8, 30, tzinfo=UTC),
            "am Dienstag, den 1. Dezember, zwischen 9 Uhr 30 und 11 Uhr",
            "on Tuesday, 1 December, between 9:30 am and 11 am",
        ),
    ],
)
def test_a_window_is_told_as_people_tell_it(
    profile: Profile, start: datetime, german: str, english: str
) -> None:
    window = Window(start, start + timedelta(minutes=90))
    assert spoken_window(window, TUESDAY_TEN, "de", profile.tz) == german
    assert spoken_window(window, TUESDAY_TEN, "en", profile.tz) == english


def test_a_window_across_noon_names_no_half_of_the_day(profile: Profile) -> None:
    window = Window(TUESDAY_TEN + timedelta(hours=1, minutes=30), TUESDAY_TEN + timedelta(hours=3))
    assert spoken_window(window, TUESDAY_TEN, "de", profile.tz) == "heute zwischen 11 Uhr 30 und 13 Uhr"
    assert spoken_window(window, TUESDAY_TEN, "en", profile.tz) == "today between 11:30 am and 1 pm"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("de", "heute zwischen 11 und 13 Uhr"),
        ("en", "today between 11 am and 1 pm"),
        ("tr", "bugün saat 11 ile 13 arasında"),
        ("ar", "اليوم بين الساعة 11 صباحًا والساعة 1 بعد الظهر"),
    ],
)
def test_the_end_tells_the_unit_for_both_but_not_across_noon_on_a_clock_of_twelve_hours(
    profile: Profile, language: str, told: str
) -> None:
    window = Window(TUESDAY_TEN + timedelta(hours=1), TUESDAY_TEN + timedelta(hours=3))
    assert spoken_window(window, TUESDAY_TEN, language, profile.tz) == told


def test_noon_is_not_taken_for_midnight() -> None:
    assert spoken_time(time(12), "en") == "12 noon"
    assert spoken_time(time(12), "de") == "12 Uhr"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hours", [0, 2, 4, 24, 28, 70])
def test_every_language_tells_the_hours_of_a_window(profile: Profile, language: str, hours: int) -> None:
    window = Window(TUESDAY_TEN + timedelta(hours=hours), TUESDAY_TEN + timedelta(hours=hours + 1))
    spoken = spoken_window(window, TUESDAY_TEN, language, profile.tz)
    start, end = (at.astimezone(profile.tz).time() for at in (window.start, window.end))
    assert f" {spoken_time(start, language).split()[0]} " in spoken
    assert spoken_time(end, language) in spoken
    assert not set("{}") & set(spoken + spoken_hours(profile, language))


def test_like_days_are_told_together(profile: Profile) -> None:
    assert spoken_hours(profile, "de") == ("Montag bis Donnerstag von 8 bis 17 Uhr, Freitag von 8 bis 14 Uhr")


@given(st.text(max_size=20), st.sampled_from(LANGUAGES))
def test_every_digit_is_one_word_and_nothing_else_is_spoken(text: str, language: str) -> None:
    digits = [c for c in text if c.isascii() and c.isdigit()]
    assert len(spoken_digits(text, language).replace(",", "").split()) == len(digits)
