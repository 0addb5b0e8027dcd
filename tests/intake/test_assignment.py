"""Who on duty gets which callback: the choice as a table of its rules, and as properties of any team."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from intake.assignment import HOLD_AT_MOST, Taker, choose_taker

WOLFHAGEN, KAUFUNGEN = "06633028", "06633015"
GERMAN, UKRAINIAN = frozenset({"de"}), frozenset({"uk"})


def test_a_callback_goes_to_who_speaks_its_language() -> None:
    anna = Taker(1, GERMAN, 0)
    olha = Taker(2, GERMAN | UKRAINIAN, 1)
    assert choose_taker("uk", None, [anna, olha]) is olha
    assert choose_taker("de", None, [anna, olha]) is anna
    assert choose_taker("ar", None, [anna, olha]) is anna, "nobody speaks it: anybody with room"
    full = Taker(2, UKRAINIAN, HOLD_AT_MOST)
    assert choose_taker("uk", None, [anna, full]) is None, "she is on duty: it waits for her"
    assert choose_taker("uk", None, [anna, full], frozenset({2})) is anna, "she left it to others"


def test_a_place_is_rung_by_who_serves_it_and_language_comes_first() -> None:
    anywhere = Taker(1, GERMAN, 0)
    wolfhagen = Taker(2, GERMAN, 1, frozenset({WOLFHAGEN}))
    kaufungen = Taker(3, GERMAN | UKRAINIAN, 0, frozenset({KAUFUNGEN}))
    team = [anywhere, wolfhagen, kaufungen]
    assert choose_taker("de", WOLFHAGEN, team) is wolfhagen
    assert choose_taker("de", KAUFUNGEN, team) is kaufungen
    assert choose_taker("de", None, team) is anywhere
    assert choose_taker("uk", WOLFHAGEN, team) is kaufungen, "who speaks it, wherever she serves"
    full = Taker(2, GERMAN, HOLD_AT_MOST, frozenset({WOLFHAGEN}))
    assert choose_taker("de", WOLFHAGEN, [kaufungen, full, anywhere]) is anywhere, "a place waits for nobody"
    assert choose_taker("de", WOLFHAGEN, [kaufungen]) is kaufungen, "a place is a preference, no bar"


TAKERS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.frozensets(st.sampled_from(["de", "en", "uk"])),
        st.frozensets(st.sampled_from([WOLFHAGEN, KAUFUNGEN])),
    ),
    max_size=6,
).map(lambda rows: [Taker(i, speaks, held, places) for i, (held, speaks, places) in enumerate(rows)])
LANGUAGE, PLACE = st.sampled_from(["de", "en", "uk", "ar"]), st.sampled_from([WOLFHAGEN, KAUFUNGEN, None])
SKIPPERS = st.frozensets(st.integers(0, 5))


@given(LANGUAGE, PLACE, TAKERS, SKIPPERS)
def test_whoever_is_chosen_has_room_speaks_it_and_nobody_fits_better(
    language: str, place: str | None, takers: list[Taker], skippers: frozenset[int]
) -> None:
    chosen = choose_taker(language, place, takers, skippers)
    willing = [taker for taker in takers if taker.staff_id not in skippers]
    speakers = [taker for taker in willing if language in taker.languages] or willing
    free = [taker for taker in speakers if taker.has_room]
    if chosen is None:
        assert free == []
        return
    assert chosen in free
    serve = [taker for taker in free if place in taker.places]
    if serve:
        assert chosen in serve
    alike = [taker for taker in free if taker.places == chosen.places]
    assert chosen.in_hand == min(taker.in_hand for taker in alike)


@given(LANGUAGE, PLACE, TAKERS, SKIPPERS, st.randoms())
def test_the_choice_does_not_hang_on_the_order_of_the_team(
    language: str, place: str | None, takers: list[Taker], skippers: frozenset[int], dice: random.Random
) -> None:
    shuffled = list(takers)
    dice.shuffle(shuffled)
    assert choose_taker(language, place, takers, skippers) == choose_taker(
        language, place, shuffled, skippers
    )
