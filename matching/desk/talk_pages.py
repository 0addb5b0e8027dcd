"""What an operator writes down after a talk about a mission, or about a request without a helper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, DateField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from intake import audit, queue, registry
from intake.desk import case_pages, draft_pages
from intake.desk.accounts import account
from intake.desk.forms import Words, options
from intake.desk.request_pages import end_as_reached, note_so_far, take_again
from intake.desk.sections import DraftForm, Section, Talk
from intake.kinds import CallbackKind
from intake.lifecycle import IllegalMove, MissionStatus
from intake.models import Callback, Request
from intake.services import Job
from intake.staff_roles import Permission
from intake.web import now, services
from matching import helper_words, missions, reports, unmatched
from matching.desk.words import HELPER_WORDS, VERDICT_WORDS
from matching.exclusion_models import Side
from matching.models import Mission
from matching.report_models import Verdict

blueprint = Blueprint("talks", __name__, url_prefix="/talks", template_folder="templates")

Page = case_pages.Page

LONGEST_WORDS = 2000

#: The kind of the drafts of these forms.
_DRAFT = "talk"

#: When the halves of a day begin.
_HALVES = {"morning": time(9), "afternoon": time(14)}


def _choose() -> InputRequired:
    return InputRequired(_("Bitte wählen Sie eine Antwort."))


class TalkForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """Base of the forms: each has the one question that decides what follows."""

    #: What the page is headed, and what is said once it was saved.
    title = done = _("Notiert.")

    def save(self, db: Session, callback: Callback) -> None:
        """Write it down; raises ``IllegalMove`` if it came too late."""
        raise NotImplementedError  # the library's forms have a metaclass of their own: no ABC beside it


class ConfirmForm(TalkForm):
    """The seeker was told who comes."""

    title = _("Hilfe angekündigt")
    answer = RadioField(
        _("Passt es?"),
        [_choose()],
        choices=options(
            (
                ("agreed", _("Ja. Name und Codewort sind gesagt.")),
                ("other", _("Nein, bitte jemand anderes suchen.")),
                ("not_needed", _("Die Hilfe wird nicht mehr gebraucht.")),
            )
        ),
    )
    day = DateField(_("Verabredeter Tag"), [Optional()])
    half = SelectField(
        _("Tageszeit"),
        choices=options((("morning", _("vormittags")), ("afternoon", _("nachmittags")))),
    )

    def save(self, db: Session, callback: Callback) -> None:
        """Confirm the mission, with the day they agreed on; or call it off."""
        mission, who = _mission(db, callback), audit.by_staff(account().id)
        profile = services().profile
        if self.answer.data != "agreed":
            missions.cancel(db, profile, now(), mission, self.answer.data == "other", who)
            return
        missions.confirm(db, now(), mission, who)
        if self.day.data:
            begin = datetime.combine(self.day.data, _HALVES[self.half.data], profile.tz)
            missions.plan(profile, mission, begin.astimezone(UTC))


class BriefingForm(TalkForm):
    """The helper was told what she has to know."""

    title = _("Einzelheiten gesagt")
    answer = RadioField(
        _("Wie ist es?"),
        [_choose()],
        choices=options(
            (("told", _("Alles ist gesagt.")), ("cannot", _("Kann nun doch nicht: jemand anderes suchen.")))
        ),
    )

    def save(self, db: Session, callback: Callback) -> None:
        """Note that she knows; or look for somebody else."""
        mission, who = _mission(db, callback), audit.by_staff(account().id)
        if self.answer.data == "told":
            missions.briefed(db, now(), mission, who)
        else:
            helper_words.cannot(db, services().profile, now(), mission, who)


class FollowUpForm(TalkForm):
    """How it went."""

    title = _("Wie ist es gegangen?")
    went = RadioField(
        _("Hat es geklappt?"),
        [_choose()],
        choices=options(
            (
                (MissionStatus.DONE, _("Ja.")),
                (MissionStatus.NOT_DONE, _("Nein, es kam nicht zustande.")),
                (MissionStatus.NO_SHOW, _("Nein, es ist niemand gekommen.")),
            )
        ),
    )
    still_needed = RadioField(
        _("Wird noch Hilfe gebraucht?"), [_choose()], choices=options((("yes", _("Ja")), ("no", _("Nein"))))
    )
    verdict = RadioField(
        _("Wie war es mit der Helferin oder dem Helfer?"),
        default=Verdict.GOOD.value,
        choices=options((verdict, VERDICT_WORDS[verdict]) for verdict in Verdict),
    )
    said = Words(_("In eigenen Worten"), [Length(max=LONGEST_WORDS)])
    complaint = BooleanField(_("Das ist eine Beschwerde: Die Koordination soll sich kümmern."))

    def save(self, db: Session, callback: Callback) -> None:
        """Write down what the seeker says, and close the mission or let it go on."""
        mission, me = _mission(db, callback), account().id
        verdict, words = Verdict(self.verdict.data), self.said.data
        reports.tell(db, now(), mission, Side.SEEKER, verdict, words, self.complaint.data, me)
        status, still = MissionStatus(self.went.data), self.still_needed.data == "yes"
        missions.close(db, services().profile, now(), mission, status, still, audit.by_staff(me))


class NoHelperForm(TalkForm):
    """Nobody was found yet, and the caller knows."""

    title = _("Noch niemand gefunden")
    answer = RadioField(
        _("Wie geht es weiter?"),
        [_choose()],
        choices=options(
            (
                ("wait", _("Weiter suchen.")),
                ("hand_over", _("An eine andere Stelle geben.")),
                ("not_needed", _("Die Hilfe wird nicht mehr gebraucht.")),
            )
        ),
    )
    contact_point = SelectField(_("Welche Stelle?"))
    said = Words(_("Hinweis für die Stelle"), [Length(max=LONGEST_WORDS)])

    def __init__(self, takers: list[tuple[str, str]], **rest: object) -> None:
        super().__init__(**rest)
        self.contact_point.choices = options(takers)

    def save(self, db: Session, callback: Callback) -> None:
        """Keep looking, hand the request over, or end it."""
        request = db.get_one(Request, callback.request_id)
        if self.answer.data == "hand_over":
            point, words = self.contact_point.data, self.said.data
            unmatched.hand_over(db, now(), request, point, words, account().id)
        elif self.answer.data == "not_needed":
            registry.withdraw(db, now(), request)


class FellThroughForm(NoHelperForm):
    """Who was promised will not come, and the seeker knows."""

    title = _("Die zugesagte Hilfe ist ausgefallen")


#: The talks with somebody who has no helper, or has none any more.
_WITHOUT_HELPER: Mapping[CallbackKind, type[NoHelperForm]] = {
    CallbackKind.NO_HELPER: NoHelperForm,
    CallbackKind.FELL_THROUGH: FellThroughForm,
}


@blueprint.get("/<int:callback_id>")
def page(callback_id: int) -> Page:
    """The form, for whoever holds the callback."""
    with services().db.write() as db:
        callback = queue.held_by(db, callback_id, account().id)
        if callback is not None:
            queue.keep(callback, now())
            found = draft_pages.typed(db, draft_pages.subject(_DRAFT, callback_id))
            form, note = _form(db, callback, found=found), note_so_far(db, callback)
    return _page(callback, form, note, found=found) if callback else case_pages.lost(callback_id, "")


@blueprint.post("/<int:callback_id>")
def save(callback_id: int) -> Page:
    """Write down how the talk went, and end the callback."""
    refusal = ""
    with services().db.write() as db:
        callback = take_again(db, Callback.id == callback_id)
        if callback is not None:
            form, note = _form(db, callback, sent=True), note_so_far(db, callback)
            refusal = _save(db, callback, form) if form.validate() else ""
            draft = draft_pages.subject(_DRAFT, callback_id)
            (draft_pages.keep_sent if form.errors or refusal else draft_pages.drop)(db, draft)
    if callback is None:
        return case_pages.lost(callback_id, "")
    if form.errors or refusal:
        return _page(callback, form, note, refusal)
    for job in (Job.PROPOSALS, Job.DUTIES, Job.ASSIGN):
        services().nudge(job)
    flash(gettext(str(form.done)))
    return redirect(url_for("queue.page"), 303)


def _save(db: Session, callback: Callback, form: TalkForm) -> str:
    """The outcome first, so that what follows does not close the callback under one's hands."""
    try:
        with db.begin_nested():
            end_as_reached(db, callback)
            form.save(db, callback)
    except IllegalMove:
        return str(gettext("Das ist inzwischen schon abgeschlossen. Nichts wurde geändert."))
    return ""


