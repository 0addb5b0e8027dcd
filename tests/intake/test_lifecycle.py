"""The life cycles: every status is in the table, can be reached and, unless it is an end, be left."""

from __future__ import annotations

from enum import StrEnum

import pytest

from intake.lifecycle import FIRST, MOVES, IllegalMove, RequestStatus, check_move, may_move


@pytest.mark.parametrize("enum", FIRST, ids=lambda e: e.__name__)
def test_every_status_stands_in_the_table_and_can_be_reached(enum: type[StrEnum]) -> None:
    reached: set[StrEnum] = set()
    ahead = {FIRST[enum]}
    while ahead:
        status = ahead.pop()
        reached.add(status)
        ahead |= MOVES[enum][status] - reached
    assert reached == set(enum) == set(MOVES[enum])


def test_no_move_leads_into_another_life_cycle() -> None:
    for enum, moves in MOVES.items():
        assert all(type(target) is enum for targets in moves.values() for target in targets)


def test_a_move_that_the_table_does_not_name_is_refused_with_both_ends_named() -> None:
    assert check_move(RequestStatus.NEW, RequestStatus.OPEN) is RequestStatus.OPEN
    with pytest.raises(IllegalMove, match="erased may not become open"):
        check_move(RequestStatus.ERASED, RequestStatus.OPEN)


def test_staying_is_no_move() -> None:
    assert not any(may_move(status, status) for enum in MOVES for status in enum)
