"""Taking a person out of the record: requests, helpers and calls lose what is personal, for good.

What stays is for figures and tells nobody: that there was a request, of what kind, in which municipality,
when; that a call was made, and how it ended. Time does this (``retention``), and so does whoever asks for it
(the matching's ``erasure``). Whatever the carrier has of it is deleted there too. Twice is harmless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.bridge_models import BRIDGE_IS_NAMED, Bridge
from intake.carrier_copies import Copy, owe_deletion
from intake.draft_models import Draft
from intake.kinds import CallbackKind, CallOutcome
from intake.lifecycle import OPEN_CALLBACKS, HelperStatus, RequestStatus, VoiceMessageStatus, check_move
from intake.merge_models import Merge
from intake.message_models import VoiceMessage
from intake.models import CALL_IS_REMEMBERED, Attempt, Call, Callback, Helper, Request
from intake.sent_form_models import SentForm
from intake.web_form_models import WebReceipt

#: Callbacks that ring a helper; every other one rings who needs help.
RINGS_HELPER = (CallbackKind.HELPER_LEAD, CallbackKind.BRIEFING)

#: What a request and a helper lose. The place is kept as a municipality, not as a postcode.
_OF_A_REQUEST: Mapping[str, Any] = {
    **dict.fromkeys(("reference", "number", "number_hash", "postcode", "name", "on_behalf"), None),
    **dict.fromkeys(("address", "details", "wishes"), None),
}
_LISTS_OF_A_REQUEST = (
    "half_days",
    "dates",
    "required_traits",
    "preferred_traits",
    "circumstances",
    "interests",
)
_OF_A_HELPER: Mapping[str, Any] = dict.fromkeys(
    ("name", "number", "number_hash", "note", "postcode", "group_id", "opted_out_at"), None
)
_LISTS_OF_A_HELPER = ("vetted", "languages", "half_days", "away", "traits", "avoids", "interests")

#: What the conversation's state looks like when nothing is kept of it.
_NOTHING_SAID: dict[str, Any] = {"language": "", "answers": {}, "words": [], "log": []}

#: The kinds of the desk's drafts, by what their number names.
DRAFTS_OF_REQUEST, DRAFTS_OF_CALLBACK = ("request",), ("case", "talk")
DRAFTS_OF_HELPER = ("helper", "offer", "belonging")


def forget_requests(session: Session, now: datetime, ids: Sequence[int]) -> None:
    """Take out requests that have ended, with everything that hangs on them here.

    An open callback that rings a helper about one stays: she has yet to be told. Raises ``IllegalMove`` for
    a request that has not ended.
    """
    for row in session.scalars(sa.select(Request).where(Request.id.in_(ids))):
        row.status = check_move(row.status, RequestStatus.ERASED)  # status_at stays: when it ended
        _empty(row, _OF_A_REQUEST, _LISTS_OF_A_REQUEST)
    session.flush()
    rings = sa.or_(Callback.kind.not_in(RINGS_HELPER), Callback.status.not_in(OPEN_CALLBACKS))
    callbacks = session.scalars(sa.select(Callback.id).where(Callback.request_id.in_(ids), rings)).all()
    _forget_callbacks(session, now, callbacks)
    _forget_calls_of(session, now, sa.or_(Call.request_id.in_(ids), Call.callback_id.in_(callbacks)))
    _run(session, sa.delete(Merge).where(sa.or_(Merge.gone_id.in_(ids), Merge.kept_id.in_(ids))))
    _run(session, sa.delete(SentForm).where(SentForm.request_id.in_(ids)))
    _run(session, sa.delete(WebReceipt).where(WebReceipt.request_id.in_(ids)))
    _drop_drafts(session, DRAFTS_OF_REQUEST, ids)


def forget_helpers(session: Session, now: datetime, ids: Sequence[int]) -> None:
    """Take out helpers who have left, and leads that came to nothing. Raises ``IllegalMove`` for others."""
    for row in session.scalars(sa.select(Helper).where(Helper.id.in_(ids))):
        if row.status is HelperStatus.LEAD:
            row.status = check_move(row.status, HelperStatus.LEFT)
        row.status = check_move(row.status, HelperStatus.ERASED)
        _empty(row, _OF_A_HELPER, _LISTS_OF_A_HELPER)
        row.papers = {}
    session.flush()
    hers = sa.select(Callback.id).where(Callback.helper_id.in_(ids), Callback.kind.in_(RINGS_HELPER))
    callbacks = session.scalars(hers).all()
    _forget_callbacks(session, now, callbacks)
    _forget_calls_of(session, now, Call.callback_id.in_(callbacks))
    _drop_drafts(session, DRAFTS_OF_HELPER, ids)


def forget_callbacks(session: Session, now: datetime, ids: Sequence[int]) -> None:
    """Take out callbacks that ring neither for a request nor a registered helper: a group's contact, say."""
    _forget_callbacks(session, now, ids)
    _forget_calls_of(session, now, Call.callback_id.in_(ids))


