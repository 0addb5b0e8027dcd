"""Blocking a number at the case, with a reason, for a time; and lifting the block."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake import audit, blocks
from intake.db import number_hash
from intake.lifecycle import CallbackStatus
from intake.models import Attempt, AuditEntry, Staff
from intake.staff_roles import Role
from tests.support.pages import Page

from .conftest import CALLER, Desk

BLOCK = "Abschließen und Nummer sperren"


def case(desk: Desk) -> Page:
    desk.call_in()
    return desk.somebody().presses("Nehmen")


def is_blocked(desk: Desk) -> bool:
    with desk.services.db.read() as db:
        return blocks.is_blocked(db, desk.clock(), number_hash(db, CALLER))


def test_a_number_is_blocked_with_a_reason_for_a_time(desk: Desk) -> None:
    page = case(desk)
    page.presses(BLOCK, note="schimpft").sees("Bitte sagen Sie, warum", "schimpft")
    assert page.status == 422
    assert not is_blocked(desk)
    page.presses(BLOCK, block_reason="Beleidigungen", block_days="7").sees("Die Nummer ist gesperrt bis")
    assert is_blocked(desk)
    with desk.services.db.read() as db:
        attempt = db.scalars(sa.select(Attempt)).one()
        entries = db.scalars(sa.select(AuditEntry)).all()
        assert audit.verify(db) is None
    assert (attempt.outcome, attempt.note) == ("abuse", "schimpft")
    assert desk.callback(attempt.callback_id).status is CallbackStatus.DONE
    assert [(entry.action, entry.detail) for entry in entries][-1] == ("number_blocked", "7 days")
    desk.clock.moves(days=7, seconds=1)
    assert not is_blocked(desk)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_a_block_is_lifted_by_who_answers_for_it(desk: Desk, role: Role) -> None:
    case(desk).presses(BLOCK, block_reason="Beleidigungen")
    page = desk.somebody("vera", role).opens("/desk/blocks/").sees("Beleidigungen", "Anna", "bis Mi. 25.11.")
    page.sees_nothing_of("05692").presses("Aufheben").sees(
        "Die Sperre ist aufgehoben", "keine Nummer gesperrt"
    )
    assert not is_blocked(desk)
    page.opens("/desk/blocks/").presses("English").sees("No number is blocked")


def test_an_operator_lifts_nothing(desk: Desk) -> None:
    assert desk.somebody().opens("/desk/blocks/").status == 403


def test_lifting_ends_every_block_of_the_number_and_only_once(desk: Desk) -> None:
    case(desk)
    with desk.services.db.write() as db:
        anna = db.scalars(sa.select(Staff)).one().id
        first, second = (
            blocks.block(db, desk.clock(), number_hash(db, CALLER), days, "Grund", anna).id
            for days in (1, 30)
        )
        assert blocks.lift(db, desk.clock(), first, anna)
        assert not blocks.lift(db, desk.clock(), second, anna)
        assert blocks.in_force(db, desk.clock()) == []


@pytest.mark.parametrize(("days", "reason"), [(1, " "), (365, "Grund")])
def test_no_block_without_a_reason_or_for_ever(desk: Desk, days: int, reason: str) -> None:
    with desk.services.db.write() as db, pytest.raises(ValueError, match="reason"):
        blocks.block(db, desk.clock(), b"0" * 32, days, reason, 1)
