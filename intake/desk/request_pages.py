"""Writing a request down once its caller was reached."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from intake import attempts, audit, locks, queue, registry
from intake.desk import case_pages, draft_pages
from intake.desk.accounts import account
from intake.desk.request_form import RequestForm, known
from intake.kinds import CallbackKind
from intake.lifecycle import IllegalMove
from intake.models import CALLBACK_IS_OPEN, Callback, Request
from intake.profile import AttemptOutcome
from intake.services import Job
from intake.staff_roles import Permission
from intake.web import now, services

blueprint = Blueprint("requests", __name__)

Page = case_pages.Page


@blueprint.get("/requests/<int:request_id>/complete")
def complete(request_id: int) -> Page:
    """The form, for whoever holds the request's callback; a coordinator may always."""
    with services().db.write() as db:
        wanted = db.get(Request, request_id) or abort(404)
        callback = in_hand(db, _about(request_id))
        if callback is not None:
            queue.keep(callback, now())
        waiting = _open_callback(db, _about(request_id))
        found = draft_pages.typed(db, draft_pages.subject("request", request_id))
        note = note_so_far(db, callback)
    if callback is None and not account().may(Permission.MATCH):
        return case_pages.lost(waiting.id, "") if waiting else abort(404)
    form = RequestForm(formdata=found.fields) if found else RequestForm(formdata=None, data=known(wanted))
    return _page(form, wanted, callback, note=note, found=found)


@blueprint.post("/requests/<int:request_id>/complete")
def save(request_id: int) -> Page:
    """Save the form, end the callback as reached, and have helpers looked for."""
    form = RequestForm()
    refusal = ""
    with services().db.write() as db:
        wanted = db.get(Request, request_id) or abort(404)
        callback = take_again(db, _about(request_id))
        note = note_so_far(db, callback)
        if callback is None and not account().may(Permission.MATCH):
            refusal = _("Dieser Rückruf ist nicht mehr in Ihrer Hand. Ihre Eingaben stehen noch hier.")
        elif form.validate():
            refusal = _save(db, wanted, callback, form)
        draft = draft_pages.subject("request", request_id)
        (draft_pages.keep_sent if form.errors or refusal else draft_pages.drop)(db, draft)
    if form.errors or refusal:
        return _page(form, wanted, callback, refusal, note)
    services().nudge(Job.PROPOSALS)
    services().nudge(Job.ASSIGN)
    flash(_("Das Anliegen ist aufgenommen. Jetzt wird jemand gesucht."))
    return redirect(url_for("queue.page"), 303)


def _save(db: Session, wanted: Request, callback: Callback | None, form: RequestForm) -> str:
    """Write it down; what hinders, or nothing."""
    try:
        registry.complete_request(db, now(), wanted, form.completion())
    except IllegalMove:
        return str(_("Dieses Anliegen ist schon abgeschlossen und lässt sich nicht mehr ändern."))
    if callback is not None:
        end_as_reached(db, callback)
    audit.append(db, now(), audit.by_staff(account().id), "request_completed", f"request:{wanted.id}")
    return ""


def _about(request_id: int) -> sa.ColumnElement[bool]:
    """The callback that asks what the form asks; telling the person who comes, say, is another talk."""
    return sa.and_(Callback.request_id == request_id, Callback.kind == CallbackKind.INTAKE)


def in_hand(db: Session, which: sa.ColumnElement[bool]) -> Callback | None:
    """The callback among ``which`` that this account holds."""
    return db.scalar(sa.select(Callback).where(which, Callback.holder_id == account().id).limit(1))


def _open_callback(db: Session, which: sa.ColumnElement[bool]) -> Callback | None:
    return db.scalar(sa.select(Callback).where(which, CALLBACK_IS_OPEN).limit(1))


def take_again(db: Session, which: sa.ColumnElement[bool]) -> Callback | None:
    """The callback among ``which`` in this hand, to be changed: locked with its request.

    One that was lost over the talk is taken again if it is free.
    """
    callback = in_hand(db, which) or _open_callback(db, which)
    if callback is None:
        return None
    locks.hold_callback(db, callback)
    if callback.holder_id == account().id:
        return callback
    if attempts.running(db, callback, account().id) is None:
        return None
    if not queue.take(db, now(), callback.id, account().id):
        return None
    db.refresh(callback)
    return callback


def note_so_far(db: Session, callback: Callback | None) -> str:
    """The note that was typed on the case before its form was opened."""
    attempt = attempts.running(db, callback, account().id) if callback else None
    return (attempt.note if attempt else None) or ""


def end_as_reached(db: Session, callback: Callback) -> None:
    """Record that the talk took place, with the note that was typed before the form."""
    note = note_so_far(db, callback)
    outcome = AttemptOutcome.REACHED_COMPLETE
    attempts.record(db, services().profile, now(), callback, account().id, outcome, note)


def _page(
    form: RequestForm,
    wanted: Request,
    callback: Callback | None,
    refusal: str = "",
    note: str = "",
    found: draft_pages.Typed | None = None,
) -> Page:
    page = render_template(
        "desk/request_form.html",
        form=form,
        wanted=wanted,
        callback=callback,
        number=wanted.number,
        refusal=refusal,
        note=note,
        found=found,
        draft_url=draft_pages.keep_url(draft_pages.subject("request", wanted.id)),
    )
    return (page, 409 if refusal else 422) if refusal or form.errors else page
