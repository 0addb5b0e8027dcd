"""Drafts on the desk's pages: kept while typing and with each button, given back when the form is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.csrf import validate_csrf
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import ValidationError

from intake import drafts
from intake.desk.accounts import account, who_rests
from intake.desk.sections import DraftForm, sections
from intake.draft_models import Draft
from intake.web import now, services

blueprint = Blueprint("drafts", __name__)

#: The operators' forms. The case's buttons keep its draft too, where the session was left alone too long.
FORMS = (
    DraftForm(
        "case",
        "cases.case",
        "callback_id",
        (
            "dialling.show_number",
            "dialling.dialled",
            "dialling.call",
            "dialling.hang_up",
            "cases.record",
            "cases.block",
            "cases.release",
        ),
        lazy_gettext("Notiz zu einem Rückruf"),
    ),
    DraftForm(
        "request",
        "requests.complete",
        "request_id",
        ("requests.save",),
        lazy_gettext("Anliegen nach einem Rückruf"),
    ),
    DraftForm(
        "helper", "helpers.register", "helper_id", ("helpers.save",), lazy_gettext("Angebot zu helfen")
    ),
    DraftForm("new", "walk_in.new", "", ("walk_in.new",), lazy_gettext("neues Anliegen")),
)


@dataclass(frozen=True)
class DraftSeen:
    """A draft to come back to: of which form, where, and when it was kept."""

    words: str
    url: str
    saved_at: datetime


@dataclass(frozen=True)
class Typed:
    """What was typed into a form before, ready to fill it, and when it was kept."""

    fields: MultiDict[str, str]
    saved_at: datetime


def subject(kind: str, row_id: int = 0) -> str:
    """The name under which a form's draft is kept."""
    return f"{kind}-{row_id}"


def typed(db: Session, name: str) -> Typed | None:
    """What was typed into the form before; None if nothing was."""
    draft = drafts.find(db, account().id, name)
    return Typed(MultiDict(draft.fields), draft.saved_at) if draft else None


def keep_url(name: str) -> str:
    """Where the open form sends what is being typed."""
    kind, _dash, row_id = name.partition("-")
    return url_for("drafts.keep", kind=kind, row_id=int(row_id))


def keep_sent(db: Session, name: str) -> None:
    """Keep what this request has sent."""
    drafts.keep(db, now(), account().id, name, sent_fields())


def drop(db: Session, name: str) -> None:
    """The form was sent: its draft goes."""
    drafts.drop(db, account().id, name)


def to_come_back_to() -> list[DraftSeen]:
    """One's own drafts, for the first page."""
    with services().db.read() as db:
        found = drafts.of(db, account().id)
    return [_seen(draft) for draft in found if _form_of(draft.subject) is not None]


def keep_for_later() -> None:
    """The session was left alone too long: keep what was sent for whose it was, until she logs in again."""
    staff_id = who_rests()
    sent = (form for form in sections().drafts().values() if request.endpoint in form.senders)
    form = next(sent, None)
    if staff_id is None or form is None or request.method != "POST":
        return
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return
    row_id = next(iter((request.view_args or {}).values()), 0)
    with services().db.write() as db:
        drafts.keep(db, now(), staff_id, subject(form.kind, row_id), sent_fields())


@blueprint.post("/drafts/<kind>/<int:row_id>")
def keep(kind: str, row_id: int) -> tuple[str, int]:
    """The open page keeps what is being typed (204)."""
    if kind not in sections().drafts():
        abort(404)
    with services().db.write() as db:
        keep_sent(db, subject(kind, row_id))
    return "", 204


@blueprint.post("/drafts/<kind>/<int:row_id>/drop")
def throw_away(kind: str, row_id: int) -> Response:
    """Throw a draft away, and begin the form anew."""
    if kind not in sections().drafts():
        abort(404)
    with services().db.write() as db:
        drop(db, subject(kind, row_id))
    flash(_("Der Entwurf ist verworfen."))
    return redirect(_url(kind, row_id), 303)


def sent_fields() -> dict[str, list[str]]:
    """What this request has sent, without the token that guards it."""
    return {name: values for name, values in request.form.lists() if name != "csrf_token"}


def _form_of(name: str) -> DraftForm | None:
    """The form of a draft; None where there is no such form any more."""
    return sections().drafts().get(name.partition("-")[0])


def _seen(draft: Draft) -> DraftSeen:
    kind, _dash, row_id = draft.subject.partition("-")
    words = str(sections().drafts()[kind].words)
    return DraftSeen(words, _url(kind, int(row_id)), draft.saved_at)


def _url(kind: str, row_id: int) -> str:
    form = sections().drafts()[kind]
    values: dict[str, Any] = {form.argument: row_id} if form.argument else {}
    return url_for(form.endpoint, **values)
