"""Voice messages: announced by the carrier, fetched, deleted there, heard by the callback's holder, purged.

Each row is itself the duty: ``due_at`` says when the next thing is owed to it. A claim moves it on by a
lease, so that two workers cannot both act, and one that died is followed by another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import insert_into
from intake.lifecycle import VoiceMessageStatus, check_move
from intake.message_models import IS_OWED, VoiceMessage
from intake.models import Call

#: How long a message is one worker's alone: longer than the carrier takes for a minute of sound.
LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Claim:
    """A message that this worker alone may act on until ``lease_until``."""

    message_id: int
    recording_sid: str
    status: VoiceMessageStatus
    tries: int
    created_at: datetime
    lease_until: datetime


@dataclass(frozen=True)
class Left:
    """A message that can be heard: when it was left, how long it is in seconds."""

    id: int
    at: datetime
    seconds: int


def announce(
    session: Session, now: datetime, call_sid: str, recording_sid: str, seconds: int, due_at: datetime
) -> bool:
    """The carrier has recorded a message on that call; False if the call is not known.

    Told twice it stays one message, and is due at the earlier time.
    """
    call_id = session.scalar(sa.select(Call.id).where(Call.call_sid == call_sid))
    if call_id is None:
        return False
    fresh = insert_into(session, VoiceMessage).values(
        call_id=call_id,
        recording_sid=recording_sid,
        status=VoiceMessageStatus.ANNOUNCED,
        seconds=seconds,
        due_at=due_at,
        tries=0,
        created_at=now,
    )
    session.execute(
        fresh.on_conflict_do_update(
            index_elements=["recording_sid"],
            set_={"due_at": due_at},
            where=sa.and_(VoiceMessage.tries == 0, VoiceMessage.due_at > due_at),
        )
    )
    return True


def claim(session: Session, now: datetime) -> Claim | None:
    """Take the message to which something has been owed longest, in one statement; None if there is none."""
    oldest = (
        sa.select(VoiceMessage.id)
        .where(IS_OWED, VoiceMessage.due_at <= now)
        .order_by(VoiceMessage.due_at, VoiceMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    message_id = session.scalar(
        sa.update(VoiceMessage)
        .where(VoiceMessage.id == oldest.scalar_subquery())
        .values(due_at=now + LEASE, tries=VoiceMessage.tries + 1)
        .returning(VoiceMessage.id)
        .execution_options(synchronize_session=False)
    )
    if message_id is None:
        return None
    row = session.get_one(VoiceMessage, message_id)
    return Claim(row.id, row.recording_sid, row.status, row.tries, row.created_at, now + LEASE)


def settle(
    session: Session,
    claim: Claim,
    due_at: datetime,
    status: VoiceMessageStatus | None = None,
    sound: bytes | None = None,
) -> None:
    """Write what became of a claimed message: its next status (None: the same again), and when it is due.

    Nothing is written if the lease ran out and somebody else has the message by now.
    """
    row = session.scalar(
        sa.select(VoiceMessage)
        .where(VoiceMessage.id == claim.message_id, VoiceMessage.due_at == claim.lease_until, IS_OWED)
        .with_for_update()
    )
    if row is None:
        return
    row.due_at = due_at
    if status is not None:
        row.status, row.tries = check_move(row.status, status), 0
    if sound is not None:
        row.sound = sound


def left_with(session: Session, callback_id: int) -> Sequence[Left]:
    """The messages of a callback's calls that can be heard, oldest first."""
    rows = session.execute(_audible(callback_id).order_by(VoiceMessage.id))
    return [Left(row.id, row.created_at, row.seconds) for row in rows]


def sound_of(session: Session, callback_id: int, message_id: int) -> bytes | None:
    """The sound of one of a callback's messages (WAV); None if there is none such."""
    found = session.execute(_audible(callback_id).where(VoiceMessage.id == message_id)).first()
    return None if found is None else session.get_one(VoiceMessage, message_id).sound


def _audible(callback_id: int) -> sa.Select[int, datetime, int]:
    return (
        sa.select(VoiceMessage.id, VoiceMessage.created_at, VoiceMessage.seconds)
        .join(Call, Call.id == VoiceMessage.call_id)
        .where(Call.callback_id == callback_id, VoiceMessage.sound.is_not(None))
    )
