"""What was said and done on the telephone with a person, in words for herself: callbacks, calls, messages."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import Session

from intake.desk.call_log import said_on
from intake.desk.wording import language_word, word
from intake.kinds import LastResort
from intake.letter_models import Letter
from intake.lifecycle import LetterStatus
from intake.message_models import VoiceMessage
from intake.models import CALL_IS_REMEMBERED, Attempt, Call, Callback
from intake.phone_numbers import display
from intake.profile import AttemptOutcome
from intake.web import in_words, services
from matching.desk.access_words import Part, day_after, part, when


def callbacks(db: Session, which: sa.ColumnElement[bool]) -> list[Part]:
    """Each callback with its tries."""
    rows = db.scalars(sa.select(Callback).where(which).order_by(Callback.id)).all()
    return [_callback(db, row) for row in rows]


def _callback(db: Session, row: Callback) -> Part:
    tries = db.scalars(sa.select(Attempt).where(Attempt.callback_id == row.id).order_by(Attempt.id)).all()
    return part(
        gettext("Rückruf: %(why)s", why=word(row.kind)),
        (gettext("Vorgemerkt"), when(row.created_at)),
        (gettext("Nummer"), display(row.number) if row.number else ""),
        (gettext("Zugesagt bis"), when(row.promised_until)),
        (gettext("Passt am besten"), word(row.best_time)),
        (gettext("Sprache"), language_word(row.language)),
        (gettext("Wie oft gemeldet"), str(row.times_called)),
        (gettext("Notiz"), row.note),
        *((gettext("Versuch"), _attempt(each)) for each in tries),
        (gettext("Beendet"), when(row.closed_at)),
    )


def _attempt(row: Attempt) -> str:
    rules = services().profile.retry
    rule = rules.get(AttemptOutcome(row.outcome)) if row.outcome else None
    said = (when(row.started_at), in_words(rule.label) if rule else "", row.note or "")
    return " · ".join(each for each in said if each)


def calls(db: Session, which: sa.ColumnElement[bool]) -> list[Part]:
    """Each call with what was keyed in, and the message that was left on it."""
    rows = db.scalars(sa.select(Call).where(which, CALL_IS_REMEMBERED).order_by(Call.id)).all()
    return [_call(db, row) for row in rows]


def _call(db: Session, row: Call) -> Part:
    keep = services().profile.retention
    left = db.scalars(sa.select(VoiceMessage).where(VoiceMessage.call_id == row.id)).all()
    return part(
        gettext("Anruf bei uns am %(at)s", at=when(row.started_at)),
        (gettext("Nummer"), display(row.number) if row.number else gettext("unterdrückt")),
        (gettext("Dauer"), gettext("%(n)s Sekunden", n=row.seconds) if row.seconds else ""),
        (gettext("Sprache"), language_word(row.language)),
        (gettext("Ergebnis"), word(row.outcome) if row.outcome else ""),
        *((said.question, said.answer) for said in said_on(row)),
        *(
            (gettext("Nachricht auf Band"), gettext("%(n)s Sekunden, liegt als Aufnahme bei", n=each.seconds))
            for each in left
            if each.sound
        ),
        (gettext("Wird vergessen"), day_after(row.started_at, keep.technical_log_days)),
    )


def letters(db: Session, which: sa.ColumnElement[bool]) -> list[Part]:
    """What was told on paper, or through a town hall."""
    rows = db.scalars(sa.select(Letter).where(which).order_by(Letter.id)).all()
    return [
        part(
            gettext("Brief oder Bescheid: %(why)s", why=word(row.kind)),
            (gettext("Vorgemerkt"), when(row.created_at)),
            (_way(row), when(row.done_at)),
        )
        for row in rows
    ]


def _way(row: Letter) -> str:
    if row.status is not LetterStatus.SENT:
        return str(gettext("Beiseite gelegt"))
    by_letter = row.way is LastResort.LETTER
    return str(gettext("Brief abgeschickt") if by_letter else gettext("Dem Rathaus gesagt"))


def callback_ids(db: Session, which: sa.ColumnElement[bool]) -> Sequence[int]:
    """The ids of callbacks."""
    return db.scalars(sa.select(Callback.id).where(which)).all()
