"""Forgets, class by class, what the profile's retention rules give no more time.

Each class is worked off in portions, so that no transaction is long; what is left is found by the next sweep.
Doing it twice is harmless: what is forgotten is not found again. Requests, helpers and missions hang together
with the matching's tables, so their classes stand there; the worker puts all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from intake import audit, drafts, guesses, sent_forms, staff_tries, web_forms
from intake.alarm_models import Alarm
from intake.answered_text_models import AnsweredText
from intake.bridge_models import BRIDGE_IS_NAMED, Bridge
from intake.carrier_copies import Copy, owe_deletion
from intake.forgetting import end_messages, forget_bridges, forget_callbacks, forget_calls
from intake.group_models import Group
from intake.kinds import CallbackKind, CallOutcome, DutyKind
from intake.lifecycle import LIVE_BRIDGES, DutyStatus
from intake.message_models import VoiceMessage
from intake.models import CALL_IS_REMEMBERED, Block, Call, Callback, Duty
from intake.paper_models import PaperLine, PaperList
from intake.profile import Retention
from intake.skip_models import Skip

#: What forgets a class: how many rows it did now, at most ``AT_ONCE``.
Forget = Callable[[Session, datetime, Retention], int]

#: Rows of one class in one transaction.
AT_ONCE = 500

_WORKER = "worker"

#: Calls that ended before anything was confirmed, or never had an end.
_UNFINISHED = (CallOutcome.LEAD, CallOutcome.SILENT_LOST, CallOutcome.FAILED)


def purge(
    session: Session, now: datetime, rules: Retention, more: Mapping[str, Forget] | None = None
) -> dict[str, int]:
    """Forget everything whose time is over; how many rows of each class, those with none left out.

    ``more`` are the classes of the rooms above. Stands in the audit log with its numbers.
    """
    done = {name: forget(session, now, rules) for name, forget in {**CLASSES, **(more or {})}.items()}
    done = {name: count for name, count in done.items() if count}
    for name, count in done.items():
        audit.append(session, now, _WORKER, "retention", name, str(count))
    return done


def years_before(now: datetime, years: int) -> datetime:
    """The same day so many years ago; the 28th for a 29th of February that was not."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


def _voice_messages(session: Session, now: datetime, rules: Retention) -> int:
    """The sound goes in any case; the row is done with once the carrier has deleted its copy too."""
    old = VoiceMessage.created_at < now - timedelta(days=rules.voice_message_days)
    heard = sa.select(VoiceMessage.id).where(old, VoiceMessage.sound.is_not(None)).limit(AT_ONCE)
    silence_them = sa.update(VoiceMessage).where(VoiceMessage.id.in_(heard)).values(sound=None)
    purged = _count(session, silence_them.returning(VoiceMessage.id))
    end_messages(session, now, old)
    return purged


def _unfinished_calls(session: Session, now: datetime, rules: Retention) -> int:
    old = Call.started_at < now - timedelta(days=rules.unfinished_call_days)
    unfinished = sa.or_(Call.outcome.is_(None), Call.outcome.in_(_UNFINISHED))
    return _forget_calls(session, now, sa.and_(old, unfinished, Call.callback_id.is_(None)))


def _technical_log(session: Session, now: datetime, rules: Retention) -> int:
    return _forget_calls(session, now, Call.started_at < now - timedelta(days=rules.technical_log_days))


def _forget_calls(session: Session, now: datetime, which: sa.ColumnElement[bool]) -> int:
    calls = session.scalars(sa.select(Call.id).where(CALL_IS_REMEMBERED, which).limit(AT_ONCE)).all()
    forget_calls(session, now, calls)
    return len(calls)


def _bridges(session: Session, now: datetime, rules: Retention) -> int:
    """Of a call from the desk the carrier's names go; that it was made stays for figures."""
    old = Bridge.created_at < now - timedelta(days=rules.technical_log_days)
    found = sa.select(Bridge.id).where(BRIDGE_IS_NAMED, old, Bridge.status.not_in(LIVE_BRIDGES))
    ids = session.scalars(found.limit(AT_ONCE)).all()
    return forget_bridges(session, now, Bridge.id.in_(ids))


def _drafts(session: Session, now: datetime, rules: Retention) -> int:
    """A half-filled form is kept no longer than an unfinished call."""
    return drafts.purge(session, now, rules.unfinished_call_days)


def _duties(session: Session, now: datetime, rules: Retention) -> int:
    """What was sent, or will not be any more: numbers and words go with the row, here and at the carrier."""
    over = Duty.status.in_((DutyStatus.DONE, DutyStatus.FAILED))
    old = Duty.done_at < now - timedelta(days=rules.technical_log_days)
    rows = sa.select(Duty.id).where(over, old).limit(AT_ONCE)
    gone = sa.delete(Duty).where(Duty.id.in_(rows)).returning(Duty.kind, Duty.carrier_sid)
    sent = session.execute(gone, execution_options={"synchronize_session": False}).all()
    for kind, what in COPIES.items():
        owe_deletion(session, now, what, [row.carrier_sid for row in sent if row.kind is kind])
    return len(sent)


