"""What was written to a person or about her, in words for herself: texts, half-filled forms, a block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import Session

from intake.answered_text_models import AnsweredText
from intake.draft_models import Draft
from intake.forgetting import DRAFTS_OF_CALLBACK
from intake.kinds import DutyKind
from intake.models import Block, Duty, Helper, Request
from matching import erasure, ways
from matching.desk.access_words import Part, part, when


def texts(db: Session, helper: Helper) -> list[Part]:
    """What was texted to a helper, and what was answered to her texts.

    The details of a mission are about somebody else: of them only that they were sent.
    """
    keys = erasure.to_helper(db, helper.id)
    sent = sa.select(Duty).where(Duty.key.in_(keys), Duty.kind == DutyKind.TEXT).order_by(Duty.id)
    lines = [(when(row.done_at or row.created_at), _body(row)) for row in db.scalars(sent)]
    hers = AnsweredText.number_hash == helper.number_hash
    answered = db.scalars(sa.select(AnsweredText).where(hers).order_by(AnsweredText.at)).all()
    answers = [(gettext("Antwort auf Ihre SMS, %(at)s", at=when(row.at)), row.answer) for row in answered]
    return [part(gettext("Textnachrichten"), *lines, *answers)] if lines or answers else []


def _body(row: Duty) -> str:
    if row.key.startswith(f"{ways.DETAILS}:"):
        return str(gettext("Einzelheiten zu einem Einsatz, mit den Angaben der Person, der Sie helfen"))
    return str(row.payload["body"])


def drafts(db: Session, kinds: Sequence[str], row_id: int, callbacks: Sequence[int]) -> list[Part]:
    """Forms about a person that somebody has begun to fill in."""
    subjects = [f"{kind}-{row_id}" for kind in kinds]
    subjects += [f"{kind}-{callback_id}" for kind in DRAFTS_OF_CALLBACK for callback_id in callbacks]
    found = db.scalars(sa.select(Draft).where(Draft.subject.in_(subjects)).order_by(Draft.id)).all()
    lines = [(when(row.saved_at), _typed(row.fields)) for row in found]
    return [part(gettext("Angefangene Formulare"), *lines)] if lines else []


def _typed(fields: dict[str, Any]) -> str:
    return " · ".join(value for values in fields.values() for value in values if value)


def blocks(db: Session, row: Request | Helper, shared: bool) -> list[Part]:
    """That no calls are taken from her number; why, only where nobody else could be meant by it."""
    if row.number_hash is None:
        return []
    found = db.scalars(sa.select(Block).where(Block.number_hash == row.number_hash)).all()
    return [
        part(
            gettext("Von Ihrer Nummer wurde eine Zeit lang kein Anruf angenommen"),
            (gettext("Seit"), when(each.created_at)),
            (gettext("bis"), when(each.lifted_at or each.until)),
            (gettext("Warum"), "" if shared else each.reason),
        )
        for each in found
    ]


def is_shared(db: Session, row: Request | Helper, requests: Sequence[int], helpers: Sequence[int]) -> bool:
    """Whether others are known under her number than those rows."""
    others = [
        sa.select(Request.id).where(Request.number_hash == row.number_hash, Request.id.not_in(requests)),
        sa.select(Helper.id).where(Helper.number_hash == row.number_hash, Helper.id.not_in(helpers)),
    ]
    return any(db.scalar(query.limit(1)) is not None for query in others)
