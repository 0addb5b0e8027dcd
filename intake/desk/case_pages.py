"""The case: one callback on one screen, for the one person who holds it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, SelectField
from wtforms.validators import Length, Optional

from intake import attempts, blocks, queue, skips
from intake.attempts import WrongTime
from intake.desk import case_view, dialling_words, draft_pages
from intake.desk.accounts import account
from intake.desk.forms import Line, Words, options
from intake.desk.scripts import Situation, load_scripts
from intake.desk.sections import sections
from intake.kinds import CallbackKind
from intake.lifecycle import CallbackStatus
from intake.models import Attempt, Block, Callback, Staff
from intake.phone_numbers import display
from intake.profile import AttemptOutcome
from intake.services import Job
from intake.skip_models import SkipReason
from intake.web import now, page_language, place_name, services
from intake.web_times import moment, on_the_wall

blueprint = Blueprint("cases", __name__)

Page = Response | str | tuple[str, int]

LONGEST_NOTE = 4000
LONGEST_REASON = 200

#: Within this time the same outcome of the same callback is one press of the button, not two tries.
PRESSED_TWICE = timedelta(seconds=30)

BLOCK_TIMES = {1: lazy_gettext("einen Tag"), 7: lazy_gettext("eine Woche"), 30: lazy_gettext("30 Tage")}


WRONG_TIMES = {
    WrongTime.MISSING: lazy_gettext("Bitte sagen Sie, wann."),
    WrongTime.PAST: lazy_gettext("Diese Zeit ist schon vorbei."),
    WrongTime.TOO_FAR: lazy_gettext("Das ist zu spät: höchstens 60 Tage voraus."),
}


class CaseForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """What is filled in beside the buttons of a case."""

    note = Words(lazy_gettext("Notiz"), [Length(max=LONGEST_NOTE)])
    again_at = DateTimeLocalField(lazy_gettext("Wann wieder anrufen?"), [Optional()])
    block_reason = Line(lazy_gettext("Grund der Sperre"), [Length(max=LONGEST_REASON)])
    block_days = SelectField(
        lazy_gettext("Wie lange?"),
        choices=options((days, BLOCK_TIMES[days]) for days in blocks.DAYS),
        default=str(blocks.DAYS[0]),
    )


@blueprint.get("/callbacks/<int:callback_id>")
def case(callback_id: int) -> Page:
    """Open a case: whoever opens it keeps it."""
    with services().db.write() as db:
        callback = queue.held_by(db, callback_id, account().id)
        if callback is not None:
            queue.keep(callback, now())
            seen = case_view.look(db, callback, account().id)
        found = draft_pages.typed(db, draft_pages.subject("case", callback_id))
    if callback is None:
        return lost(callback_id, found.fields.get("note") if found else "")
    form = CaseForm(formdata=found.fields) if found else CaseForm(formdata=None, note=seen.draft)
    return _case_page(seen, form)


def outcome_first(callback_id: int | None) -> Response:
    """Lead back to the callback whose outcome is still to be told, before another number is rung."""
    flash(_("Bitte halten Sie erst fest, wie dieser Anruf ausging. Dann kommt der nächste."))
    return redirect(url_for("cases.case", callback_id=callback_id), 303)


def put_off(callback_id: int, open_one: int) -> Response:
    """Another call's outcome comes first: what was typed here waits in its draft."""
    with services().db.write() as db:
        draft_pages.keep_sent(db, draft_pages.subject("case", callback_id))
    return outcome_first(open_one)


