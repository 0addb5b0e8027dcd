"""Which proposals are so clear that a coordinator may approve several with one press. Pure.

A person decides in any case; this only says where there is nothing to weigh: a good fit, the next one far
behind, and no words of the caller that a rule cannot read.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Points that a clear choice has at least, of 100: below it something does not fit well.
CLEAR_SCORE = 60

#: Points by which it is ahead of the next one: more than fair load and interests together can turn.
CLEAR_LEAD = 15


@dataclass(frozen=True)
class Candidate:
    """A proposed helper: her rank for the request and her score."""

    rank: int
    score: int


def is_clear(candidates: list[Candidate], has_wishes: bool, in_district: bool) -> bool:
    """Whether the first in rank is the clear choice among the proposed ones.

    ``has_wishes``: the request has free words about who is to come. A request from outside the district is
    never clear, because it is to be handed on.
    """
    if has_wishes or not in_district:
        return False
    first = next((each for each in candidates if each.rank == 1), None)
    if first is None or first.score < CLEAR_SCORE:
        return False
    return all(first.score - each.score >= CLEAR_LEAD for each in candidates if each is not first)
