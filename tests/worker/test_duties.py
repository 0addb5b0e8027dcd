"""Texts and calls go out once, whatever the line to the carrier does. The carrier is the simulator's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.carrier_copies import Copy, owe_deletion
from intake.crypto import KeyRing
from intake.db import Database
from intake.kinds import DutyKind
from intake.lifecycle import DutyStatus, HelperStatus, ProposalStatus, RequestStatus
from intake.models import Duty, Helper, Request
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from matching import ways
from matching.models import Proposal
from tests.conftest import TUESDAY_TEN, MovableClock
from tests.support.hotline import free_port
from voice.carrier import Carrier
from voice.phone.carrier import Answer, Line, Texts
from worker import duties

from .office import Office

MOBILE = "+4917604069001"
BODY = "Können Sie in Wolfhagen helfen?"


class Desk:
    """One worker's view: its services, its clock, the carrier, and the duties in the database."""

    def __init__(self, settings: Settings, profile: Profile, db: Database, office: Office) -> None:
        self.clock = MovableClock(TUESDAY_TEN)
        self.services = Services(settings, profile, db, self.clock, lambda job: None)
        self.office = office
        self._settings = settings
        self.carrier = self._at(office.port)
        self.nobody = self._at(free_port())

    def owes(self, key: str = "test:1", kind: DutyKind = DutyKind.TEXT, to: str = MOBILE) -> None:
        payload = (
            {"to": to, "body": BODY}
            if kind is DutyKind.TEXT
            else {"to": to, "path": "/voice/answer", "status_path": "/voice/status"}
        )
        now = self.clock()
        with self.services.db.write() as session:
            session.add(
                Duty(kind=kind, key=key, status=DutyStatus.DUE, payload=payload, due_at=now, created_at=now)
            )

    def duty(self, key: str = "test:1") -> Duty:
        with self.services.db.read() as session:
            return session.scalars(sa.select(Duty).where(Duty.key == key)).one()

    def works(self, trouble: str = "") -> int:
        """One task of the worker. "not reached": nobody answers at the carrier's address."""
        if trouble == "not reached":
            return duties.run_due(self.services, self.nobody)
        self.office.trouble = trouble
        return duties.run_due(self.services, self.carrier)

    def dies_while_sending(self) -> None:
        """A worker claims the duty and is killed before it could send or write anything."""
        with self.services.db.write() as session:
            duties.take(session, self.clock(), in_doubt=False, kinds=tuple(DutyKind))

    def passes(self, **time: float) -> None:
        """Time passes, here and at the carrier."""
        gone = self.clock.moves(**time) - TUESDAY_TEN
        self.office.clock.move_to(gone.total_seconds())

    def sent(self, to: str = MOBILE) -> int:
        return sum(message.to == to for message in self.office.network.texts.messages.values())

    def _at(self, port: int) -> Carrier:
        return Carrier(self._settings.model_copy(update={"api_base": f"http://127.0.0.1:{port}"}))


@contextmanager
def opened(settings: Settings, profile: Profile, db: Database) -> Iterator[Desk]:
    """A desk whose carrier is served over real HTTP."""
    with Office(settings) as office:
        yield Desk(settings, profile, db, office)


@pytest.fixture
def desk(settings: Settings, profile: Profile, sqlite_db: Database) -> Iterator[Desk]:
    with opened(settings, profile, sqlite_db) as desk:
        yield desk


def test_a_text_that_is_due_is_sent_once(desk: Desk) -> None:
    desk.owes()
    assert desk.works() == 1
    assert desk.works() == 0
    assert desk.sent() == 1
    assert desk.duty().status is DutyStatus.DONE
    assert desk.duty().carrier_sid in desk.office.network.texts.messages


def test_a_call_is_placed(desk: Desk) -> None:
    desk.office.network.exchange.lines[MOBILE] = Line(Answer.BUSY)
    desk.owes(kind=DutyKind.CALL)
    desk.works()
    assert desk.duty().status is DutyStatus.DONE
    assert [call.to for call in desk.office.network.exchange.calls.values()] == [MOBILE]


def test_an_offer_that_was_sent_has_gone_out(desk: Desk) -> None:
    now = desk.clock()
    with desk.services.db.write() as session:
        common = {"language": "de", "created_at": now, "status_at": now}
        request = Request(status=RequestStatus.OPEN, source="phone", category="shopping", **common)
        helper = Helper(status=HelperStatus.ACTIVE, number=MOBILE, created_at=now, status_at=now)
        session.add_all([request, helper])
        session.flush()
        proposal = Proposal(
            request_id=request.id,
            helper_id=helper.id,
            status=ProposalStatus.APPROVED,
            rank=1,
            score=50,
            parts=[],
            lower_because=[],
            created_at=now,
            status_at=now,
        )
        session.add(proposal)
        session.flush()
        proposal_id = proposal.id
    desk.owes(ways.key(ways.OFFER, proposal_id))
    desk.works()
    with desk.services.db.read() as session:
        offered = session.get_one(Proposal, proposal_id)
    assert offered.status is ProposalStatus.OFFERED
    assert offered.expires_at is not None