def _form(
    db: Session, callback: Callback, sent: bool = False, found: draft_pages.Typed | None = None
) -> TalkForm:
    """The form that belongs to the callback: as it was sent, as a draft was found, or empty."""
    data = {} if sent else {"formdata": found.fields if found else None}
    if callback.kind in _WITHOUT_HELPER and callback.request_id:
        request = db.get_one(Request, callback.request_id)
        return _WITHOUT_HELPER[callback.kind](unmatched.takers(db, services().profile, request), **data)
    kinds: dict[CallbackKind, Callable[..., TalkForm]] = {
        CallbackKind.CONFIRM_MATCH: ConfirmForm,
        CallbackKind.BRIEFING: BriefingForm,
        CallbackKind.FOLLOW_UP: FollowUpForm,
    }
    if callback.kind not in kinds or missions.of_callback(db, callback) is None:
        abort(404)
    return kinds[callback.kind](**data)


def _mission(db: Session, callback: Callback) -> Mission:
    return missions.of_callback(db, callback) or abort(404)


def _page(
    callback: Callback,
    form: TalkForm,
    note: str,
    refusal: str = "",
    found: draft_pages.Typed | None = None,
) -> Page:
    page = render_template(
        "matching/talk.html",
        callback=callback,
        form=form,
        note=note,
        refusal=refusal,
        found=found,
        draft_url=draft_pages.keep_url(draft_pages.subject(_DRAFT, callback.id)),
        **_facts(callback),
    )
    return (page, 409 if refusal else 422) if refusal or form.errors else page


