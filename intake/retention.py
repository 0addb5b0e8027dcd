"""Forgets, class by class, what the profile's retention rules give no more time.

Each class is worked off in portions, so that no transaction is long; what is left is found by the next sweep.
Doing it twice is harmless: what is forgotten is not found again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, drafts, staff_tries
from intake.answered_text_models import AnsweredText
from intake.lifecycle import CallOutcome, DutyStatus, VoiceMessageStatus
from intake.message_models import VoiceMessage
from intake.models import CALL_IS_REMEMBERED, Block, Call, Duty
from intake.profile import Retention

#: Rows of one class in one transaction.
AT_ONCE = 500

_WORKER = "worker"

#: Calls that ended before anything was confirmed, or never had an end.
_UNFINISHED = (CallOutcome.LEAD, CallOutcome.SILENT_LOST, CallOutcome.FAILED)


def purge(session: Session, now: datetime, rules: Retention) -> dict[str, int]:
    """Forget everything whose time is over; how many rows of each class, those with none left out.

    Stands in the audit log with its numbers.
    """
    done = {name: forget(session, now, rules) for name, forget in CLASSES.items()}
    done = {name: count for name, count in done.items() if count}
    for name, count in done.items():
        audit.append(session, now, _WORKER, "retention", name, str(count))
    return done


def _voice_messages(session: Session, now: datetime, rules: Retention) -> int:
    """The sound goes in any case; the row is done with once the carrier has deleted its copy too."""
    old = VoiceMessage.created_at < now - timedelta(days=rules.voice_message_days)
    heard = sa.select(VoiceMessage.id).where(old, VoiceMessage.sound.is_not(None)).limit(AT_ONCE)
    silence_them = sa.update(VoiceMessage).where(VoiceMessage.id.in_(heard)).values(sound=None)
    purged = _count(session, silence_them.returning(VoiceMessage.id))
    session.execute(
        sa.update(VoiceMessage)
        .where(old, VoiceMessage.status == VoiceMessageStatus.CLEARED, VoiceMessage.sound.is_(None))
        .values(status=VoiceMessageStatus.PURGED)
        .execution_options(synchronize_session=False)
    )
    return purged


def _unfinished_calls(session: Session, now: datetime, rules: Retention) -> int:
    old = Call.started_at < now - timedelta(days=rules.unfinished_call_days)
    unfinished = sa.or_(Call.outcome.is_(None), Call.outcome.in_(_UNFINISHED))
    return _forget_calls(session, now, sa.and_(old, unfinished, Call.callback_id.is_(None)))


def _technical_log(session: Session, now: datetime, rules: Retention) -> int:
    return _forget_calls(session, now, Call.started_at < now - timedelta(days=rules.technical_log_days))


def _forget_calls(session: Session, now: datetime, which: sa.ColumnElement[bool]) -> int:
    """What was said and the number go; that there was a call, when and with which outcome, stays for figures.

    A lead that nobody has rung by then leaves its list: there is nothing left to ring.
    """
    calls = sa.select(Call.id).where(CALL_IS_REMEMBERED, which).limit(AT_ONCE)
    forget_them = (
        sa.update(Call)
        .where(Call.id.in_(calls))
        .values(
            number=None,
            number_hash=None,
            state=_NOTHING_SAID,
            outcome=sa.func.coalesce(Call.outcome, CallOutcome.FAILED),
            lead_closed_at=sa.func.coalesce(Call.lead_closed_at, now),
            forgotten_at=now,
        )
    )
    return _count(session, forget_them.returning(Call.id))


#: What the conversation's state looks like when nothing is kept of it.
_NOTHING_SAID: dict[str, Any] = {"language": "", "answers": {}, "words": [], "log": []}


def _count(session: Session, statement: sa.Executable) -> int:
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


def _drafts(session: Session, now: datetime, rules: Retention) -> int:
    """A half-filled form is kept no longer than an unfinished call."""
    return drafts.purge(session, now, rules.unfinished_call_days)


def _duties(session: Session, now: datetime, rules: Retention) -> int:
    """What was sent, or will not be any more: numbers and words go with the row."""
    over = Duty.status.in_((DutyStatus.DONE, DutyStatus.FAILED))
    old = Duty.done_at < now - timedelta(days=rules.technical_log_days)
    rows = sa.select(Duty.id).where(over, old).limit(AT_ONCE)
    return _count(session, sa.delete(Duty).where(Duty.id.in_(rows)).returning(Duty.id))


def _answered_texts(session: Session, now: datetime, rules: Retention) -> int:
    """What was said to a text; the carrier brings none again that late."""
    old = AnsweredText.at < now - timedelta(days=rules.technical_log_days)
    rows = sa.select(AnsweredText.sid).where(old).limit(AT_ONCE)
    return _count(
        session, sa.delete(AnsweredText).where(AnsweredText.sid.in_(rows)).returning(AnsweredText.sid)
    )


def _blocks(session: Session, now: datetime, rules: Retention) -> int:
    """A block that ended is over, and so is what somebody wrote about a person as its reason."""
    before = now - timedelta(days=rules.technical_log_days)
    rows = sa.select(Block.id).where(sa.or_(Block.until < before, Block.lifted_at < before)).limit(AT_ONCE)
    return _count(session, sa.delete(Block).where(Block.id.in_(rows)).returning(Block.id))


def _login_tries(session: Session, now: datetime, _rules: Retention) -> int:
    """Wrong passwords and codes: as short as the limits look back."""
    return staff_tries.purge(session, now, AT_ONCE)


#: The classes of data that are forgotten by time, in this order.
CLASSES: dict[str, Callable[[Session, datetime, Retention], int]] = {
    "voice messages": _voice_messages,
    "unfinished calls": _unfinished_calls,
    "technical log": _technical_log,
    "drafts": _drafts,
    "sent texts and calls": _duties,
    "answered texts": _answered_texts,
    "blocks": _blocks,
    "tries to log in": _login_tries,
}
