"""Two requests side by side, and making one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake import audit, merging, queue
from intake.desk.accounts import account
from intake.desk.case_pages import lost
from intake.desk.half_days import by_day
from intake.desk.wording import URGENCIES, language_word, need_word, word
from intake.models import Callback, Request
from intake.phone_numbers import mask
from intake.services import Job
from intake.web import now, place_name, services

blueprint = Blueprint("merging", __name__)

Page = Response | str | tuple[str, int]

LABELS = {
    "category": lazy_gettext("Anliegen"),
    "name": lazy_gettext("Name"),
    "on_behalf": lazy_gettext("Angerufen hat jemand anderes"),
    "number": lazy_gettext("Telefonnummer"),
    "address": lazy_gettext("Straße und Hausnummer"),
    "place": lazy_gettext("Ort"),
    "language": lazy_gettext("Sprache"),
    "best_time": lazy_gettext("Passt am besten"),
    "details": lazy_gettext("Was genau?"),
    "wishes": lazy_gettext("Wünsche und was nicht sein soll"),
    "urgency": lazy_gettext("Wie eilig?"),
    "recurring": lazy_gettext("Regelmäßig"),
    "half_days": lazy_gettext("Wann passt es?"),
}


@dataclass(frozen=True)
class Part:
    """One part of both requests in words; ``keep`` is what is chosen at first: "this" or "other"."""

    name: str
    label: Any
    this: str
    other: str
    keep: str
    differs: bool


@blueprint.get("/callbacks/<int:callback_id>/merge/<int:other_id>")
def compare(callback_id: int, other_id: int) -> Page:
    """The request in hand and another one that may be the same. Looking is on record."""
    with services().db.write() as db:
        both = _both(db, callback_id, other_id)
        if both is not None:
            actor, subject = audit.by_staff(account().id), f"request:{other_id}"
            audit.append(db, now(), actor, "duplicate_compared", subject, f"callback:{callback_id}")
    return lost(callback_id, "") if both is None else _page(callback_id, *both[1:])


@blueprint.post("/callbacks/<int:callback_id>/merge/<int:other_id>")
def merge(callback_id: int, other_id: int) -> Page:
    """Make one of them, as chosen part by part, once it is confirmed that they are the same."""
    keep_other = request.form.get("survivor") == "other"
    refusal = "" if request.form.get("sure") else _("Bitte bestätigen Sie, dass Sie es geprüft haben.")
    with services().db.write() as db:
        both = _both(db, callback_id, other_id)
        if both is not None and not refusal:
            callback, this, other = both
            kept, gone = (other, this) if keep_other else (this, other)
            chosen = "this" if keep_other else "other"
            take = [part for part in merging.PARTS if request.form.get(part) == chosen]
            try:
                merging.merge(db, now(), callback, kept, gone, take, account().id)
            except merging.MergeError as error:
                refusal = _refusal(error)
    if both is None:
        return lost(callback_id, "")
    if refusal:
        return _page(callback_id, *both[1:], refusal)
    services().nudge(Job.PROPOSALS)
    flash(_("Zusammengeführt. Beide Vorgangsnummern führen jetzt zu diesem Anliegen."))
    return redirect(url_for("cases.case", callback_id=callback_id), 303)


def _refusal(error: merging.MergeError) -> str:
    if error.matched:
        return str(_("Für das eine ist schon Hilfe gefunden: Dieses muss bleiben."))
    return str(_("Dort ruft gerade jemand anderes an. Bitte warten Sie, bis das Gespräch vorbei ist."))


def _both(db: Session, callback_id: int, other_id: int) -> tuple[Callback, Request, Request] | None:
    """The callback in hand, its request, and the other, which must be one that may be the same."""
    callback = queue.held_by(db, callback_id, account().id)
    if callback is None:
        return None
    this = db.get(Request, callback.request_id) if callback.request_id else None
    found = merging.candidates(db, this) if this else []
    other = next((each.request for each in found if each.request.id == other_id), None)
    if this is None or other is None:
        abort(404)
    queue.keep(callback, now())
    return callback, this, other


def _page(callback_id: int, this: Request, other: Request, refusal: str = "") -> Page:
    chosen = request.form
    parts = [_part(name, this, other, chosen.get(name, "")) for name in merging.PARTS]
    page = render_template(
        "desk/merge.html",
        callback_id=callback_id,
        this_one=this,
        other_one=other,
        parts=parts,
        survivor=chosen.get("survivor") or _older(this, other),
        refusal=refusal,
    )
    return (page, 422) if refusal else page


def _older(this: Request, other: Request) -> str:
    """The reference that somebody has known for longer stays, unless another is chosen."""
    return "this" if this.created_at <= other.created_at else "other"


def _part(name: str, this: Request, other: Request, chosen: str) -> Part:
    here, there = _in_words(name, this), _in_words(name, other)
    newer = "other" if _older(this, other) == "this" else "this"
    filled = "this" if here and not there else "other" if there and not here else newer
    keep = chosen if chosen in ("this", "other") else filled
    differs = any((getattr(this, c) or None) != (getattr(other, c) or None) for c in merging.PARTS[name])
    return Part(name, LABELS[name], here, there, keep, differs)


def _in_words(name: str, row: Request) -> str:
    return _WORDS[name](row) if name in _WORDS else getattr(row, name) or ""


def _half_days(row: Request) -> str:
    return ", ".join(
        f"{day} {' + '.join(word(half) for half in halves)}" for day, halves in by_day(row.half_days)
    )


#: How a part is worded that is not free text.
_WORDS: dict[str, Callable[[Request], str]] = {
    "category": lambda row: need_word(row.category),
    "number": lambda row: mask(row.number) if row.number else "",
    "place": lambda row: " ".join(filter(None, (row.postcode, place_name(row.ags)))),
    "language": lambda row: language_word(row.language),
    "best_time": lambda row: word(row.best_time),
    "urgency": lambda row: str(URGENCIES[row.urgency]),
    "recurring": lambda row: str(_("ja") if row.recurring else _("nein")),
    "half_days": _half_days,
}
