"""Ringing from a case: the hotline calls for its holder, or she dials with a telephone of her own."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake import attempts, bridges, queue
from intake.desk import case_view, dialling_words, draft_pages
from intake.desk.accounts import account
from intake.desk.case_pages import CaseForm, Page, case_again, form_for, lost, put_off
from intake.desk.sections import sections
from intake.models import Attempt, Callback
from intake.services import Job
from intake.web import now, services
from intake.web_times import moment

blueprint = Blueprint("dialling", __name__)

#: Begins to ring a callback's number; the attempt.
Act = Callable[[Session, Callback], Attempt]


@blueprint.post("/callbacks/<int:callback_id>/number")
def show_number(callback_id: int) -> Page:
    """Show the number, on the record: from here on the callback is being rung."""

    def act(db: Session, callback: Callback) -> Attempt:
        return attempts.show_number(db, services().profile, now(), callback, account().id)

    return _begin(callback_id, act)


@blueprint.post("/callbacks/<int:callback_id>/dialled")
def dialled(callback_id: int) -> Page:
    """The holder dials now, with a telephone of her own."""

    def act(db: Session, callback: Callback) -> Attempt:
        attempt = attempts.start(db, services().profile, now(), callback, account().id)
        attempts.dial(attempt, now())
        return attempt

    return _begin(callback_id, act)


@blueprint.post("/callbacks/<int:callback_id>/call")
def call(callback_id: int) -> Page:
    """Have the carrier ring the holder, and then the citizen."""

    def act(db: Session, callback: Callback) -> Attempt:
        bridge = bridges.start(db, services().profile, now(), callback, account().id)
        return db.get_one(Attempt, bridge.attempt_id)

    page = _begin(callback_id, act)
    services().nudge(Job.DUTIES)
    return page


def _begin(callback_id: int, act: Act) -> Page:
    """Begin the attempt in one of its ways; what hinders is said, and the note kept."""
    form = CaseForm()
    try:
        with services().db.write() as db:
            callback = queue.held_by(db, callback_id, account().id)
            if callback is not None:
                _keep_note(db, act(db, callback), form)
    except attempts.OutcomeFirst as first:
        return put_off(callback_id, first.callback_id)
    except attempts.OutsideCallWindow as closed:
        flash(_("Um diese Zeit rufen wir niemanden an, erst wieder ab %(at)s.", at=moment(closed.opens_at)))
        return case_again(callback_id, form)
    except bridges.BridgeError as error:
        flash(str(dialling_words.WHY[error.why]))
        return case_again(callback_id, form)
    if callback is None:
        return lost(callback_id, form.note.data)
    return redirect(url_for("cases.case", callback_id=callback_id), 303)


def _keep_note(db: Session, attempt: Attempt, form: CaseForm) -> None:
    """The note goes with the attempt from here on; what was kept of it while it was typed is not needed."""
    attempt.note = form.note.data or None
    draft_pages.drop(db, draft_pages.subject("case", attempt.callback_id))


@blueprint.post("/callbacks/<int:callback_id>/hang-up")
def hang_up(callback_id: int) -> Page:
    """End the call that is going on from this case."""
    form = CaseForm()
    with services().db.write() as db:
        callback = queue.held_by(db, callback_id, account().id)
        running = attempts.running(db, callback, account().id) if callback else None
        latest = bridges.latest(db, running)
        bridge = bridges.find(db, latest.id) if latest else None
        if bridge is not None and running is not None:
            bridges.end(db, now(), bridge)
            _keep_note(db, running, form)
    services().nudge(Job.DUTIES)
    if callback is None:
        return lost(callback_id, form.note.data)
    return redirect(url_for("cases.case", callback_id=callback_id), 303)


@blueprint.get("/callbacks/<int:callback_id>/call")
def progress(callback_id: int) -> Response:
    """How the call goes, for a page that keeps itself fresh: "not modified" while it has not moved."""
    with services().db.read() as db:
        callback = queue.seen_by(db, callback_id, account().id)
        seen = case_view.dialling(db, callback, account().id) if callback else None
    if seen is None or callback is None:
        return make_response("", 409)
    opens_form = form_for(callback) is not None
    talk = sections().talk(callback.kind)
    part = render_template(
        "desk/dialling.html", opens_form=opens_form, talk=talk, **dialling_words.context(seen)
    )
    response = make_response(part)
    bridge = seen.bridge
    response.set_etag(f"{bridge.id}-{bridge.status}-{bridge.end_wanted_at is not None}" if bridge else "none")
    return response.make_conditional(request)
