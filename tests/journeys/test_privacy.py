"""From the call to the end of every trace of it: by time, and because somebody asks for it.

Signed webhooks, the worker's own tasks, the carrier's REST side over real HTTP; only the carrier is the
simulator's, and the time is its virtual clock's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from intake import audit, registry, reports
from intake.db import Base, Database, Encrypted
from intake.desk.app import make_desk_app
from intake.kinds import CallOutcome, DutyKind
from intake.lifecycle import CallbackStatus, MissionStatus, RequestStatus
from intake.models import Call, Callback, Duty, Helper, Request
from intake.profile import Profile
from intake.settings import Settings
from intake.staff_roles import Role
from matching import helper_life, mission_log, missions
from matching.models import Mission
from tests.conftest import TUESDAY_TEN
from tests.intake.desk.conftest import Desk
from tests.support.pages import Page
from voice.phone.carrier import Answer, Line
from worker.tasks import forget, make_hands
from worker.wsgi import DESK_SECTIONS

from .asking import Asking, open_asking

CALLER, HELPER = "+4956925551234", "+4917604069001"
NEEDS_HELP = "1 1 1 34466 1 1"
WORDS = mission_log.Words("Verzeichnis", [""] * 8, {status: status for status in MissionStatus}, "Seite")


@pytest.fixture
def asking(settings: Settings, profile: Profile, any_db: Database) -> Iterator[Asking]:
    with open_asking(settings, profile, any_db) as asking:
        yield asking


def calls(asking: Asking) -> None:
    """Somebody calls for help, and keys in what for and where."""
    call = asking.phone.dial(CALLER)
    for keys in NEEDS_HELP.split():
        call.press(keys)
    call.hangs_up()


def passes(asking: Asking, days: int) -> None:
    """Days go by, and the worker forgets, and has the carrier delete."""
    hands = make_hands(asking.services)
    asking.phone.waits(timedelta(days=days).total_seconds())
    for _ in range(3):  # what is forgotten now is deleted at the carrier a little later
        forget(hands)
        asking.passes(minutes=5)


def the_day(asking: Asking) -> list[tuple[Any, ...]]:
    """The figures of the day of the calls."""
    day = date(2026, 11, 24)
    with asking.services.db.read() as session:
        return [
            tuple(row) for row in reports.rows(reports.collect(session, asking.services.profile, day, day))
        ]


def ends(asking: Asking) -> None:
    """Nobody needs anything any more, and nobody has to be rung."""
    now = asking.services.clock()
    with asking.services.db.write() as session:
        for row in session.scalars(sa.select(Request).where(Request.status != RequestStatus.DONE)):
            registry.withdraw(session, now, row)
        for callback in session.scalars(sa.select(Callback)):
            callback.status, callback.closed_at = CallbackStatus.DONE, now
            callback.holder_id = callback.lease_until = None


def personal(asking: Asking) -> dict[str, int]:
    """How many values stand in each encrypted column, but for the team's own and the carrier's errands."""
    found = {}
    with asking.services.db.read() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Encrypted) and table.name not in ("staff", "calls"):
                    which = Duty.kind != DutyKind.DELETE if table is Duty.__table__ else sa.true()
                    count = session.scalar(sa.select(sa.func.count()).where(column.is_not(None), which))
                    found[str(column)] = count or 0
    return {column: count for column, count in found.items() if count}


def test_a_caller_is_forgotten_ninety_days_after_the_end_and_still_counts(asking: Asking) -> None:
    calls(asking)
    before = the_day(asking)
    assert ("2026-11-24", "calls", "1") in before
    ends(asking)
    assert personal(asking).keys() >= {"requests.number", "callbacks.number"}
    passes(asking, days=31)
    assert asking.phone.exchange.calls == {}, "the carrier has forgotten the call as well"
    (request,) = asking.rows(Request)
    assert request.number == CALLER, "the request itself has its own time"
    passes(asking, days=60)
    assert personal(asking) == {}
    (request,) = asking.rows(Request)
    assert (request.status, request.category) == (RequestStatus.ERASED, "shopping")
    assert the_day(asking) == before
    (call,) = asking.rows(Call)
    assert (call.outcome, call.number, call.number_hash) == (CallOutcome.FILED, None, None)


def test_a_helper_leaves_and_only_the_insurers_record_tells_of_her(asking: Asking) -> None:
    asking.is_needed(HELPER).asks(HELPER)
    asking.phone.texts_the_hotline(HELPER, "JA")
    asking.works()
    services = asking.services
    with services.db.write() as session:
        mission = session.scalars(sa.select(Mission)).one()
        now, profile = services.clock(), services.profile
        missions.close(session, profile, now, mission, MissionStatus.DONE, False, "staff:1")
        helper_life.leave(session, now, "staff:1", session.get_one(Helper, mission.helper_id))
    ends(asking)
    assert len(asking.phone.network.texts.messages) >= 3
    passes(asking, days=91)
    assert asking.phone.network.texts.messages == {}, "her texts, and ours to her, are gone there too"
    assert personal(asking) == {"missions.helper_name": 1}
    day = TUESDAY_TEN.date()
    with services.db.read() as session:
        (line,) = mission_log.lines(session, services.profile, day, day, WORDS, "de")
        assert (line.helper, line.sent_by, line.place) == ("Frau Nachbarin 1", "Clara", "Wolfhagen")
        assert audit.verify(session) is None
    passes(asking, days=3 * 366)
    assert personal(asking) == {}


def coordinates(asking: Asking) -> Page:
    """The coordinator's browser, at a desk of this house."""
    app = make_desk_app(asking.services, more=DESK_SECTIONS)
    return Desk(app, asking.services, asking.services.clock).somebody("carla", Role.COORDINATOR)  # type: ignore[arg-type]  # a clock that runs


