"""The page of the alarms: what went wrong, what to do about it, who has seen it, and what is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake import alarms
from intake.alarm_models import ALARM_IS_OPEN, Alarm
from intake.desk.accounts import account
from intake.kinds import AlarmKind
from intake.lifecycle import AlarmStatus
from intake.models import Staff
from intake.web import now, services

blueprint = Blueprint("alarms", __name__)

#: What is over is shown for so long, and so many at most.
HISTORY, HISTORY_ROWS = timedelta(days=14), 50

#: What to do about an alarm.
ADVICE: dict[AlarmKind, Any] = {
    AlarmKind.CALLBACK_OVERDUE: _(
        "Die versprochene Zeit ist vorbei. Bitte rufen Sie hier zuerst an, und entschuldigen Sie sich."
    ),
    AlarmKind.CALLBACK_ORPHANED: _(
        "Von selbst wird er nicht wieder frei. Bitte sagen Sie der Verwaltung Bescheid."
    ),
    AlarmKind.CALL_STUCK: _(
        "Seit einer Stunde fehlt, wie der Anruf ausging. Bitte sagen Sie der Verwaltung Bescheid."
    ),
    AlarmKind.DUTY_FAILED: _(
        "Die Person weiß noch nichts. Bitte rufen Sie selbst an; bei der Vermittlung steht, wen."
    ),
    AlarmKind.WORKER_SILENT: _(
        "Nichts wird zugeteilt oder verschickt. Nehmen Sie Rückrufe selbst, und rufen Sie die Verwaltung an."
    ),
    AlarmKind.PROMISES_SLIP: _(
        "Es braucht mehr Menschen im Dienst. Angesagt werden inzwischen von selbst spätere Zeiten."
    ),
}


@dataclass(frozen=True)
class Row:
    """An alarm as the page shows it. ``number`` is that of its row; None: it is about the whole hotline."""

    id: int
    kind: AlarmKind
    number: int | None
    raised_at: datetime
    cleared_at: datetime | None
    seen_by: str | None
    is_seen: bool


def counts() -> dict[AlarmKind, int]:
    """What nobody has seen yet, by kind: for the strip on first pages."""
    with services().db.read() as db:
        return alarms.counts(db, now())


@blueprint.get("/alarms/")
def page() -> str:
    """Every open alarm by kind, and what was over lately."""
    with services().db.read() as db:
        rows = _rows(db, ALARM_IS_OPEN, Alarm.raised_at)
        lately = sa.and_(Alarm.status == AlarmStatus.CLEARED, Alarm.cleared_at > now() - HISTORY)
        history = _rows(db, lately, Alarm.cleared_at.desc(), HISTORY_ROWS)
        is_silent = alarms.is_worker_silent(db, now())
    groups = {kind: [row for row in rows if row.kind is kind] for kind in AlarmKind}
    return render_template(
        "desk/alarms.html",
        groups={kind: found for kind, found in groups.items() if found},
        is_silent=is_silent,
        history=history,
        advice=ADVICE,
        kinds=AlarmKind,
    )


def _rows(db: Session, which: Any, order: Any, most: int = alarms.AT_ONCE * len(AlarmKind)) -> list[Row]:
    query = (
        sa.select(Alarm, Staff.name)
        .outerjoin(Staff, Staff.id == Alarm.seen_by)
        .where(which)
        .order_by(order, Alarm.id)
        .limit(most)
    )
    return [_row(alarm, name) for alarm, name in db.execute(query)]


def _row(alarm: Alarm, seen_by: str | None) -> Row:
    number = alarm.subject.partition(":")[2]
    return Row(
        id=alarm.id,
        kind=alarm.kind,
        number=int(number) if number else None,
        raised_at=alarm.raised_at,
        cleared_at=alarm.cleared_at,
        seen_by=seen_by,
        is_seen=alarm.status is AlarmStatus.SEEN,
    )


@blueprint.post("/alarms/<int:alarm_id>/seen")
def see(alarm_id: int) -> Response:
    """Take care of one alarm."""
    return _see(Alarm.id == alarm_id)


@blueprint.post("/alarms/all/<kind>/seen")
def see_all(kind: str) -> Response:
    """Take care of every alarm of a kind."""
    chosen = AlarmKind(kind) if kind in {each.value for each in AlarmKind} else abort(404)
    return _see(Alarm.kind == chosen)


def _see(which: sa.ColumnElement[bool]) -> Response:
    with services().db.write() as db:
        ids = db.scalars(sa.select(Alarm.id).where(ALARM_IS_OPEN, which)).all()
        seen = alarms.see(db, now(), ids, account().id)
    flash(ngettext("%(num)s Alarm gesehen.", "%(num)s Alarme gesehen.", seen))
    return redirect(url_for("alarms.page"), 303)
