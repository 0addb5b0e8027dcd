"""Random districts and random problems for the property tests."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from intake.places import Place
from matching.facts import Need, Offer, Weights
from matching.problem import Demand, Problem

CATEGORIES = ("shopping", "driving")
LANGUAGES = ("de", "en", "tr")
INTERESTS = ("chess", "garden", "music")
SEEKERS = ("anna", "bert", "cem")
TRAITS = ("woman", "no_smoke", "carries")
CIRCUMSTANCES = ("dog", "stairs")
DAYS = (date(2026, 12, 1), date(2026, 12, 5))
ABSENCES = ((DAYS[0], DAYS[0]), (DAYS[0], DAYS[1]), (date(2026, 12, 3), date(2026, 12, 20)))
WEIGHTS = Weights()

#: Two postcodes of one municipality, one next to it, one further, and one out of most helpers' reach.
PLACES = (
    Place("34466", "Wolfhagen", "06633028", 51.33, 9.17, True),
    Place("34467", "Wolfhagen", "06633028", 51.35, 9.20, True),
    Place("34289", "Zierenberg", "06633029", 51.37, 9.30, True),
    Place("34369", "Hofgeismar", "06633013", 51.49, 9.38, True),
    Place("80331", "München", "09162000", 48.14, 11.57, False),
)

halves = st.sampled_from(("morning", "afternoon"))
half_days = st.frozensets(st.tuples(st.integers(0, 6), halves), max_size=4)


def some_of(words: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(words), max_size=len(words))


ids = st.integers(1, 4) | st.integers(1, 10_000)


def needs(most: int) -> st.SearchStrategy[list[Need]]:
    """Up to ``most`` needs that ask for anything."""
    need = st.builds(
        Need,
        id=ids,
        seeker=st.sampled_from(SEEKERS),
        category=st.sampled_from(CATEGORIES),
        place=st.sampled_from((*PLACES, None)),
        car_needed=st.booleans(),
        languages=some_of(LANGUAGES),
        half_days=half_days,
        dates=st.frozensets(st.tuples(st.sampled_from(DAYS), halves), max_size=2),
        recurring=st.booleans(),
        wishes=some_of(TRAITS[:2]),
        preferences=some_of(TRAITS[1:]),
        circumstances=some_of(CIRCUMSTANCES),
        excluded=st.frozensets(st.integers(1, 4), max_size=2),
        tried=st.frozensets(st.integers(1, 4), max_size=2),
        interests=some_of(INTERESTS),
        groups=some_of(("choir", "club")),
        urgency=st.integers(0, 2),
        waiting_hours=st.integers(0, 600),
    )
    return st.lists(need, max_size=most, unique_by=lambda one: one.id)


def offers(most: int) -> st.SearchStrategy[list[Offer]]:
    """Up to ``most`` offers, of which many bar themselves in one way or another."""
    offer = st.builds(
        Offer,
        id=ids,
        place=st.sampled_from((*PLACES, None)),
        radius_km=st.sampled_from((3.0, 12.0, 30.0, 600.0)),
        categories=some_of(CATEGORIES),
        vetted=some_of(CATEGORIES),
        half_days=half_days,
        away=st.frozensets(st.sampled_from(ABSENCES), max_size=2),
        away_until=st.sampled_from((None, None, date(2026, 12, 20))),
        capacity=st.integers(0, 3),
        used=st.integers(0, 1),
        languages=some_of(LANGUAGES),
        car=st.booleans(),
        traits=some_of(TRAITS),
        avoids=some_of(CIRCUMSTANCES),
        interests=some_of(INTERESTS),
        groups=some_of(("choir", "club")),
        recent=st.integers(0, 6),
        never_helped=st.booleans(),
        helped_well=some_of(SEEKERS),
        refused=some_of(SEEKERS),
        active=st.booleans(),
    )
    return st.lists(offer, max_size=most, unique_by=lambda one: one.id)


def open_needs(most: int) -> st.SearchStrategy[list[Need]]:
    """Needs that hardly bar anybody, so that there is something to choose and to compete for."""
    need = st.builds(
        Need,
        id=ids,
        seeker=st.sampled_from(SEEKERS),
        category=st.just("shopping"),
        place=st.sampled_from(PLACES[:4]),
        half_days=st.just(frozenset[tuple[int, str]]()) | half_days,
        preferences=some_of(TRAITS[:1]),
        excluded=st.frozensets(st.integers(1, 4), max_size=1),
        interests=some_of(INTERESTS),
        urgency=st.integers(0, 2),
        waiting_hours=st.integers(0, 600),
    )
    return st.lists(need, min_size=1, max_size=most, unique_by=lambda one: one.id)


def open_offers(most: int) -> st.SearchStrategy[list[Offer]]:
    """Offers that fit most of ``open_needs``; some need not differ at all, so that ties are common."""
    offer = st.builds(
        Offer,
        id=ids,
        place=st.sampled_from(PLACES[:4]),
        radius_km=st.sampled_from((12.0, 30.0, 30.0)),
        categories=st.just(frozenset({"shopping"})),
        vetted=st.just(frozenset({"shopping"})),
        half_days=st.just(frozenset[tuple[int, str]]()) | half_days,
        traits=some_of(TRAITS[:1]),
        capacity=st.integers(1, 3),
        used=st.sampled_from((0, 0, 0, 1)),
        interests=some_of(INTERESTS),
        recent=st.integers(0, 6),
        never_helped=st.booleans(),
        helped_well=some_of(SEEKERS),
    )
    return st.lists(offer, min_size=1, max_size=most, unique_by=lambda one: one.id)


def slot_costs(most: int = 3) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(0, 5), max_size=most).map(lambda slots: tuple(sorted(slots)))


@st.composite
def problems(draw: st.DrawFn, requests: int = 6, helpers: int = 4) -> Problem:
    """A small problem with many ties, which is where a solver goes wrong."""
    slots = {helper: draw(slot_costs()) for helper in range(1, draw(st.integers(0, helpers)) + 1)}
    costs = st.dictionaries(st.sampled_from(sorted(slots)), st.integers(0, 12)) if slots else st.just({})
    demands = {
        request: Demand(draw(st.integers(0, 20)), draw(costs))
        for request in range(1, draw(st.integers(0, requests)) + 1)
    }
    return Problem(demands, slots)