@blueprint.post("/callbacks/<int:callback_id>/outcome/<outcome>")
def record(callback_id: int, outcome: str) -> Page:
    """Record how the try ended. A request or a helper that was reached is written down first."""
    chosen = AttemptOutcome(outcome) if outcome in {o.value for o in AttemptOutcome} else abort(404)
    form = CaseForm()
    if not form.validate():
        return case_again(callback_id, form)
    attempt = form_url = None
    try:
        with services().db.write() as db:
            callback = queue.held_by(db, callback_id, account().id)
            if callback is not None:
                form_url = form_for(callback) if chosen is AttemptOutcome.REACHED_COMPLETE else None
                attempt = (_keep_note if form_url else _end_try)(db, callback, chosen, form)
    except attempts.OutcomeError as error:
        form.again_at.errors = [WRONG_TIMES[error.why]]
        return case_again(callback_id, form)
    except attempts.OutcomeFirst as first:
        return put_off(callback_id, first.callback_id)
    if callback is None or attempt is None:
        return _recorded_just_now(callback_id, chosen) or lost(callback_id, form.note.data)
    if form_url:
        return redirect(form_url, 303)
    services().nudge(Job.ASSIGN)
    services().nudge(Job.PROPOSALS)
    return _recorded(callback, attempt)


def _recorded_just_now(callback_id: int, outcome: AttemptOutcome) -> Page | None:
    """The same answer as before to a button that was pressed twice; None if it was not."""
    with services().db.read() as db:
        attempt = attempts.latest(db, callback_id, account().id)
        callback = db.get(Callback, callback_id)
    if attempt is None or callback is None or attempt.ended_at is None or attempt.outcome != outcome.value:
        return None
    return _recorded(callback, attempt) if now() - attempt.ended_at < PRESSED_TWICE else None


def _recorded(callback: Callback, attempt: Attempt) -> Page:
    flash(_what_follows(callback))
    flash(str(attempt.id), "undo")
    return redirect(url_for("queue.page"), 303)


@blueprint.post("/callbacks/<int:callback_id>/block")
def block(callback_id: int) -> Page:
    """Record that the number is abused, and take no calls from it for a while."""
    form = CaseForm()
    if form.validate() and not form.block_reason.data:
        form.block_reason.errors = [_("Bitte sagen Sie, warum.")]
    if form.errors:
        return case_again(callback_id, form)
    with services().db.write() as db:
        callback = queue.held_by(db, callback_id, account().id)
        row = _block(db, callback, form) if callback else None
    if callback is None:
        return lost(callback_id, form.note.data)
    services().nudge(Job.ASSIGN)
    flash(_what_follows(callback))
    if row is not None:
        flash(_("Die Nummer ist gesperrt bis %(at)s.", at=moment(row.until)))
    return redirect(url_for("queue.page"), 303)


def _block(db: Session, callback: Callback, form: CaseForm) -> Block | None:
    """End the try as abuse and block the number; None for a callback whose number is gone."""
    _end_try(db, callback, AttemptOutcome.ABUSE, form)
    if callback.number_hash is None:
        return None
    days, reason = int(form.block_days.data), form.block_reason.data
    return blocks.block(db, now(), callback.number_hash, days, reason, account().id)


def _keep_note(db: Session, callback: Callback, _outcome: AttemptOutcome, form: CaseForm) -> Attempt:
    """Keep the note for the form that comes first: the outcome is recorded with it."""
    attempt = attempts.talk(db, now(), callback, account().id)
    attempt.note = form.note.data or None
    draft_pages.drop(db, draft_pages.subject("case", callback.id))
    return attempt


def _end_try(db: Session, callback: Callback, outcome: AttemptOutcome, form: CaseForm) -> Attempt:
    profile = services().profile
    asked = form.again_at.data
    again_at = None if profile.retry[outcome].closes or asked is None else on_the_wall(asked)
    draft_pages.drop(db, draft_pages.subject("case", callback.id))
    return attempts.record(db, profile, now(), callback, account().id, outcome, form.note.data, again_at)


def form_for(callback: Callback) -> str | None:
    """The form that has to be filled in when this callback has reached somebody; None if there is none."""
    if callback.kind is CallbackKind.INTAKE and callback.request_id:
        return url_for("requests.complete", request_id=callback.request_id)
    if callback.kind is CallbackKind.HELPER_LEAD and callback.helper_id:
        return url_for("helpers.register", helper_id=callback.helper_id)
    talk = sections().talk(callback.kind)
    return talk.url(callback) if talk else None