#: What the carrier has of a duty that was done.
COPIES = {DutyKind.TEXT: Copy.TEXT, DutyKind.CALL: Copy.CALL}


def _answered_texts(session: Session, now: datetime, rules: Retention) -> int:
    """What was said to a text; the carrier brings none again that late, and deletes what it has of it."""
    old = AnsweredText.at < now - timedelta(days=rules.technical_log_days)
    rows = sa.select(AnsweredText.sid).where(old).limit(AT_ONCE)
    gone = sa.delete(AnsweredText).where(AnsweredText.sid.in_(rows)).returning(AnsweredText.sid)
    sids = session.scalars(gone, execution_options={"synchronize_session": False}).all()
    owe_deletion(session, now, Copy.TEXT, sids)
    return len(sids)


def _blocks(session: Session, now: datetime, rules: Retention) -> int:
    """A block that ended is over, and so is what somebody wrote about a person as its reason."""
    before = now - timedelta(days=rules.technical_log_days)
    return _delete(session, Block.id, sa.or_(Block.until < before, Block.lifted_at < before))


def _wrong_references(session: Session, now: datetime, _rules: Retention) -> int:
    return guesses.purge(session, now)


def _sent_forms(session: Session, now: datetime, _rules: Retention) -> int:
    return sent_forms.purge(session, now)


def _web_forms(session: Session, now: datetime, _rules: Retention) -> int:
    """Forms of the public pages: as short as they can come twice, and as the limits look back."""
    return web_forms.purge(session, now, AT_ONCE)


def _group_leads(session: Session, now: datetime, rules: Retention) -> int:
    """Whom to ring of a group that got in touch: it has been rung, or could not be reached."""
    old = Callback.closed_at < now - timedelta(days=rules.helper_days)
    kept = sa.and_(Callback.kind == CallbackKind.GROUP_LEAD, Callback.number_hash.is_not(None))
    ids = session.scalars(sa.select(Callback.id).where(kept, old).limit(AT_ONCE)).all()
    forget_callbacks(session, now, ids)
    return len(ids)


def _skips(session: Session, now: datetime, rules: Retention) -> int:
    return _delete(session, Skip.id, Skip.until < now - timedelta(days=rules.technical_log_days))


def _paper(session: Session, now: datetime, rules: Retention) -> int:
    """Which callbacks stood on a printed list; the sheet itself goes into the shredder."""
    old = sa.select(PaperList.id).where(PaperList.until < now - timedelta(days=rules.technical_log_days))
    lines = _delete(session, PaperLine.id, PaperLine.list_id.in_(old))
    empty = ~sa.exists().where(PaperLine.list_id == PaperList.id)
    return lines + _delete(session, PaperList.id, sa.and_(PaperList.id.in_(old), empty))


def _groups(session: Session, now: datetime, rules: Retention) -> int:
    """Of a group that helps no more, whom to ring and what was noted; its name stays for its members."""
    told = sa.or_(Group.contact_name.is_not(None), Group.contact_number.is_not(None), Group.note.is_not(None))
    old = Group.closed_at < now - timedelta(days=rules.helper_days)
    empty = sa.update(Group).where(old, told).values(contact_name=None, contact_number=None, note=None)
    return _count(session, empty.returning(Group.id))


def _login_tries(session: Session, now: datetime, _rules: Retention) -> int:
    """Wrong passwords and codes: as short as the limits look back."""
    return staff_tries.purge(session, now, AT_ONCE)


def _alarms(session: Session, now: datetime, rules: Retention) -> int:
    return _delete(session, Alarm.id, Alarm.cleared_at < years_before(now, rules.audit_years))


def _audit(session: Session, now: datetime, rules: Retention) -> int:
    return audit.cut(session, now, years_before(now, rules.audit_years), AT_ONCE)


def _delete(session: Session, key: InstrumentedAttribute[int], which: sa.ColumnElement[bool]) -> int:
    table = key.class_
    rows = sa.select(key).where(which).limit(AT_ONCE)
    return _count(session, sa.delete(table).where(key.in_(rows)).returning(key))


def _count(session: Session, statement: sa.Executable) -> int:
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


#: The classes of data that are forgotten by time, in this order.
CLASSES: dict[str, Forget] = {
    "voice messages": _voice_messages,
    "unfinished calls": _unfinished_calls,
    "technical log": _technical_log,
    "calls from the desk": _bridges,
    "drafts": _drafts,
    "sent texts and calls": _duties,
    "answered texts": _answered_texts,
    "blocks": _blocks,
    "tries to log in": _login_tries,
    "wrong references": _wrong_references,
    "sent forms": _sent_forms,
    "web forms": _web_forms,
    "group leads": _group_leads,
    "skips": _skips,
    "paper lists": _paper,
    "closed groups": _groups,
    "alarms": _alarms,
    "audit": _audit,
}
