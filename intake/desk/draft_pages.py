"""Drafts on the desk's pages: kept while typing and with each button, given back when the form is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import validate_csrf
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import ValidationError

from intake import drafts
from intake.desk.accounts import account, who_rests
from intake.draft_models import Draft
from intake.web import now, services

blueprint = Blueprint("drafts", __name__)

#: The forms that have drafts: the page of each, and the argument of its address.
_FORMS = {
    "case": ("cases.case", "callback_id"),
    "request": ("requests.complete", "request_id"),
    "helper": ("helpers.register", "helper_id"),
    "new": ("walk_in.new", ""),
}

#: What sends such a form. It is kept also where the session was left alone too long.
_SENDERS = {
    "dialling.show_number": "case",
    "dialling.dialled": "case",
    "dialling.call": "case",
    "dialling.hang_up": "case",
    "cases.record": "case",
    "cases.block": "case",
    "cases.release": "case",
    "requests.save": "request",
    "helpers.save": "helper",
    "walk_in.new": "new",
}


@dataclass(frozen=True)
class DraftSeen:
    """A draft to come back to: of which form, where, and when it was kept."""

    kind: str
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
    drafts.keep(db, now(), account().id, name, _fields())


def drop(db: Session, name: str) -> None:
    """The form was sent: its draft goes."""
    drafts.drop(db, account().id, name)


def to_come_back_to() -> list[DraftSeen]:
    """One's own drafts, for the first page."""
    with services().db.read() as db:
        return [_seen(draft) for draft in drafts.of(db, account().id)]


def keep_for_later() -> None:
    """The session was left alone too long: keep what was sent for whose it was, until she logs in again."""
    staff_id, kind = who_rests(), _SENDERS.get(request.endpoint or "")
    if staff_id is None or kind is None or request.method != "POST":
        return
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return
    row_id = next(iter((request.view_args or {}).values()), 0)
    with services().db.write() as db:
        drafts.keep(db, now(), staff_id, subject(kind, row_id), _fields())


@blueprint.post("/drafts/<kind>/<int:row_id>")
def keep(kind: str, row_id: int) -> tuple[str, int]:
    """The open page keeps what is being typed (204)."""
    if kind not in _FORMS:
        abort(404)
    with services().db.write() as db:
        keep_sent(db, subject(kind, row_id))
    return "", 204


@blueprint.post("/drafts/<kind>/<int:row_id>/drop")
def throw_away(kind: str, row_id: int) -> Response:
    """Throw a draft away, and begin the form anew."""
    if kind not in _FORMS:
        abort(404)
    with services().db.write() as db:
        drop(db, subject(kind, row_id))
    flash(_("Der Entwurf ist verworfen."))
    return redirect(_url(kind, row_id), 303)


def _fields() -> dict[str, list[str]]:
    return {name: values for name, values in request.form.lists() if name != "csrf_token"}


def _seen(draft: Draft) -> DraftSeen:
    kind, _dash, row_id = draft.subject.partition("-")
    return DraftSeen(kind, _url(kind, int(row_id)), draft.saved_at)


def _url(kind: str, row_id: int) -> str:
    endpoint, argument = _FORMS[kind]
    values: dict[str, Any] = {argument: row_id} if argument else {}
    return url_for(endpoint, **values)