def forget_calls(session: Session, now: datetime, ids: Sequence[int]) -> None:
    """What was said and the number go; that there was a call, when and with which outcome, stays.

    A lead that nobody has rung by then leaves its list: there is nothing left to ring.
    """
    values = {
        "number": None,
        "number_hash": None,
        "state": _NOTHING_SAID,
        "outcome": sa.func.coalesce(Call.outcome, CallOutcome.FAILED),
        "lead_closed_at": sa.func.coalesce(Call.lead_closed_at, now),
        "forgotten_at": now,
    }
    which = sa.and_(Call.id.in_(ids), CALL_IS_REMEMBERED)
    sids = session.scalars(
        sa.update(Call).where(which).values(**values).returning(Call.call_sid),
        execution_options={"synchronize_session": False},
    ).all()
    owe_deletion(session, now, Copy.CALL, sids)


def forget_messages(session: Session, now: datetime, call_ids: Sequence[int]) -> None:
    """The sound goes at once. The carrier's copy goes as it does for every message; a lost one's too."""
    for row in session.scalars(sa.select(VoiceMessage).where(VoiceMessage.call_id.in_(call_ids))):
        row.sound = None
        if row.status is VoiceMessageStatus.ANNOUNCED:
            # it is not fetched any more, only deleted; a fetch under way finds its claim gone
            row.status, row.due_at, row.tries = check_move(row.status, VoiceMessageStatus.KEPT), now, 0
    session.flush()
    end_messages(session, now, VoiceMessage.call_id.in_(call_ids))


def end_messages(session: Session, now: datetime, which: sa.ColumnElement[bool]) -> None:
    """Be done with silent messages that the carrier has deleted, or has never given out."""
    ends = (VoiceMessageStatus.CLEARED, VoiceMessageStatus.LOST)
    found = sa.select(VoiceMessage).where(which, VoiceMessage.status.in_(ends), VoiceMessage.sound.is_(None))
    for row in session.scalars(found):
        if row.status is VoiceMessageStatus.LOST:
            owe_deletion(session, now, Copy.RECORDING, [row.recording_sid])
        row.status = check_move(row.status, VoiceMessageStatus.PURGED)
    session.flush()


def forget_bridges(session: Session, now: datetime, which: sa.ColumnElement[bool]) -> int:
    """The carrier's names of calls from the desk go, and what it has under them; how many calls."""
    rows = session.scalars(sa.select(Bridge).where(which, BRIDGE_IS_NAMED)).all()
    owe_deletion(
        session, now, Copy.CALL, [sid for row in rows for sid in (row.citizen_sid, row.operator_sid)]
    )
    for row in rows:
        row.operator_sid = row.citizen_sid = None
    session.flush()
    return len(rows)


def _forget_callbacks(session: Session, now: datetime, ids: Sequence[int]) -> None:
    """Number and notes go; how often was tried, and with which outcomes, stays."""
    nobody: dict[str, Any] = {"number": None, "number_hash": None, "note": None}
    _run(session, sa.update(Callback).where(Callback.id.in_(ids)).values(**nobody))
    _run(session, sa.update(Attempt).where(Attempt.callback_id.in_(ids)).values(note=None, before=None))
    forget_bridges(session, now, Bridge.callback_id.in_(ids))
    _drop_drafts(session, DRAFTS_OF_CALLBACK, ids)


def _forget_calls_of(session: Session, now: datetime, which: sa.ColumnElement[bool]) -> None:
    ids = session.scalars(sa.select(Call.id).where(which)).all()
    forget_calls(session, now, ids)
    forget_messages(session, now, ids)


def _drop_drafts(session: Session, kinds: Sequence[str], ids: Sequence[int]) -> None:
    subjects = [f"{kind}-{row_id}" for kind in kinds for row_id in ids]
    _run(session, sa.delete(Draft).where(Draft.subject.in_(subjects)))


def _empty(row: Request | Helper, values: Mapping[str, Any], lists: Sequence[str]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    for name in lists:
        setattr(row, name, [])


def _run(session: Session, statement: sa.Executable) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
