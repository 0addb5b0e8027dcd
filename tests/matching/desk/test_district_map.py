"""The drawing: everything on the paper, north up, more is larger, and nobody's address in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from intake.profile import Profile
from matching.desk.district_map import WIDTH, draw_counts, draw_pairs
from tests.matching.district import HOFGEISMAR, WOLFHAGEN


def test_every_municipality_is_on_the_paper_and_north_is_up(profile: Profile) -> None:
    drawing = draw_counts(profile, {})
    assert len(drawing.spots) == len(profile.places.municipalities())
    assert all(0 < spot.x < WIDTH and 0 < spot.y < drawing.height for spot in drawing.spots)
    by_name = {spot.name: spot for spot in drawing.spots}
    assert by_name["Bad Karlshafen"].y < by_name["Baunatal"].y
    assert by_name["Wolfhagen"].x < by_name["Kaufungen"].x


def test_where_more_wait_the_circle_is_larger_by_area(profile: Profile) -> None:
    small, large = draw_counts(profile, {HOFGEISMAR: 1, WOLFHAGEN: 9}).marks
    assert (small.name, small.count, large.name, large.count) == ("Hofgeismar", 1, "Wolfhagen", 9)
    assert small.radius < large.radius


@given(counts=st.dictionaries(st.sampled_from([HOFGEISMAR, WOLFHAGEN, "99999999"]), st.integers(0, 10**6)))
def test_any_counts_can_be_drawn(profile: Profile, counts: dict[str, int]) -> None:
    drawing = draw_counts(profile, counts)
    assert len(drawing.marks) == sum(1 for ags in (HOFGEISMAR, WOLFHAGEN) if counts.get(ags))


def test_helpers_of_one_place_share_a_mark_and_outsiders_are_left_out(profile: Profile) -> None:
    helpers = [(WOLFHAGEN, "1"), (WOLFHAGEN, "2"), ("06611000", "3"), (None, "4")]
    home, near = draw_pairs(profile, HOFGEISMAR, helpers).marks
    assert (home.kind, home.name, near.kind, near.label) == ("seeker", "Hofgeismar", "helper", "1, 2")
    assert draw_pairs(profile, None, []).marks == ()
