"""The pages on missions: who goes where, how it went, complaints, and the log for the insurer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField

from intake import audit
from intake.desk import draft_pages
from intake.desk.accounts import account
from intake.desk.forms import required
from intake.desk.sections import DraftForm, NavEntry, Section
from intake.lifecycle import IllegalMove, MissionStatus
from intake.phone_numbers import display
from intake.services import Job
from intake.staff_roles import Permission
from intake.web import now, page_language, services
from matching import helper_words, mission_log, missions, reports
from matching.desk import mission_view as view
from matching.desk import paging
from matching.desk.mission_forms import AnswerForm, CloseForm, PlanForm, ReportForm
from matching.desk.words import HELPER_WORDS, MISSION_WORDS, VERDICT_WORDS
from matching.exclusion_models import Side
from matching.models import Mission
from matching.report_models import HelperWord, Report, Verdict

blueprint = Blueprint("missions", __name__, url_prefix="/missions")


Page = AnyResponse | str | tuple[str, int]

#: The log's page begins with so many days.
_LOG_DAYS = 30

_TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}

SHOWN = {
    view.Show.OPEN: _("Laufende"),
    view.Show.FOLLOW_UP: _("Nachzufragen"),
    view.Show.TROUBLE: _("Mit Problemen"),
    view.Show.ENDED: _("Beendet"),
}

#: What a coordinator or an operator has to do about a mission.
TO_DO = {
    view.ToDo.COMPLAINT: _("Beschwerde offen"),
    view.ToDo.UNTOLD: _("Der Tag ist vorbei, und nicht beide wussten Bescheid"),
    view.ToDo.FOLLOW_UP: _("Nachfragen, wie es war"),
    view.ToDo.BRIEF: _("Einzelheiten noch nicht gesagt"),
    view.ToDo.ANNOUNCE: _("Noch nicht angekündigt"),
}

#: The kinds of the drafts of a mission's forms, by what sends them.
_DRAFTS = {"plan": "visit", "close": "ending", "report": "feedback", "answer": "complaint"}


class LogForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """From when to when."""

    first = DateField(_("vom"), [required()])
    last = DateField(_("bis zum"), [required()])

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Both days, and that the last is not before the first."""
        if super().validate(*args, **kwargs) and self.last.data < self.first.data:
            self.last.errors = [gettext("Der letzte Tag liegt vor dem ersten.")]
        return not self.errors


def _draft_form(sender: str, words: Any) -> DraftForm:
    return DraftForm(_DRAFTS[sender], "missions.mission", "mission_id", (f"missions.{sender}",), words)


SECTION = Section(
    blueprint,
    Permission.MATCH,
    nav=(NavEntry(_("Einsätze"), "missions.page"),),
    drafts=(
        _draft_form("plan", _("Tag eines Einsatzes")),
        _draft_form("close", _("Ende eines Einsatzes")),
        _draft_form("report", _("Rückmeldung zu einem Einsatz")),
        _draft_form("answer", _("Antwort auf eine Beschwerde")),
    ),
)


@blueprint.get("/")
def page() -> str:
    """The missions as they are asked for: what presses first, or those that ended, the latest first."""
    wanted, number = _wanted(), paging.asked_for()
    with services().db.read() as db:
        return render_template(
            "matching/missions.html",
            listed=view.listed(db, services().profile, now(), wanted, number),
            counts=view.counts(db, now()),
            wanted=wanted,
            shown=SHOWN,
            words=MISSION_WORDS,
            helper_words=HELPER_WORDS,
            to_do=TO_DO,
        )


def _wanted() -> view.Wanted:
    """What the address asks for; what makes no sense there is not heeded."""
    given = request.args
    show = view.Show(given["show"]) if given.get("show") in set(view.Show) else view.Show.OPEN
    places = {place.ags for place in services().profile.places.municipalities()}
    place = given.get("place", "")
    return view.Wanted(show, place if place in places else "", given.get("words", "").strip())


@blueprint.get("/<int:mission_id>")
def mission(mission_id: int) -> Page:
    """One mission."""
    return _page(mission_id)


