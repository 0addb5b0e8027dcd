"""What is clear: never where words, a near second or the district's border leave something to weigh."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matching.clear import CLEAR_LEAD, CLEAR_SCORE, Candidate, is_clear

CANDIDATES = st.lists(st.integers(0, 100), max_size=5).map(
    lambda scores: [Candidate(rank, score) for rank, score in enumerate(scores, start=1)]
)


@given(CANDIDATES, st.booleans(), st.booleans())
def test_clear_means_a_good_fit_far_ahead_and_nothing_to_read(
    candidates: list[Candidate], has_wishes: bool, in_district: bool
) -> None:
    clear = is_clear(candidates, has_wishes, in_district)
    if not candidates or has_wishes or not in_district:
        assert not clear
        return
    first, *others = candidates
    far_ahead = all(first.score - other.score >= CLEAR_LEAD for other in others)
    assert clear == (first.score >= CLEAR_SCORE and far_ahead)


def test_without_a_chosen_one_nothing_is_clear() -> None:
    assert not is_clear([Candidate(2, 100)], has_wishes=False, in_district=True)
