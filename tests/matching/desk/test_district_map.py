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
    assert (home.kind, home.name, near.kind) == ("seeker", "Hofgeismar", "helper")
    assert [mark.label.words for mark in (home, near) if mark.label] == ["Hofgeismar", "1, 2"]
    assert draw_pairs(profile, None, []).marks == ()


@given(counts=st.dictionaries(st.sampled_from(range(29)), st.integers(1, 50)))
def test_no_words_cover_other_words_or_leave_the_paper(profile: Profile, counts: dict[int, int]) -> None:
    places = profile.places.municipalities()
    drawing = draw_counts(profile, {places[each % len(places)].ags: n for each, n in counts.items()})
    labels = [spot.label for spot in (*drawing.marks, *drawing.spots) if spot.label]
    boxes = []
    for label in labels:
        width = 6 * len(label.words)
        left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
        boxes.append((left, left + width, label.y - 5, label.y + 5))
    assert all(left >= 0 and right <= WIDTH for left, right, _top, _foot in boxes)
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            apart = one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
            assert apart, (labels[place], one, other)
