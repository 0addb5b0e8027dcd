"""The gap list: what is wanted where and when, beside who is free; counted again in another way."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from intake.profile import Profile
from matching.facts import Need, Offer
from matching.gaps import WEEK, by_half_day, by_place, cells

from .district import HOFGEISMAR, WOLFHAGEN


def need(
    profile: Profile, number: int, ags: str = WOLFHAGEN, category: str = "shopping", *halves: int
) -> Need:
    place = profile.places.municipality(ags)
    return Need(number, f"{number}", category, place, half_days=frozenset(WEEK[half] for half in halves))


def offer(profile: Profile, number: int, ags: str = WOLFHAGEN, radius: float = 5, **more: object) -> Offer:
    kinds = frozenset({"shopping"})
    values = {"categories": kinds, "vetted": kinds, **more}
    return Offer(number, profile.places.municipality(ags), radius, **values)


def test_who_is_in_reach_counts_and_who_is_not_does_not(profile: Profile) -> None:
    needs = [need(profile, 1), need(profile, 2), need(profile, 3, HOFGEISMAR)]
    offers = [offer(profile, 1), offer(profile, 2, HOFGEISMAR, radius=60, capacity=3, used=1)]
    gaps = {
        gap.place.ags: (gap.wanted, gap.free, gap.missing) for gap in by_place(needs, offers) if gap.place
    }
    assert gaps == {WOLFHAGEN: (2, 3, 0), HOFGEISMAR: (1, 2, 0)}
    gaps = {gap.place.ags: gap.missing for gap in by_place(needs, offers[:1]) if gap.place}
    assert gaps == {WOLFHAGEN: 1, HOFGEISMAR: 1}


def test_paused_absent_unvetted_and_full_helpers_are_not_free(profile: Profile) -> None:
    offers = [
        offer(profile, 4, away_until=date(2026, 3, 9)),
        offer(profile, 1, active=False),
        offer(profile, 2, vetted=frozenset()),
        offer(profile, 3, capacity=1, used=1),
    ]
    (gap,) = by_place([need(profile, 1)], offers)
    assert (gap.wanted, gap.free) == (1, 0)


def test_half_days_are_counted_where_they_were_named_and_everywhere_where_not(profile: Profile) -> None:
    needs = [need(profile, 1, WOLFHAGEN, "shopping", 0), need(profile, 2)]
    offers = [offer(profile, 1, half_days=frozenset({WEEK[1]}))]
    found = {gap.half_day: (gap.wanted, gap.free) for gap in by_half_day(needs, offers)}
    assert found[WEEK[0]] == (2, 0)
    assert found[WEEK[1]] == (1, 1)
    assert found[WEEK[5]] == (1, 0)


@given(st.lists(st.tuples(st.sampled_from([WOLFHAGEN, HOFGEISMAR]), st.sets(st.integers(0, 13))), max_size=8))
def test_every_request_stands_in_each_cell_that_suits_it_and_in_no_other(
    profile: Profile, told: list[tuple[str, set[int]]]
) -> None:
    needs = [need(profile, place, ags, "shopping", *halves) for place, (ags, halves) in enumerate(told)]
    assert sum(gap.wanted for gap in cells(needs, [])) == sum(len(halves) or len(WEEK) for _, halves in told)
    assert sum(gap.wanted for gap in by_place(needs, [])) == len(needs)


def test_where_the_place_is_not_known_nobody_is_in_reach(profile: Profile) -> None:
    unknown = Need(1, "1", "shopping", None)
    assert {(gap.wanted, gap.free) for gap in cells([unknown], [offer(profile, 1)])} == {(1, 0)}
