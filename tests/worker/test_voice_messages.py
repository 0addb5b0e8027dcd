"""A message is fetched from the carrier, kept encrypted, and deleted there, whatever the line does."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import messages
from intake.db import Database
from intake.kinds import CallOutcome
from intake.lifecycle import VoiceMessageStatus
from intake.message_models import VoiceMessage
from intake.models import Call
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from tests.conftest import TUESDAY_TEN, MovableClock
from tests.support.hotline import free_port
from voice.carrier import Carrier
from voice.phone.carrier import Recording
from worker import voice_messages

from .office import Office

CALL, SID = "CA" + "1" * 32, "RE" + "1" * 32


class Desk:
    """A worker, a call with a message on it, and the carrier that has the recording."""

    def __init__(self, settings: Settings, profile: Profile, db: Database, office: Office) -> None:
        self.clock, self.office = MovableClock(TUESDAY_TEN), office
        self.services = Services(settings, profile, db, self.clock, lambda job: None)
        self._settings = settings
        now = self.clock()
        office.network.exchange.recordings[SID] = Recording(SID, CALL, 3, began_at=0.0, ready_at=2.0)
        with db.write() as session:
            session.add(
                Call(
                    call_sid=CALL,
                    language="de",
                    state={},
                    step="filed",
                    outcome=CallOutcome.FILED,
                    started_at=now,
                    last_turn_at=now,
                )
            )
            session.flush()
            assert messages.announce(session, now, CALL, SID, 3, now)

    def works(self, reached: bool = True) -> None:
        port = self.office.port if reached else free_port()
        carrier = Carrier(self._settings.model_copy(update={"api_base": f"http://127.0.0.1:{port}"}))
        voice_messages.collect(self.services, carrier)

    def passes(self, **time: float) -> None:
        self.office.clock.move_to((self.clock.moves(**time) - TUESDAY_TEN).total_seconds())

    @property
    def message(self) -> VoiceMessage:
        with self.services.db.read() as session:
            return session.scalars(sa.select(VoiceMessage)).one()

    @property
    def carrier_has_it(self) -> bool:
        return SID in self.office.network.exchange.recordings


@pytest.fixture
def desk(settings: Settings, profile: Profile, any_db: Database) -> Iterator[Desk]:
    with Office(settings) as office:
        yield Desk(settings, profile, any_db, office)


def test_it_is_fetched_and_deleted_at_the_carrier(desk: Desk) -> None:
    desk.passes(seconds=5)
    desk.works()
    assert (desk.message.status, desk.carrier_has_it) == (VoiceMessageStatus.CLEARED, False)
    with wave.open(io.BytesIO(desk.message.sound or b"")) as sound:
        assert sound.getnframes() == 3 * sound.getframerate()


def test_it_stands_encrypted_in_the_database(desk: Desk) -> None:
    desk.passes(seconds=5)
    desk.works()
    with desk.services.db.read() as session:
        stored = bytes(session.scalar(sa.text("SELECT sound FROM voice_messages")))
    assert b"RIFF" not in stored
    assert len(stored) > len(desk.message.sound or b"")


def test_a_recording_that_is_not_ready_is_fetched_later(desk: Desk) -> None:
    desk.works()
    assert desk.message.status is VoiceMessageStatus.ANNOUNCED
    desk.passes(seconds=15)
    desk.works()
    assert desk.message.status is VoiceMessageStatus.CLEARED


def test_deletion_is_asked_for_until_the_carrier_confirms_it(desk: Desk) -> None:
    desk.passes(seconds=5)
    with desk.services.db.write() as session:
        claim = messages.claim(session, desk.clock())
        assert claim is not None
        messages.settle(session, claim, desk.clock(), VoiceMessageStatus.KEPT, b"sound")
    desk.office.trouble = "rate"
    desk.works()
    assert (desk.message.status, desk.carrier_has_it) == (VoiceMessageStatus.KEPT, True)
    desk.works(reached=False)
    desk.passes(minutes=1)
    desk.office.trouble = "answer lost"
    desk.works()
    assert (desk.message.status, desk.carrier_has_it) == (VoiceMessageStatus.KEPT, False)
    desk.passes(minutes=1)
    desk.works()
    assert desk.message.status is VoiceMessageStatus.CLEARED


def test_a_carrier_that_is_away_is_asked_again(desk: Desk) -> None:
    desk.passes(seconds=5)
    desk.works(reached=False)
    desk.works()
    assert desk.message.status is VoiceMessageStatus.ANNOUNCED, "it rests for a while"
    desk.passes(minutes=1)
    desk.works()
    assert desk.message.status is VoiceMessageStatus.CLEARED


def test_what_the_carrier_does_not_have_is_given_up_after_a_day(desk: Desk) -> None:
    desk.office.network.exchange.recordings.clear()
    desk.works()
    assert desk.message.status is VoiceMessageStatus.ANNOUNCED
    desk.passes(hours=25)
    desk.works()
    assert desk.message.status is VoiceMessageStatus.LOST


def test_two_workers_never_have_the_same_message(desk: Desk) -> None:
    with desk.services.db.write() as session:
        first, second = messages.claim(session, desk.clock()), messages.claim(session, desk.clock())
    assert first is not None
    assert second is None
    desk.clock.moves(seconds=(messages.LEASE + timedelta(seconds=1)).total_seconds())
    with desk.services.db.write() as session:
        assert messages.claim(session, desk.clock()) is not None
        messages.settle(session, first, desk.clock(), VoiceMessageStatus.KEPT, b"too late")
    assert desk.message.status is VoiceMessageStatus.ANNOUNCED
