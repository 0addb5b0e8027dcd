"""A message on tape, where a district takes them: asked for, consented to by key, kept only with consent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from intake.db import Database
from intake.kinds import CallOutcome
from intake.lifecycle import VoiceMessageStatus
from intake.message_models import VoiceMessage
from intake.profile import Profile, Speech, VoiceMessages
from intake.services import Job
from intake.settings import Settings
from voice.events import Digits, Recorded, Silence, Spoken
from voice.phone.http import WebRequest
from voice.prompts import Prompts
from voice.state import Record, Step

from .conftest import LANDLINE, PROMISE, Conversation
from .line import Line, open_line

PLAIN = ("1", "1", "1", "34466", "1", "1")


@pytest.fixture(scope="module")
def taping(profile: Profile) -> Profile:
    """The district with messages and with answers by voice."""
    return profile.model_copy(
        update={"voice_message": VoiceMessages(enabled=True), "speech": Speech(enabled=True)}
    )


@pytest.fixture
def tape(taping: Profile, prompts: Prompts) -> Conversation:
    return Conversation(taping, prompts)


def test_off_by_default_nobody_is_asked(phone: Conversation) -> None:
    phone.dial().press(*PLAIN).hears_nothing_of("Nachricht").ends_as(CallOutcome.FILED)


def test_a_message_is_asked_for_recorded_and_the_call_filed(tape: Conversation) -> None:
    tape.dial().press(*PLAIN).hears("eine Nachricht hinterlassen", "Wir nehmen sie auf")
    tape.press("1").hears("nach dem Ton")
    assert tape.reply.record == Record(8, 60)
    tape.meets(Recorded(120)).hears(PROMISE).ends_as(CallOutcome.FILED)
    assert tape.state.answers.message is True


@pytest.mark.parametrize("keys", [("2",), ("7", "7")])
def test_without_consent_nothing_is_recorded(tape: Conversation, keys: tuple[str, ...]) -> None:
    tape.dial().press(*PLAIN, *keys).hears(PROMISE).ends_as(CallOutcome.FILED)
    assert all(turn.reply.record is None for turn in tape.state.log)


def test_silence_is_no_consent(tape: Conversation) -> None:
    tape.dial().press(*PLAIN).is_silent(2).hears(PROMISE).ends_as(CallOutcome.FILED)
    assert all(turn.reply.record is None for turn in tape.state.log)


def test_a_spoken_yes_is_no_consent(tape: Conversation) -> None:
    tape.dial().press(*PLAIN)
    assert tape.reply.listen is not None
    assert tape.reply.listen.speech is None
    tape.meets(Spoken("ja", 0.9, 80))
    assert tape.state.step is Step.MESSAGE


def test_who_says_nothing_after_the_tone_is_filed_all_the_same(tape: Conversation) -> None:
    tape.dial().press(*PLAIN, "1").meets(Silence(120)).hears(PROMISE).ends_as(CallOutcome.FILED)
    assert tape.state.answers.message is False


def test_hanging_up_while_the_message_is_recorded_files(tape: Conversation) -> None:
    tape.dial().press(*PLAIN, "1").hangs_up().ends_as(CallOutcome.FILED)


def test_who_wanted_a_person_may_leave_a_message_too(tape: Conversation) -> None:
    tape.dial().press("0", "1").hears("eine Nachricht hinterlassen").press("2").ends_as(CallOutcome.FILED)


def test_near_the_end_of_its_time_a_call_takes_no_message(tape: Conversation) -> None:
    tape.dial().press(*PLAIN[:-1])
    tape.meets(Digits("1", 180)).hears_nothing_of("Nachricht").ends_as(CallOutcome.FILED)


@pytest.fixture
def tape_line(settings: Settings, taping: Profile, any_db: Database) -> Iterator[Line]:
    with open_line(settings, taping, any_db) as opened:
        yield opened


def messages(line: Line) -> list[VoiceMessage]:
    with line.services.db.read() as session:
        return list(session.scalars(sa.select(VoiceMessage)))


def test_a_message_goes_into_the_record_once(tape_line: Line) -> None:
    call = tape_line.phone.dial(LANDLINE)
    for keys in (*PLAIN, "1"):
        call.press(keys)
    call.hears("nach dem Ton").waits(12).barges_in("#").hears("Wir rufen Sie an")
    (message,) = messages(tape_line)
    assert (message.status, message.seconds) == (VoiceMessageStatus.ANNOUNCED, 12)
    assert message.call_id == tape_line.only_call.id
    assert tape_line.only_call.outcome is CallOutcome.FILED
    assert Job.VOICE_MESSAGES in tape_line.nudges
    for sent in list(tape_line.phone.exchange.wire.sent):
        if "RecordingSid" in sent.params:
            tape_line.phone.chaos.repeat(sent)
    assert len(messages(tape_line)) == 1


def test_a_message_is_kept_although_the_caller_hung_up_and_the_ready_word_was_lost(tape_line: Line) -> None:
    call = tape_line.phone.dial(LANDLINE)
    for keys in (*PLAIN, "1"):
        call.press(keys)
    call.listens().waits(9).hangs_up()
    assert tape_line.only_call.outcome is CallOutcome.FILED
    assert [message.seconds for message in messages(tape_line)] == [9]


def test_a_recording_of_a_call_that_nobody_knows_is_not_taken(tape_line: Line) -> None:
    services = tape_line.services
    told = {"CallSid": "CA" + "1" * 32, "RecordingSid": "RE" + "1" * 32, "RecordingStatus": "completed"}
    request = tape_line.phone.exchange.wire.prepare(
        WebRequest(f"{services.settings.public_base_url}/voice/recorded", told)
    )
    assert tape_line.phone.chaos.repeat(request).status == 204
    assert messages(tape_line) == []