@blueprint.post("/<int:mission_id>/number/<side>")
def number(mission_id: int, side: str) -> Page:
    """Show a number on purpose; it is noted who did."""
    with services().db.write() as db:
        row = db.get(Mission, mission_id) or abort(404)
        if side not in set(Side):
            abort(404)
        shown = row.helper.number if side == Side.HELPER else row.request.number
        subject = f"helper:{row.helper_id}" if side == Side.HELPER else f"request:{row.request_id}"
        audit.append(db, now(), audit.by_staff(account().id), "number_shown", subject)
        numbers = {side: display(shown)} if shown else {}
    return _page(mission_id, shown_numbers=numbers)


@blueprint.post("/<int:mission_id>/briefed")
def briefed(mission_id: int) -> Page:
    """The coordinator told the helper herself."""

    def act(db: Session, row: Mission) -> None:
        missions.briefed(db, now(), row, audit.by_staff(account().id))

    return _change(mission_id, act)


@blueprint.post("/<int:mission_id>/plan")
def plan(mission_id: int) -> Page:
    """Both agreed on a day."""
    form = PlanForm()
    if not form.validate():
        return _sent_back(mission_id, plan_form=form)
    at = form.at.data.replace(tzinfo=services().profile.tz).astimezone(UTC)
    return _change(mission_id, lambda _db, row: missions.plan(services().profile, row, at))


@blueprint.post("/<int:mission_id>/close")
def close(mission_id: int) -> Page:
    """Write down how it went, or call it off."""
    form = CloseForm()
    if not form.validate():
        return _sent_back(mission_id, close_form=form)
    went, still = form.went.data, form.still_needed.data
    profile, who = services().profile, audit.by_staff(account().id)

    def act(db: Session, row: Mission) -> None:
        if went == HelperWord.CANNOT:
            helper_words.cannot(db, profile, now(), row, who)
        elif went == MissionStatus.CANCELLED:
            missions.call_off(db, profile, now(), row, still, who)
        else:
            missions.close(db, profile, now(), row, MissionStatus(went), still, who)

    return _change(mission_id, act)


@blueprint.post("/<int:mission_id>/report")
def report(mission_id: int) -> Page:
    """Write down what one of the two says."""
    form = ReportForm()
    if not form.validate():
        return _sent_back(mission_id, report_form=form)
    teller, verdict = Side(form.teller.data), Verdict(form.verdict.data)

    def act(db: Session, row: Mission) -> None:
        words, complaint = form.said.data, form.complaint.data
        reports.tell(db, now(), row, teller, verdict, words, complaint, account().id)

    return _change(mission_id, act)


@blueprint.post("/<int:mission_id>/answer/<int:report_id>")
def answer(mission_id: int, report_id: int) -> Page:
    """A complaint was dealt with."""
    form = AnswerForm()
    if not form.validate():
        return _sent_back(mission_id, answer_form=form)

    def act(db: Session, row: Mission) -> None:
        told = db.get(Report, report_id)
        if told is None or told.mission_id != row.id:
            abort(404)
        reports.answer(db, now(), told, account().id, form.answer.data)

    return _change(mission_id, act)


@blueprint.get("/log")
def log() -> Page:
    """From when to when the log is wanted, and in which form."""
    today = now().astimezone(services().profile.tz).date()
    return _log_page(LogForm(formdata=None, first=today - timedelta(days=_LOG_DAYS), last=today))


@blueprint.post("/log")
def export() -> Page:
    """The log as a file; it is noted who took it."""
    form, kind = LogForm(), request.form.get("kind", "")
    if not form.validate() or kind not in _TYPES:
        return _log_page(form)
    first, last, words = form.first.data, form.last.data, _log_words()
    with services().db.write() as db:
        found = mission_log.lines(db, services().profile, first, last, words, page_language())
        detail = f"{kind} {first} {last} {len(found)}"
        audit.append(db, now(), audit.by_staff(account().id), "mission_log_exported", "missions", detail)
    body = _log_file(kind, found, words, first, last)
    name = f"missions-{first}-{last}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, content_type=_TYPES[kind], headers=headers)


