"""One person is erased, and nobody else: what went on for her ends in order, here and at the carrier."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake import audit, letters, messages, registry
from intake.answered_text_models import AnsweredText
from intake.bridge_models import Bridge
from intake.db import Database, number_hash
from intake.draft_models import Draft
from intake.hours import Window
from intake.kinds import CallbackKind, CallOutcome, DutyKind
from intake.letter_models import Letter
from intake.lifecycle import (
    BridgeStatus,
    CallbackStatus,
    DutyStatus,
    HelperStatus,
    LetterStatus,
    MissionStatus,
    ProposalStatus,
    RequestStatus,
    VoiceMessageStatus,
)
from intake.message_models import VoiceMessage
from intake.models import Attempt, AuditEntry, Call, Callback, Duty, Helper, Request
from intake.services import Services
from matching import erasure, exclusions, people, ways
from matching.erasure import By, ErasureError, Hindrance
from matching.exclusion_models import Exclusion, Side
from matching.models import Mission, Proposal
from matching.people import Kind
from tests.conftest import MovableClock, Nudges

from .district import District
from .test_missions import Agreed
from .test_ways import ANNA, BERTA, LANDLINE, Asking

HOUSEHOLD = "+4956925551234"


def erase(services: Services, *rows: tuple[Kind, int]) -> None:
    """The coordinator erases what she has ticked."""
    with services.db.write() as session:
        erasure.erase(session, By(services.profile, services.clock(), 1), people.chosen(session, rows))


def owed(services: Services) -> set[tuple[str, str]]:
    """What the carrier is to delete."""
    with services.db.read() as session:
        rows = session.scalars(sa.select(Duty).where(Duty.kind == DutyKind.DELETE))
        return {(row.payload["what"], row.payload["sid"]) for row in rows}


@pytest.fixture
def both(services: Services, any_db: Database, clock: MovableClock) -> Services:
    """The same services on either database."""
    return Services(services.settings, services.profile, any_db, clock, Nudges())


def _call(services: Services, sid: str, request_id: int, message: VoiceMessageStatus) -> int:
    """A call of the household about that request, with a message on it."""
    now = services.clock()
    with services.db.write() as session:
        call = Call(
            call_sid=sid,
            language="de",
            number=HOUSEHOLD,
            number_hash=number_hash(session, HOUSEHOLD),
            state={"answers": {"category": "shopping"}, "log": []},
            step="filed",
            outcome=CallOutcome.FILED,
            started_at=now,
            last_turn_at=now,
            request_id=request_id,
        )
        session.add(call)
        session.flush()
        assert messages.announce(session, now, sid, f"RE-{sid}", 9, now)
        session.execute(sa.update(VoiceMessage).where(VoiceMessage.call_id == call.id).values(status=message))
        return call.id


def test_one_of_two_with_the_same_number_is_erased_and_the_other_keeps_everything(both: Services) -> None:
    district, now = District(both), both.clock()
    erika, karl = (district.needs(name=f"{name} Beispiel", details="leise") for name in ("Erika", "Karl"))
    with both.db.write() as session:
        for row in session.scalars(sa.select(Request)):
            row.number, row.number_hash = HOUSEHOLD, number_hash(session, HOUSEHOLD)
        for row in session.scalars(sa.select(Callback)):
            row.number, row.number_hash, row.need = HOUSEHOLD, number_hash(session, HOUSEHOLD), f"n{row.id}"
            row.note = "hört schwer"
            session.add(
                Attempt(callback_id=row.id, started_at=now, ended_at=now, outcome="no_answer", note="Tochter")
            )
        letters.owe_for_request(session, now, CallbackKind.NO_HELPER, session.get_one(Request, erika))
        session.add(Draft(staff_id=district.coordinator, subject=f"request-{erika}", fields={}, saved_at=now))
    hers = _call(both, "CA-erika", erika, VoiceMessageStatus.ANNOUNCED)
    _call(both, "CA-karl", karl, VoiceMessageStatus.KEPT)
    erase(both, (Kind.REQUEST, erika))
    with both.db.read() as session:
        gone, stays = session.get_one(Request, erika), session.get_one(Request, karl)
        assert (gone.status, gone.name, gone.number, gone.details) == (RequestStatus.ERASED, None, None, None)
        assert (stays.status, stays.name, stays.number) == (RequestStatus.OPEN, "Karl Beispiel", HOUSEHOLD)
        for row in session.scalars(sa.select(Callback)):
            is_hers = row.request_id == erika
            note = session.scalars(sa.select(Attempt.note).where(Attempt.callback_id == row.id)).one()
            assert (row.number is None, row.note is None, note is None) == (is_hers,) * 3
            assert (row.status is CallbackStatus.QUEUED) == (not is_hers)
        assert session.get_one(Call, hers).number is None
        for message in session.scalars(sa.select(VoiceMessage)):
            assert message.status is VoiceMessageStatus.KEPT, "not fetched any more, only deleted there"
        assert session.scalars(sa.select(Letter.status)).all() == [LetterStatus.DROPPED]
        assert session.scalars(sa.select(Draft)).all() == []
        assert session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.action == "erased")).all() == [
            f"request:{erika}"
        ]
        assert audit.verify(session) is None
    assert owed(both) == {("call", "CA-erika")}


def test_twice_is_once(both: Services) -> None:
    request = District(both).needs(name="Erika Beispiel")
    for _ in range(2):
        erase(both, (Kind.REQUEST, request))
    with both.db.read() as session:
        entries = sa.select(sa.func.count()).where(AuditEntry.action == "erased")
        assert session.scalar(entries) == 1


def test_offers_under_way_are_called_back_and_who_was_asked_is_told(services: Services) -> None:
    asking = Asking(services, ANNA, BERTA)
    asking.asks(0, 1)
    with services.db.write() as session:
        sent = session.scalars(sa.select(Duty).where(Duty.kind == DutyKind.TEXT).order_by(Duty.id)).all()
        sent[0].status, sent[0].carrier_sid, sent[0].done_at = DutyStatus.DONE, "SM1", services.clock()
        session.scalars(sa.select(Proposal)).first().status = ProposalStatus.OFFERED  # type: ignore[union-attr]  # two were asked
    erase(services, (Kind.REQUEST, asking.request))
    with services.db.read() as session:
        assert session.scalars(sa.select(Proposal)).all() == []
        texts = session.scalars(sa.select(Duty).where(Duty.kind == DutyKind.TEXT)).all()
        assert [text.key.partition(":")[0] for text in texts] == [ways.THANKS], "she is thanked, and no more"
    assert owed(services) == {("text", "SM1")}


def test_a_mission_to_come_is_called_off_and_its_helper_is_told(services: Services) -> None:
    agreed = Agreed(services, name="Erika Beispiel", address="Burgstraße 1")
    erase(services, (Kind.REQUEST, agreed.request))
    assert agreed.mission.status is MissionStatus.CANCELLED
    with services.db.read() as session:
        keys = {row.key: row.status for row in session.scalars(sa.select(Duty))}
        assert keys[f"{ways.CANCELLED}:{agreed.id}"] is DutyStatus.DUE
        assert f"{ways.DETAILS}:{agreed.id}" not in keys, "name, number and address do not go out any more"
        assert session.get_one(Mission, agreed.id).who_helps == "Frau Nachbarin"


def test_a_helper_without_texts_is_still_rung_that_she_need_not_come(services: Services) -> None:
    agreed = Agreed(services, (LANDLINE,))
    erase(services, (Kind.REQUEST, agreed.request))
    (callback,) = [row for row in agreed.callbacks(CallbackKind.BRIEFING) if row.closed_at is None]
    assert (callback.status, callback.number) == (CallbackStatus.QUEUED, LANDLINE)


def test_a_helper_with_a_mission_to_come_is_not_erased(services: Services) -> None:
    agreed = Agreed(services)
    with pytest.raises(ErasureError) as refused:
        erase(services, (Kind.HELPER, agreed.mission.helper_id))
    assert refused.value.why is Hindrance.MISSION_TO_COME
    agreed.closes(MissionStatus.DONE)
    with services.db.write() as session:
        session.execute(sa.delete(Duty))
    erase(services, (Kind.HELPER, agreed.mission.helper_id))
    with services.db.read() as session:
        helper = session.get_one(Helper, agreed.mission.helper_id)
        assert (helper.status, helper.name, helper.number) == (HelperStatus.ERASED, None, None)
        assert session.get_one(Mission, agreed.id).who_helps == "Frau Nachbarin", (
            "the insurer's record is whole"
        )


def test_all_texts_of_a_helper_go_and_of_another_with_her_number_none(services: Services) -> None:
    district, now = District(services), services.clock()
    anna, berta = district.offers(number=ANNA), district.offers(number=BERTA)
    twin = district.offers(number=BERTA)
    with services.db.write() as session:
        for sid, number in (("SM-anna", ANNA), ("SM-berta", BERTA)):
            hashed = number_hash(session, number)
            session.add(AnsweredText(sid=sid, at=now, answer="Danke!", number_hash=hashed))
    erase(services, (Kind.HELPER, anna), (Kind.HELPER, berta))
    assert owed(services) == {("text", "SM-anna")}, "the other text may be the twin's"
    erase(services, (Kind.HELPER, twin))
    assert owed(services) == {("text", "SM-anna"), ("text", "SM-berta")}


def test_a_helper_lead_and_its_callback(services: Services, clock: MovableClock) -> None:
    District(services)
    with services.db.write() as session:
        told, window = registry.Told(LANDLINE, "de"), Window(clock(), clock())
        filing = registry.file_helper_lead(session, clock(), told, window)
        helper = session.scalars(sa.select(Helper.id)).one()
    erase(services, (Kind.HELPER, helper))
    with services.db.read() as session:
        row = session.get_one(Callback, filing.callback_id)
        assert (row.status, row.outcome, row.number) == (CallbackStatus.GIVEN_UP, "erased", None)


@pytest.mark.parametrize("status", [DutyStatus.RUNNING, DutyStatus.UNSURE])
def test_what_is_with_the_carrier_this_minute_is_waited_for(services: Services, status: DutyStatus) -> None:
    asking = Asking(services, ANNA)
    asking.asks(0)
    with services.db.write() as session:
        session.execute(sa.update(Duty).values(status=status))
    for row in ((Kind.REQUEST, asking.request), (Kind.HELPER, 1)):
        with pytest.raises(ErasureError) as refused:
            erase(services, row)
        assert refused.value.why is Hindrance.ON_ITS_WAY
    assert asking.district.status(asking.request) is not RequestStatus.ERASED


def test_nobody_is_erased_in_mid_talk(services: Services) -> None:
    district, now = District(services), services.clock()
    request = district.needs()
    with services.db.write() as session:
        callback = session.scalars(sa.select(Callback)).one()
        attempt = Attempt(callback_id=callback.id, started_at=now)
        session.add(attempt)
        session.flush()
        common = {"callback_id": callback.id, "attempt_id": attempt.id, "staff_id": district.coordinator}
        talk = Bridge(status=BridgeStatus.CONNECTED, created_at=now, status_at=now, **common)
        talk.operator_sid, talk.citizen_sid = "CA-operator", "CA-citizen"
        session.add(talk)
    with pytest.raises(ErasureError) as refused:
        erase(services, (Kind.REQUEST, request))
    assert refused.value.why is Hindrance.TALKING
    with services.db.write() as session:
        session.scalars(sa.select(Bridge)).one().status = BridgeStatus.ENDED
    erase(services, (Kind.REQUEST, request))
    assert owed(services) == {("call", "CA-operator"), ("call", "CA-citizen")}


def test_never_again_goes_with_whoever_said_it(services: Services) -> None:
    agreed = Agreed(services)
    with services.db.write() as session:
        mission = session.get_one(Mission, agreed.id)
        exclusions.exclude(
            session, services.clock(), mission.request, mission.helper_id, Side.SEEKER, "staff:1"
        )
    erase(services, (Kind.REQUEST, agreed.request))
    with services.db.read() as session:
        assert session.scalars(sa.select(Exclusion)).all() == []


def test_a_text_that_has_not_gone_out_leaves_no_words_behind(services: Services) -> None:
    asking = Asking(services, ANNA)
    asking.asks(0)
    erase(services, (Kind.REQUEST, asking.request))
    with services.db.read() as session:
        assert session.scalars(sa.select(Duty)).all() == []


def test_a_lost_message_is_deleted_at_the_carrier_too(services: Services) -> None:
    request = District(services).needs()
    _call(services, "CA1", request, VoiceMessageStatus.LOST)
    erase(services, (Kind.REQUEST, request))
    assert owed(services) == {("call", "CA1"), ("recording", "RE-CA1")}
