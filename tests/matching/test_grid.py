"""The grid misses nobody who is near enough, anywhere on the globe, and finds nobody who is far."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from intake.places import Place, Places
from matching.grid import Grid


def place(latitude: float, longitude: float) -> Place:
    return Place("34466", "Wolfhagen", "06633028", latitude, longitude, in_district=True)


#: Anywhere, and in clusters: near each other, around a pole, and where longitudes begin again.
CORNERS = ((51.3, 9.2), (51.31, 9.21), (89.99, 0.0), (-89.99, 0.0), (0.0, 179.99), (0.0, -179.99), (0.0, 0.0))
ANYWHERE = st.builds(place, st.floats(-90, 90), st.floats(-180, 180))
AROUND = st.sampled_from(CORNERS).flatmap(
    lambda corner: st.builds(
        place,
        st.floats(-0.5, 0.5).map(lambda step: max(-90.0, min(90.0, corner[0] + step))),
        st.floats(-0.5, 0.5).map(lambda step: max(-180.0, min(180.0, corner[1] + step))),
    )
)
SOME = st.lists(ANYWHERE | AROUND, max_size=12)


@given(SOME, SOME, st.sampled_from((0.0, 5.0, 20.0, 160.0, 6000.0, 30000.0)))
@example([place(89.9, 0.0)], [place(89.9, 180.0)], 30.0)
@example([place(0.0, 180.0)], [place(0.0, -180.0)], 5.0)
def test_it_finds_those_within_the_distance(
    places: list[Place], others: list[Place], furthest: float
) -> None:
    here, there = Grid(places, furthest).around(others)
    found = list(zip(here.tolist(), there.tolist(), strict=True))
    apart = {
        (one, two): Places.distance_km(other, near)
        for one, other in enumerate(others)
        for two, near in enumerate(places)
    }
    assert found == sorted(set(found))
    assert {pair for pair, km in apart.items() if km <= furthest} <= set(found)
    # it reaches a kilometre further, and takes the earth for a hundredth smaller than it is
    assert all(apart[pair] <= (furthest + 1.0) * 1.02 + 0.1 for pair in found)
