"""What is forgotten when, by the profile's rules, on both databases; nothing is forgotten a day too early."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from intake import audit, blocks, leads, outbox, retention, staff
from intake.answered_text_models import AnsweredText
from intake.db import Database, number_hash
from intake.kinds import CallOutcome, DutyKind
from intake.lifecycle import DutyStatus, VoiceMessageStatus
from intake.message_models import VoiceMessage
from intake.models import AuditEntry, Block, Call, Duty
from intake.profile import Profile
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN

NUMBER = "+4956925551234"
STATE = {"language": "de", "answers": {"category": "shopping"}, "words": [], "log": [[0, 0, "menu", "1", {}]]}


def call(db: Database, outcome: CallOutcome | None, **more: Any) -> int:
    with db.write() as session:
        row = Call(
            call_sid=f"CA{outcome}",
            language="de",
            number=NUMBER,
            number_hash=number_hash(session, NUMBER),
            state=STATE,
            step="need",
            outcome=outcome,
            started_at=TUESDAY_TEN,
            last_turn_at=TUESDAY_TEN,
            **more,
        )
        session.add(row)
        session.flush()
        return row.id


def forget(db: Database, profile: Profile, after: timedelta) -> dict[str, int]:
    with db.write() as session:
        return retention.purge(session, TUESDAY_TEN + after, profile.retention)


def seen(db: Database, call_id: int) -> Call:
    with db.read() as session:
        return session.get_one(Call, call_id)


@pytest.mark.parametrize("outcome", [CallOutcome.LEAD, CallOutcome.SILENT_LOST, None])
def test_an_unfinished_call_is_forgotten_after_its_days(
    any_db: Database, profile: Profile, outcome: CallOutcome | None
) -> None:
    row = call(any_db, outcome)
    days = timedelta(days=profile.retention.unfinished_call_days)
    assert forget(any_db, profile, days) == {}
    assert seen(any_db, row).number == NUMBER
    assert forget(any_db, profile, days + timedelta(minutes=1)) == {"unfinished calls": 1}
    forgotten = seen(any_db, row)
    assert (forgotten.number, forgotten.number_hash) == (None, None)
    assert "shopping" not in str(forgotten.state)
    assert forgotten.outcome is (outcome or CallOutcome.FAILED), "that it was, stays for the figures"
    with any_db.read() as session:
        assert leads.waiting(session, 10) == []


def test_what_was_said_on_a_finished_call_is_forgotten_with_the_technical_log(
    any_db: Database, profile: Profile
) -> None:
    row = call(any_db, CallOutcome.FILED)
    days = timedelta(days=profile.retention.technical_log_days)
    assert forget(any_db, profile, days) == {}
    assert forget(any_db, profile, days + timedelta(minutes=1)) == {"technical log": 1}
    assert seen(any_db, row).number is None
    assert forget(any_db, profile, days + timedelta(days=1)) == {}, "once is enough"


def test_each_forgetting_stands_in_the_audit_log_with_its_number(any_db: Database, profile: Profile) -> None:
    call(any_db, CallOutcome.LEAD)
    forget(any_db, profile, timedelta(days=400))
    with any_db.read() as session:
        entry = session.scalars(sa.select(AuditEntry)).one()
        assert (entry.actor, entry.action, entry.subject) == ("worker", "retention", "unfinished calls")
        assert audit.verify(session) is None


@pytest.mark.parametrize(
    ("status", "then"),
    [
        (VoiceMessageStatus.CLEARED, VoiceMessageStatus.PURGED),
        (VoiceMessageStatus.KEPT, VoiceMessageStatus.KEPT),
    ],
)
def test_the_sound_of_a_message_goes_after_its_days(
    any_db: Database, profile: Profile, status: VoiceMessageStatus, then: VoiceMessageStatus
) -> None:
    """The row of one that the carrier has not deleted yet goes on asking for that."""
    row = call(any_db, CallOutcome.FILED)
    with any_db.write() as session:
        session.add(_message(row, status, TUESDAY_TEN))
    days = timedelta(days=profile.retention.voice_message_days)
    forget(any_db, profile, days - timedelta(minutes=1))
    with any_db.read() as session:
        assert session.scalars(sa.select(VoiceMessage)).one().sound == b"words"
    assert forget(any_db, profile, days + timedelta(minutes=1))["voice messages"] == 1
    with any_db.read() as session:
        message = session.scalars(sa.select(VoiceMessage)).one()
        assert (message.sound, message.status) == (None, then)


def _message(call_id: int, status: VoiceMessageStatus, at: datetime) -> VoiceMessage:
    return VoiceMessage(
        call_id=call_id,
        recording_sid="RE1",
        status=status,
        seconds=9,
        sound=b"words",
        due_at=at,
        created_at=at,
    )


def test_what_was_sent_is_forgotten_with_its_numbers_and_words_and_what_is_owed_stays(
    any_db: Database, profile: Profile
) -> None:
    with any_db.write() as session:
        for key in ("sent", "owed"):
            payload = {"to": NUMBER, "body": "Guten Tag"}
            outbox.owe(session, TUESDAY_TEN, DutyKind.TEXT, key, payload, TUESDAY_TEN)
        session.flush()
        sent = session.scalars(sa.select(Duty).where(Duty.key == "sent")).one()
        sent.status, sent.done_at = DutyStatus.DONE, TUESDAY_TEN
    days = timedelta(days=profile.retention.technical_log_days)
    assert forget(any_db, profile, days) == {}
    assert forget(any_db, profile, days + timedelta(minutes=1)) == {"sent texts and calls": 1}
    with any_db.read() as session:
        assert session.scalars(sa.select(Duty.key)).all() == ["owed"]


def test_what_was_said_to_a_text_is_forgotten_with_the_technical_log(
    any_db: Database, profile: Profile
) -> None:
    with any_db.write() as session:
        session.add(AnsweredText(sid="SM1", at=TUESDAY_TEN, answer="Danke!"))
    days = timedelta(days=profile.retention.technical_log_days)
    assert forget(any_db, profile, days) == {}
    assert forget(any_db, profile, days + timedelta(minutes=1)) == {"answered texts": 1}


def test_a_block_is_forgotten_with_its_reason_some_time_after_its_end(
    any_db: Database, profile: Profile
) -> None:
    with any_db.write() as session:
        account, _ = staff.add(session, TUESDAY_TEN, "carla", "Carla", Role.COORDINATOR, ("de",))
        for number in (NUMBER, "+4956715550011"):
            blocks.block(session, TUESDAY_TEN, number_hash(session, number), 7, "beschimpft", account.id)
        blocks.lift(session, TUESDAY_TEN, session.scalars(sa.select(Block.id)).all()[0], account.id)
    days = timedelta(days=profile.retention.technical_log_days)
    assert forget(any_db, profile, days) == {}
    assert forget(any_db, profile, days + timedelta(minutes=1)) == {"blocks": 1}
    assert forget(any_db, profile, days + timedelta(days=7, minutes=1)) == {"blocks": 1}