def _log_file(
    kind: str, found: list[mission_log.Line], words: mission_log.Words, first: date, last: date
) -> bytes:
    if kind == "csv":
        return mission_log.as_csv(found, words)
    profile = services().profile
    between = f"{first:%d.%m.%Y} – {last:%d.%m.%Y}"
    return mission_log.as_pdf(found, words, f"{profile.name}, {between}. {profile.insurer}")


def _log_words() -> mission_log.Words:
    columns = (
        gettext("Nummer"),
        gettext("Vereinbart"),
        gettext("Wer hilft"),
        gettext("Gesandt von"),
        gettext("Wobei"),
        gettext("Wo"),
        gettext("Vorgesehen"),
        gettext("Stand"),
    )
    statuses = {status.value: str(word) for status, word in MISSION_WORDS.items()}
    return mission_log.Words(gettext("Einsätze"), columns, statuses, gettext("Seite"))


def _log_page(form: LogForm) -> Page:
    page = render_template("matching/mission_log.html", form=form)
    return (page, 422) if form.errors else page


def _change(mission_id: int, act: Callable[[Session, Mission], None]) -> Page:
    """Carry out a change in one transaction; one that came too late changes nothing."""
    try:
        with services().db.write() as db:
            act(db, db.get(Mission, mission_id) or abort(404))
            if draft := _draft_sent(mission_id):
                draft_pages.drop(db, draft)
    except IllegalMove:
        return _page(mission_id, fault=gettext("Dieser Einsatz ist schon beendet. Nichts wurde geändert."))
    for job in (Job.PROPOSALS, Job.DUTIES, Job.ASSIGN):
        services().nudge(job)
    flash(gettext("Gespeichert."))
    return redirect(url_for("missions.mission", mission_id=mission_id), 303)


def _draft_sent(mission_id: int) -> str | None:
    """The draft of the form that this request has sent; None for a button without a form."""
    sender = (request.endpoint or "").rpartition(".")[-1]
    return draft_pages.subject(_DRAFTS[sender], mission_id) if sender in _DRAFTS else None


def _sent_back(mission_id: int, **form: FlaskForm) -> Page:
    """The page with what is wrong in the form that was sent, which is kept as a draft."""
    if draft := _draft_sent(mission_id):
        with services().db.write() as db:
            draft_pages.keep_sent(db, draft)
    return _page(mission_id, answer_to=request.form.get("report", ""), **form)


def _page(mission_id: int, fault: str = "", **more: Any) -> Page:
    """The page; with a form that was sent back, or with what hinders."""
    with services().db.read() as db:
        seen = view.look(db, db.get(Mission, mission_id) or abort(404))
        subjects = {sender: draft_pages.subject(kind, mission_id) for sender, kind in _DRAFTS.items()}
        found = {sender: draft_pages.typed(db, subject) for sender, subject in subjects.items()}
        typed = {sender: draft.fields for sender, draft in found.items() if draft}
        planned_at: datetime | None = seen.mission.planned_at
        local = planned_at.astimezone(services().profile.tz) if planned_at else None
        forms = {
            "plan_form": PlanForm(formdata=typed.get("plan"), at=local),
            "close_form": CloseForm(formdata=typed.get("close")),
            "report_form": ReportForm(formdata=typed.get("report")),
            "answer_form": AnswerForm(formdata=typed.get("answer")),
            "answer_to": typed["answer"].get("report", "") if "answer" in typed else "",
            "shown_numbers": {},
            **more,
        }
        page = render_template(
            "matching/mission.html",
            seen=seen,
            fault=fault,
            words=MISSION_WORDS,
            verdicts=VERDICT_WORDS,
            helper_words=HELPER_WORDS,
            found={sender: draft for sender, draft in found.items() if f"{sender}_form" not in more},
            draft_urls={sender: draft_pages.keep_url(subject) for sender, subject in subjects.items()},
            **forms,
        )
    sent_back = any(isinstance(form, FlaskForm) and form.errors for form in more.values())
    return (page, 409 if fault else 422) if fault or sent_back else page