def of_both(asking: Asking) -> list[Request]:
    """The two requests, the first one first."""
    return sorted(asking.rows(Request), key=lambda row: row.id)


def test_one_of_two_at_a_telephone_is_erased_here_and_at_the_carrier(asking: Asking) -> None:
    """Erika asked for shopping, Karl to be driven; she wants to be forgotten at once, and he does not."""
    asking.phone.set_line(CALLER, Line(Answer.BUSY))
    calls(asking)
    (hers,) = asking.phone.exchange.calls
    call = asking.phone.dial(CALLER)
    for keys in NEEDS_HELP.replace("1 1 1", "1 3 1", 1).split():
        call.press(keys)
    call.hangs_up()
    erika, karl = of_both(asking)
    with asking.services.db.write() as session:
        for row_id, name in ((erika.id, "Erika Beispiel"), (karl.id, "Karl Beispiel")):
            session.get_one(Request, row_id).name = name
    page = coordinates(asking)
    page.opens("/desk/people/").presses("Suchen", wanted="05692 555 1234").sees("Erika", "Karl")
    row = [f"request:{erika.id}"]
    page.presses("Löschen …", row=row, checked="y").presses("Endgültig löschen", sure="y").sees("Gelöscht.")
    asking.passes(minutes=5)
    assert hers not in asking.phone.exchange.calls
    assert len(asking.phone.exchange.calls) == 1, "his call is still known there"
    erased, stays = of_both(asking)
    assert (erased.name, erased.number, erased.status) == (None, None, RequestStatus.ERASED)
    assert (stays.name, stays.number, stays.status) == ("Karl Beispiel", CALLER, RequestStatus.NEW)
    assert {row.request_id: row.number for row in asking.rows(Callback)} == {erika.id: None, karl.id: CALLER}
    page.opens("/desk/people/").presses("Suchen", wanted="05692 555 1234").sees("Karl")
    page.sees_nothing_of("Erika")