def test_a_lost_answer_is_asked_about_and_not_repeated(desk: Desk) -> None:
    desk.owes()
    desk.works("answer lost")
    assert desk.duty().status is DutyStatus.UNSURE
    assert desk.works() == 0, "the carrier is given time to put it on its lists"
    desk.passes(seconds=61)
    desk.works("not reached")
    assert desk.duty().status is DutyStatus.UNSURE, "nobody could be asked"
    desk.passes(seconds=61)
    desk.works()
    assert desk.duty().status is DutyStatus.DONE
    assert desk.sent() == 1


def test_what_a_dead_worker_left_is_asked_about_and_then_done(desk: Desk) -> None:
    desk.owes()
    desk.dies_while_sending()
    assert desk.works() == 0, "its lease still holds"
    desk.passes(seconds=61)
    desk.works()
    assert desk.duty().status is DutyStatus.DONE
    assert desk.sent() == 1


@pytest.mark.parametrize("trouble", ["rate", "not reached"])
def test_what_surely_was_not_done_is_done_later_with_growing_pauses(desk: Desk, trouble: str) -> None:
    desk.owes()
    pauses = []
    for _ in range(3):
        desk.works(trouble)
        assert desk.duty().status is DutyStatus.DUE
        pauses.append(desk.duty().due_at - desk.clock())
        assert desk.works() == 0, "not before the pause is over"
        desk.clock.now = desk.duty().due_at
    assert pauses == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    desk.works()
    assert desk.sent() == 1


@pytest.mark.parametrize(("texts", "code"), [(Texts.LANDLINE, 21614), (Texts.OPTED_OUT, 21610)])
def test_a_refusal_for_good_is_told_by_its_code(desk: Desk, texts: Texts, code: int) -> None:
    line = desk.office.network.exchange.line(MOBILE)
    desk.office.network.exchange.lines[MOBILE] = replace(line, texts=texts)
    desk.owes()
    desk.works()
    assert desk.duty().status is DutyStatus.FAILED
    assert desk.duty().error == f"code {code}"
    assert desk.works() == 0


def test_what_the_carrier_has_is_deleted_there_as_soon_as_it_has_finished_with_it(desk: Desk) -> None:
    network = desk.office.network
    desk.owes("call:1", DutyKind.CALL)
    desk.owes("text:1")
    desk.works()
    call, text = desk.duty("call:1").carrier_sid, desk.duty("text:1").carrier_sid
    with desk.services.db.write() as session:
        for _ in range(2):  # owed twice, it is done once
            owe_deletion(session, desk.clock(), Copy.CALL, [call, None])
            owe_deletion(session, desk.clock(), Copy.TEXT, [text])
    assert desk.works() == 0, "the carrier is given time to finish with them"
    desk.passes(minutes=3)
    assert desk.works() == 2
    assert desk.duty(f"delete:{call}").status is DutyStatus.DUE, "it still rings there"
    network.exchange.calls[call or ""].status = "completed"
    network.texts.messages[text or ""].status = "delivered"
    desk.passes(hours=12)
    assert desk.works() == 2, "at night as well: it rings nobody"
    assert not network.exchange.calls
    assert not network.texts.messages
    assert desk.duty(f"delete:{text}").status is DutyStatus.DONE


@pytest.mark.parametrize("what", list(Copy))
def test_what_the_carrier_does_not_know_any_more_is_deleted(desk: Desk, what: Copy) -> None:
    with desk.services.db.write() as session:
        owe_deletion(session, desk.clock(), what, ["XX1"])
    desk.passes(minutes=3)
    desk.works("answer lost")
    assert desk.duty("delete:XX1").status is DutyStatus.UNSURE
    desk.passes(minutes=2)
    desk.works()
    assert desk.duty("delete:XX1").status is DutyStatus.DONE


def test_nobody_is_texted_at_night(desk: Desk) -> None:
    desk.passes(hours=12)
    desk.owes()
    assert desk.works() == 0
    desk.passes(hours=11)
    assert desk.works() == 1


def test_many_workers_send_each_text_once(settings: Settings, profile: Profile, any_db: Database) -> None:
    with opened(settings, profile, any_db) as desk:
        numbers = [f"+4917604069{index:03}" for index in range(100, 120)]
        for number in numbers:
            desk.owes(f"test:{number}", to=number)
        with ThreadPoolExecutor(4) as workers:
            assert sum(workers.map(lambda _: desk.works(), range(4))) == len(numbers)
        assert [desk.sent(number) for number in numbers] == [1] * len(numbers)


TROUBLES = st.lists(
    st.sampled_from(["", "rate", "not reached", "answer lost", "died"]), min_size=1, max_size=6
)


@settings(max_examples=20, deadline=None)
@given(TROUBLES)
def test_whatever_happens_in_between_it_is_sent_exactly_once(
    profile: Profile, keys: KeyRing, sqlite_tables: Path, troubles: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        shutil.copy(sqlite_tables, folder)
        ours = Settings(
            home=Path(folder),
            keys=keys,
            account_sid="AC" + "0" * 32,
            auth_token="a-token-for-tests",
            carrier_number="+4956110031177",
        )
        database = Database(ours.database_url, keys)
        with opened(ours, profile, database) as desk:
            desk.owes()
            for trouble in [*troubles, "", "", ""]:
                desk.dies_while_sending() if trouble == "died" else desk.works(trouble)
                desk.passes(minutes=20)
            assert desk.duty().status is DutyStatus.DONE
            assert desk.sent() == 1
        database.close()
