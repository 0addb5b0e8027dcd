"""Duplicates side by side: a person decides what is one; a household is never merged by itself."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake import merging, queue, registry
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import AuditEntry, Call, Callback, Request
from tests.support.pages import Page

from .conftest import Desk

OTHER = "+4956715550011"


def _twice(desk: Desk, **known: str) -> tuple[registry.Filing, registry.Filing, Page]:
    """The same number called for two needs; the first one was written down in part."""
    first = desk.call_in(category="driving", minutes=90)
    with desk.services.db.write() as db:
        request = db.get_one(Request, first.request_id)
        request.name, request.details = "Erika Beispiel", "zum Arzt"
        for name, value in known.items():
            setattr(request, name, value)
    desk.clock.moves(minutes=5)
    second = desk.call_in(minutes=10)
    desk.log_call(second.callback_id, {"log": []}, request_id=second.request_id)
    page = desk.somebody().presses("Nehmen").sees("Vielleicht schon aufgenommen", "gleiche Nummer")
    page.follows("nebeneinander ansehen").sees("Dasselbe Anliegen?", "Erika Beispiel", "zum Arzt")
    return first, second, page  # type: ignore[return-value]


def _request(desk: Desk, request_id: int | None) -> Request:
    with desk.services.db.read() as db:
        return db.get_one(Request, request_id)


def test_two_become_one_and_nothing_that_was_said_is_lost(desk: Desk) -> None:
    first, second, page = _twice(desk)
    page.presses("Zusammenführen", category="this").sees("Bitte bestätigen Sie").holds(category="this")
    page.presses("Zusammenführen", sure="y", category="this").sees("Zusammengeführt", "Erika Beispiel")
    kept, gone = _request(desk, first.request_id), _request(desk, second.request_id)
    assert (kept.category, kept.name, kept.details) == ("shopping", "Erika Beispiel", "zum Arzt")
    assert gone.status is RequestStatus.WITHDRAWN
    in_hand, closed = desk.callback(second.callback_id), desk.callback(first.callback_id)
    assert (in_hand.request_id, in_hand.status) == (kept.id, CallbackStatus.ASSIGNED)
    assert in_hand.times_called == 2
    assert (closed.status, closed.outcome) == (CallbackStatus.DONE, merging.OUTCOME)
    with desk.services.db.read() as db:
        assert db.scalars(sa.select(Call.request_id)).all() == [kept.id]
        found = registry.find_by_reference(db, str(gone.reference))
        assert found is not None
        assert found.id == kept.id, "who names the old reference is told about what was kept"
        actions = db.scalars(sa.select(AuditEntry.action)).all()
        assert {"duplicate_compared", "requests_merged"} <= set(actions)
    page.sees_nothing_of("Vielleicht schon aufgenommen")


def test_the_other_way_round(desk: Desk) -> None:
    first, second, page = _twice(desk)
    page.presses("Zusammenführen", sure="y", survivor="this", name="other", details="this")
    kept = _request(desk, second.request_id)
    assert (kept.name, kept.details) == ("Erika Beispiel", None)
    assert _request(desk, first.request_id).status is RequestStatus.WITHDRAWN


def test_two_of_one_household_stay_two(desk: Desk) -> None:
    first, second, page = _twice(desk)
    page.follows("Nein, es sind zwei").sees("Braucht Hilfe: Einkaufen")
    for filing in (first, second):
        assert _request(desk, filing.request_id).status is RequestStatus.NEW


def test_one_for_which_help_is_found_does_not_go(desk: Desk) -> None:
    _first, second, page = _twice(desk, status=RequestStatus.MATCHED)
    page.presses("Zusammenführen", sure="y", survivor="this").sees("Dieses muss bleiben")
    assert page.status == 422
    page.presses("Zusammenführen", sure="y", survivor="other").sees("Zusammengeführt")
    assert _request(desk, second.request_id).status is RequestStatus.WITHDRAWN


def test_nobody_is_interrupted(desk: Desk) -> None:
    first, _second, page = _twice(desk)
    bert = desk.person("bert")
    with desk.services.db.write() as db:
        assert queue.take(db, desk.clock(), first.callback_id, bert.id)
        queue.move(db.get_one(Callback, first.callback_id), CallbackStatus.CALLING)
    page.presses("Zusammenführen", sure="y").sees("Dort ruft gerade jemand anderes an")


def test_only_what_may_be_the_same_is_compared_and_only_by_the_holder(desk: Desk) -> None:
    _first, second, page = _twice(desk)
    stranger = desk.call_in(OTHER)
    path = f"/desk/callbacks/{second.callback_id}/merge"
    assert page.opens(f"{path}/{stranger.request_id}").status == 404
    assert desk.somebody("bert").opens(f"{path}/{stranger.request_id}").status == 409


@pytest.mark.parametrize(
    ("name", "same"), [("BEISPIEL, Erika", True), ("Erika  Beispiel", True), ("Erika Beispielmann", False)]
)
def test_the_same_name_place_and_need_is_found_under_another_number(
    desk: Desk, name: str, same: bool
) -> None:
    with desk.services.db.write() as db:
        mine = registry.new_request(db, desk.clock(), desk.told(), "phone")
        other = registry.new_request(db, desk.clock(), desk.told(OTHER), "desk")
        elsewhere = registry.new_request(db, desk.clock(), desk.told("", ags="06633013"), "paper")
        mine.name, other.name, elsewhere.name = "Erika Beispiel", name, "Erika Beispiel"
        db.flush()
        assert [c.request.id for c in merging.candidates(db, mine)] == [other.id] * same
