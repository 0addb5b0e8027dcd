"""Reference numbers: a digit mistyped or two swapped are always noticed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from intake.references import LENGTH, check_digit, is_mission_number, is_valid, make, make_mission_number

numbers = st.integers(0, 99_999)


def test_the_published_example() -> None:
    assert check_digit("572") == "4"  # H. M. Damm's own example


@given(numbers)
def test_a_reference_is_six_digits_and_valid(number: int) -> None:
    reference = make(number)
    assert len(reference) == LENGTH
    assert is_valid(reference)


@given(numbers)
def test_a_missions_number_is_never_a_reference(number: int) -> None:
    assert is_mission_number(make_mission_number(number))
    assert not is_valid(make_mission_number(number))
    assert not is_mission_number(make(number))


@given(numbers, st.integers(0, LENGTH - 1), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number: int, place: int, shift: int) -> None:
    digits = list(make(number))
    digits[place] = str((int(digits[place]) + shift) % 10)
    assert not is_valid("".join(digits))
    mission = list(make_mission_number(number))
    mission[place] = str((int(mission[place]) + shift) % 10)
    assert not is_mission_number("".join(mission))


@given(numbers, st.integers(0, LENGTH - 2))
def test_two_neighbours_swapped_are_noticed(number: int, place: int) -> None:
    digits = list(make(number))
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    assert digits[place] == digits[place + 1] or not is_valid("".join(digits))


@given(st.text(max_size=8))
def test_anything_may_be_asked(text: str) -> None:
    assert is_valid(text) in (True, False)