def _what_follows(callback: Callback) -> str:
    if callback.status is CallbackStatus.QUEUED:
        return str(_("Notiert. Nächster Versuch: %(at)s.", at=moment(callback.not_before)))
    if callback.status is CallbackStatus.GIVEN_UP:
        return str(_("Notiert. Das war der letzte Versuch; weiter geht es unter „Briefe“."))
    return str(_("Notiert. Der Rückruf ist abgeschlossen."))


def case_again(callback_id: int, form: CaseForm) -> Page:
    """The case with what was typed and what is wrong with it."""
    with services().db.write() as db:
        draft_pages.keep_sent(db, draft_pages.subject("case", callback_id))
        callback = queue.held_by(db, callback_id, account().id)
        seen = case_view.look(db, callback, account().id) if callback else None
    return _case_page(seen, form) if seen else lost(callback_id, form.note.data)


@blueprint.post("/callbacks/<int:callback_id>/release")
def release(callback_id: int) -> Page:
    """Leave the callback to somebody else, without blame; the note goes with it."""
    form, given = CaseForm(), request.form.get("skip_reason", "")
    reason = SkipReason(given) if given in {each.value for each in SkipReason} else SkipReason.OTHER
    with services().db.write() as db:
        callback = queue.held_by(db, callback_id, account().id)
        if callback is not None:
            draft_pages.drop(db, draft_pages.subject("case", callback_id))
            callback.note = "\n".join(part for part in (callback.note, form.note.data) if part) or None
            skips.skip(db, now(), callback, account().id, reason)
    if callback is None:
        return lost(callback_id, form.note.data)
    services().nudge(Job.ASSIGN)
    flash(_("Der Rückruf ist wieder frei; jemand anderes übernimmt ihn."))
    return redirect(url_for("queue.page"), 303)


@blueprint.post("/callbacks/<int:callback_id>/keep")
def keep(callback_id: int) -> Page:
    """The open page's sign of life: keeps the lease, and the page stays as it is (204)."""
    with services().db.write() as db:
        callback = queue.held_by(db, callback_id, account().id)
        if callback is not None:
            queue.keep(callback, now())
    return ("", 204) if callback else lost(callback_id, CaseForm().note.data)


def _case_page(seen: case_view.Case, form: CaseForm) -> Page:
    callback, profile = seen.callback, services().profile
    talk = sections().talk(callback.kind)
    words = {
        "hotline": profile.hotline_name,
        "district": profile.name,
        "me": account().name,
        "number": display(profile.hotline_number),
        "place": place_name(callback.ags),
    }
    scripts = load_scripts(services().settings.profile_folder)
    what = (callback.kind, *Situation)
    told = [scripts.tell(each, callback.language, page_language(), words) for each in what]
    page = render_template(
        "desk/case.html",
        case=seen,
        form=form,
        outcomes=case_view.outcomes(profile),
        skip_reasons=SkipReason,
        opens_form=form_for(callback) is not None,
        talk=talk,
        **(talk.facts(callback) if talk else {}),
        script=told[0],
        situations=dict(zip(Situation, told[1:], strict=True)),
        draft_url=draft_pages.keep_url(draft_pages.subject("case", callback.id)),
        **dialling_words.context(seen.dialling),
    )
    return (page, 422) if form.errors else page


def lost(callback_id: int, note: str | None) -> Page:
    """The case is not in this hand (any more): who has it, and what was typed, to be taken along."""
    with services().db.read() as db:
        callback = db.get(Callback, callback_id) or abort(404)
        holder = db.get(Staff, callback.holder_id) if callback.holder_id else None
    return (
        render_template(
            "desk/lost.html",
            callback=callback,
            holder=holder.name if holder else None,
            is_free=callback.status is CallbackStatus.QUEUED,
            note=note or "",
            was_open=request.method == "POST",
        ),
        409,
    )
