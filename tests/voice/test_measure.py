"""How long calls take, beside the numbers to hold."""

from __future__ import annotations

import pytest

from intake.kinds import CallOutcome
from intake.profile import Profile
from voice.measure import JOURNEYS, TAKEN, Journey, Measured, measure, seconds, table
from voice.prompts import Prompts

from .conftest import LANDLINE

PLAIN = ["1", "1", "1", "34466", "1", "1"]


def test_the_plain_call_takes_ten_keys_and_ninety_seconds(profile: Profile, prompts: Prompts) -> None:
    plain = measure(prompts, profile, LANDLINE, PLAIN)
    assert plain.outcome is CallOutcome.FILED
    assert plain.keys <= 10
    assert plain.turns == 7
    assert plain.spoken <= 90


def test_a_call_with_a_typed_number_takes_two_and_a_half_minutes(profile: Profile, prompts: Prompts) -> None:
    typed = measure(prompts, profile, None, ["1", "1", "056925551234", "1", "34466", "1", "1"])
    assert typed.outcome is CallOutcome.FILED
    assert typed.spoken + typed.keys <= 150


def test_the_first_choice_comes_within_fifteen_seconds(profile: Profile, prompts: Prompts) -> None:
    assert measure(prompts, profile, LANDLINE, []).first_choice <= 15


def test_a_silent_call_is_measured_too(profile: Profile, prompts: Prompts) -> None:
    silent = measure(prompts, profile, LANDLINE, ["", ""])
    assert silent == Measured(0, 3, silent.spoken, silent.first_choice, CallOutcome.SILENT_FILED)


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
def test_the_commonest_journeys_are_within_their_limits(
    profile: Profile, prompts: Prompts, journey: Journey
) -> None:
    assert len(JOURNEYS) >= 10
    found = measure(prompts, profile, journey.caller_id, journey.answers)
    assert found.outcome is not None
    assert journey.keys is None or found.keys <= journey.keys
    assert found.spoken <= journey.seconds
    assert found.turns <= profile.limits.max_turns


def test_a_call_that_is_put_through_is_measured_too(profile: Profile, prompts: Prompts) -> None:
    taken = measure(prompts, profile, LANDLINE, ["0", TAKEN])
    assert (taken.keys, taken.turns, taken.outcome) == (1, 3, CallOutcome.PUT_THROUGH)


def test_the_table_has_a_row_for_each_journey(profile: Profile, prompts: Prompts) -> None:
    lines = table(prompts, profile).splitlines()
    assert lines[2] == "| needs help | 10 | 10 | 74 | 90 | 7 | 40 |"
    assert [line.split(" | ")[0].strip("| ") for line in lines[2 : 2 + len(JOURNEYS)]] == [
        journey.name for journey in JOURNEYS
    ]


@pytest.mark.parametrize(("text", "words"), [("Guten Tag!", 2), ("wählen Sie 112.", 5), ("um 14 Uhr", 3)])
def test_long_numbers_count_a_word_for_each_digit(text: str, words: int) -> None:
    assert seconds(text) == words / 2