def _facts(callback: Callback) -> Mapping[str, Any]:
    """Who comes to whom, as far as this talk needs it: the seeker's address only where the helper is rung."""
    with services().db.read() as db:
        mission = missions.of_callback(db, callback)
        if mission is not None:
            db.refresh(mission, ["request", "helper"])
    return {
        "mission": mission,
        "tells_helper": callback.kind is CallbackKind.BRIEFING,
        "helper_words": HELPER_WORDS,
    }


def _url(callback: Callback) -> str | None:
    """The form's page; none for what was filed before missions had numbers."""
    _kind, _colon, row_id = callback.need.partition(":")
    return url_for("talks.page", callback_id=callback.id) if row_id else None


_TALK = Talk("matching/talk_facts.html", _facts, _url, _("Erreicht: Antwort aufnehmen"))

SECTION = Section(
    blueprint,
    Permission.RETURN_CALLS,
    talks={
        CallbackKind.CONFIRM_MATCH: _TALK,
        CallbackKind.BRIEFING: _TALK,
        CallbackKind.FELL_THROUGH: _TALK,
        CallbackKind.FOLLOW_UP: _TALK,
        CallbackKind.NO_HELPER: _TALK,
    },
    drafts=(DraftForm(_DRAFT, "talks.page", "callback_id", ("talks.save",), _("Antwort aus einem Rückruf")),),
)
