"""Which numbers may be rung back, however they are typed or transmitted, and how they are shown."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake.phone_numbers import area_code_of, caller_id, display, groups, mask, parse_callable

#: Area codes with subscriber numbers as the district has them, and a mobile prefix.
NATIONAL = st.builds(
    lambda prefix, subscriber: prefix + str(subscriber),
    st.sampled_from(["5692", "561", "5671", "30"]),
    st.integers(2_000_000, 9_999_999),
) | st.integers(2_000_000, 9_999_999).map(lambda subscriber: f"170{subscriber}")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("05692 555 1234", "+4956925551234"),
        ("004956925551234", "+4956925551234"),
        ("+49 (0)5692 / 555-1234", "+4956925551234"),
        ("0561-1003 1177", "+4956110031177"),
        ("01512 3456789", "+4915123456789"),
    ],
)
def test_a_number_is_understood_as_people_write_it(typed: str, number: str) -> None:
    assert parse_callable(typed, "DE") == number
    assert caller_id(typed, "DE") == number


@given(NATIONAL)
def test_all_ways_to_type_a_number_agree(national: str) -> None:
    number = f"+49{national}"
    assert {parse_callable(prefix + national, "DE") for prefix in ("0", "0049", "+49")} == {number}


def test_a_local_number_is_completed_by_an_area_code_and_only_by_one() -> None:
    assert parse_callable("5551234", "DE", "05692") == "+4956925551234"
    assert parse_callable("5551234", "DE") is None
    assert parse_callable("056110031177", "DE", "05692") == "+4956110031177"


@pytest.mark.parametrize(
    "withheld",
    [
        None,
        "",
        "anonymous",
        "restricted",
        "unknown",
        "unavailable",
        "private",
        "blocked",
        "sip:056925551234@example.org",
        "client:056925551234",
        "+266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
    ],
)
def test_a_withheld_number_is_none(withheld: str | None) -> None:
    assert caller_id(withheld, "DE") is None


@pytest.mark.parametrize(
    "number",
    [
        "110",
        "112",
        "115",
        "116117",
        "11833",
        "0561110",
        "0561112",
        "056111833",
        "+4315331234",
        "0033140000000",
        "016412345678",
        "018112345",
        "056921",
        "05692555123456789",
        "0569255512３4",
        "05692 555 1234;ext=9",
        "0800 FLOWERS",
        "#",
        "*",
    ],
)
def test_what_is_no_fixed_or_mobile_number_of_the_country_is_refused(number: str) -> None:
    assert parse_callable(number, "DE") is None
    assert parse_callable(number, "DE", "05692") is None


@given(
    st.sampled_from(["0", "0049", "+49"]),
    st.sampled_from(["900", "137", "180", "700", "32", "118", "800", "19"]),
    st.text("0123456789", min_size=1, max_size=11),
)
def test_costly_numbers_are_never_rung(trunk: str, prefix: str, rest: str) -> None:
    assert parse_callable(trunk + prefix + rest, "DE") is None


@given(st.text("0123456789", max_size=6), st.sampled_from(["110", "112", "115", "116", "118"]))
def test_no_area_code_leads_to_an_emergency_line(rest: str, service: str) -> None:
    for area_code in ("05692", "0561"):
        assert parse_callable(service + rest, "DE", area_code) is None
        assert parse_callable(area_code + service + rest, "DE") is None


@given(st.text() | st.text("0123456789+*# ()-", max_size=30), st.none() | st.text("0123456789", max_size=6))
@example("+", None)
@example("00", "0")
def test_whatever_is_typed_gives_a_number_to_ring_or_none(typed: str, area_code: str | None) -> None:
    number = parse_callable(typed, "DE", area_code)
    if number is not None:
        assert number.startswith("+49")
        assert len(number) <= len("+49") + 13
        assert parse_callable(number, "DE") == number


@given(NATIONAL)
def test_a_shown_number_keeps_its_digits_and_a_masked_one_hides_them(national: str) -> None:
    number = f"+49{national}"
    assert parse_callable(display(number), "DE") == number
    assert "".join(groups(number)) == f"0{national}"
    code, *hidden = mask(number).split(" ")
    assert display(number).startswith(code)
    assert [sign for sign in "".join(hidden) if sign.isdigit()] == list(national[-2:])


def test_numbers_are_shown_as_at_home() -> None:
    assert display("+4956925551234") == "05692 555 1234"
    assert display("+4956110031177") == "0561 1003 1177"
    assert mask("+4956925551234") == "05692 ••• ••34"
    assert groups("+4956925551234") == ("05692", "55", "51", "23", "4")


def test_only_landlines_have_an_area_code() -> None:
    assert area_code_of("+4956925551234") == "05692"
    assert area_code_of("+4956110031177") == "0561"
    assert area_code_of("+4915123456789") is None
