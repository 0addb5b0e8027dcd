"""The pages on helpers: find one, register, pause, come back, leave, join a group, merge two rows of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField
from wtforms.validators import Length

from intake import audit, helpers
from intake.desk import draft_pages
from intake.desk.accounts import account
from intake.desk.forms import Line, Words, options, required
from intake.desk.helper_pages import HelperForm, known
from intake.desk.sections import DraftForm, NavEntry, Section
from intake.desk.wording import word
from intake.lifecycle import HelperStatus, IllegalMove
from intake.models import Helper
from intake.phone_numbers import display, parse_callable
from intake.services import Job
from intake.staff_roles import Permission
from intake.web import in_words, now, services
from matching import helper_life, replies
from matching.desk import directory_view as view
from matching.desk import paging
from matching.desk.words import CANNOT_RING, MISSION_WORDS
from matching.helper_life import HelperError

blueprint = Blueprint("directory", __name__, url_prefix="/directory")

#: The kinds of the drafts of these forms: a number, an offer, a group with the team's note.
_NEW, _OFFER, _BELONGING = "new_helper", "offer", "belonging"

SECTION = Section(
    blueprint,
    Permission.MATCH,
    nav=(NavEntry(_("Helfende"), "directory.page"),),
    drafts=(
        DraftForm(_NEW, "directory.new", "", ("directory.new",), _("jemanden aufnehmen")),
        DraftForm(_OFFER, "directory.edit", "helper_id", ("directory.save",), _("Angebot ändern")),
        DraftForm(_BELONGING, "directory.helper", "helper_id", ("directory.belong",), _("Gruppe und Notiz")),
    ),
)

#: What went wrong, in the coordinator's words.
FAULTS = {
    "missions_to_come": _(
        "Jemand verlässt sich noch auf sie oder ihn. Bitte erst die offenen Einsätze absagen."
    ),
    "same_row": _("Das ist derselbe Eintrag."),
    "erased": _("Ein gelöschter Eintrag lässt sich nicht zusammenführen."),
    "not_possible": _("Das geht bei diesem Stand nicht mehr. Nichts wurde geändert."),
}

Page = Response | str | tuple[str, int]
Act = Callable[[Session, Helper], None]


class NumberForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """The number of somebody who is not on record yet."""

    number = Line(
        _("Telefonnummer"),
        [required()],
        render_kw={"type": "tel", "autocomplete": "off", "maxlength": 40},
    )

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """That there is a number, and that it may be rung."""
        if super().validate(*args, **kwargs) and self.e164() is None:
            self.number.errors = [CANNOT_RING]
        return not self.number.errors

    def e164(self) -> str | None:
        """The number as it is rung; None if it may not be."""
        return parse_callable(self.number.data or "", services().profile.country)


class BelongingForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """To which group a helper belongs, and what the team should know of her."""

    group_id = SelectField(_("Gruppe"), coerce=int)
    note = Words(_("Notiz für das Team"), [Length(max=1000)])

    def __init__(self, groups: list[tuple[int, str]], **rest: Any) -> None:
        super().__init__(**rest)
        self.group_id.choices = options([(0, gettext("keine")), *groups])


@blueprint.get("/")
def page() -> str:
    """The helpers, narrowed as asked."""
    wanted, number = _wanted(), paging.asked_for()
    with services().db.read() as db:
        return render_template(
            "directory/list.html",
            wanted=wanted,
            counts=view.counts(db),
            listed=view.listed(db, services().profile, wanted, number),
            groups=view.group_names(db),
            statuses=[(status.value, word(status)) for status in HelperStatus],
            needs=[(each.id, in_words(each.label)) for each in services().profile.categories],
            places=[(place.ags, place.municipality) for place in services().profile.places.municipalities()],
        )


def _wanted() -> view.Wanted:
    """What the address asks for; what makes no sense there is not heeded."""
    given = request.args
    statuses, group = {status.value for status in HelperStatus}, given.get("group", "")
    return view.Wanted(
        HelperStatus(given["status"]) if given.get("status") in statuses else None,
        given.get("category") or None,
        given.get("place") or None,
        int(group) if group.isdecimal() else None,
        given.get("words", "").strip(),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Page:
    """Begin a registration by the number; somebody who is on record already is shown instead."""
    draft = draft_pages.subject(_NEW)
    if request.method == "GET":
        with services().db.read() as db:
            found = draft_pages.typed(db, draft)
        return _number_page(NumberForm(formdata=found.fields if found else None), found=found)
    form = NumberForm()
    number = form.e164() if form.validate() else None
    if number is None:
        return _number_page(form)
    with services().db.write() as db:
        same = [row for row in replies.helpers_at(db, number) if row.status is not HelperStatus.ERASED]
        if same and not request.form.get("another"):
            return _number_page(form, same=same)
        helper = helpers.begin(db, now(), number, services().profile.languages[0])
        draft_pages.drop(db, draft)
        audit.append(db, now(), _me(), "helper_begun", f"helper:{helper.id}")
    return redirect(url_for("directory.edit", helper_id=helper.id), 303)


@blueprint.get("/<int:helper_id>")
def helper(helper_id: int) -> Page:
    """One helper."""
    return _page_of(helper_id)


@blueprint.get("/<int:helper_id>/edit")
def edit(helper_id: int) -> Page:
    """The form of what she offers."""
    with services().db.read() as db:
        row = db.get(Helper, helper_id) or abort(404)
        found = draft_pages.typed(db, draft_pages.subject(_OFFER, helper_id))
    form = HelperForm(formdata=found.fields) if found else HelperForm(formdata=None, data=known(row))
    return _edit_page(form, row, found=found)


@blueprint.post("/<int:helper_id>/edit")
def save(helper_id: int) -> Page:
    """Write down what she offers: from now on she can be proposed, or proposed otherwise."""
    form = HelperForm()
    refusal = ""
    with services().db.write() as db:
        row = db.get(Helper, helper_id) or abort(404)
        if form.validate():
            try:
                helpers.register(db, services().profile, now(), row, form.registration())
            except IllegalMove:
                refusal = str(FAULTS["not_possible"])
            else:
                audit.append(db, now(), _me(), "helper_registered", f"helper:{helper_id}")
        draft = draft_pages.subject(_OFFER, helper_id)
        (draft_pages.keep_sent if form.errors or refusal else draft_pages.drop)(db, draft)
    if form.errors or refusal:
        return _edit_page(form, row, refusal)
    services().nudge(Job.PROPOSALS)
    flash(gettext("Gespeichert."))
    return redirect(url_for("directory.helper", helper_id=helper_id), 303)


@blueprint.post("/<int:helper_id>/pause")
def pause(helper_id: int) -> Page:
    """Propose her to nobody for a while."""
    return _act(helper_id, lambda db, row: helpers.pause(db, now(), _me(), row), _("Pausiert."))


@blueprint.post("/<int:helper_id>/resume")
def resume(helper_id: int) -> Page:
    """Propose her again."""
    return _act(helper_id, lambda db, row: helpers.resume(db, now(), _me(), row), _("Wieder dabei."))


@blueprint.post("/<int:helper_id>/leave")
def leave(helper_id: int) -> Page:
    """She helps no more."""
    return _act(
        helper_id, lambda db, row: helper_life.leave(db, now(), _me(), row), _("Ausgeschieden. Danke!")
    )


@blueprint.post("/<int:helper_id>/belonging")
def belong(helper_id: int) -> Page:
    """Her group, and the team's note."""
    with services().db.read() as db:
        form = BelongingForm(view.group_names(db))
    if not form.validate():
        return _page_of(helper_id, form=form, status=422)

    def act(db: Session, row: Helper) -> None:
        row.group_id, row.note = form.group_id.data or None, form.note.data or None
        audit.append(db, now(), _me(), "helper_changed", f"helper:{row.id}", "group, note")
        draft_pages.drop(db, draft_pages.subject(_BELONGING, helper_id))

    return _act(helper_id, act, _("Gespeichert."))


@blueprint.post("/<int:helper_id>/number")
def number(helper_id: int) -> Page:
    """Show her number on purpose; it is noted who did."""
    with services().db.write() as db:
        row = db.get(Helper, helper_id) or abort(404)
        audit.append(db, now(), _me(), "number_shown", f"helper:{helper_id}")
        shown = display(row.number) if row.number else None
    return _page_of(helper_id, shown=shown)


@blueprint.get("/<int:helper_id>/merge/<int:twin_id>")
def compare(helper_id: int, twin_id: int) -> Page:
    """Two rows side by side: are they one person?"""
    return _compare_page(helper_id, twin_id)


@blueprint.post("/<int:helper_id>/merge/<int:twin_id>")
def merge(helper_id: int, twin_id: int) -> Page:
    """They are: keep the first row, with what the second one did."""
    try:
        with services().db.write() as db:
            kept, twin = db.get(Helper, helper_id) or abort(404), db.get(Helper, twin_id) or abort(404)
            helper_life.merge(db, services().profile, now(), _me(), kept, twin)
    except HelperError as error:
        return _compare_page(helper_id, twin_id, str(FAULTS[str(error)])), 409
    services().nudge(Job.PROPOSALS)
    flash(gettext("Zusammengeführt."))
    return redirect(url_for("directory.helper", helper_id=helper_id), 303)


def _me() -> str:
    return audit.by_staff(account().id)


def _act(helper_id: int, act: Act, done: Any) -> Page:
    """Carry out a decision in one transaction; where it cannot be, say so on the page."""
    try:
        with services().db.write() as db:
            act(db, db.get(Helper, helper_id, with_for_update={"key_share": True}) or abort(404))
    except HelperError as error:
        return _page_of(helper_id, fault=FAULTS[str(error)], status=409)
    except IllegalMove:
        return _page_of(helper_id, fault=FAULTS["not_possible"], status=409)
    services().nudge(Job.PROPOSALS)
    flash(gettext(str(done)))
    return redirect(url_for("directory.helper", helper_id=helper_id), 303)


def _page_of(
    helper_id: int,
    form: BelongingForm | None = None,
    fault: Any = "",
    shown: str | None = None,
    status: int = 200,
) -> Page:
    with services().db.read() as db:
        row = db.get(Helper, helper_id) or abort(404)
        draft = draft_pages.subject(_BELONGING, helper_id)
        found = None if form else draft_pages.typed(db, draft)
        form = form or _belonging(db, row, found)
        page = render_template(
            "directory/helper.html",
            details=view.details(db, row),
            helper=row,
            form=form,
            found=found,
            draft_url=draft_pages.keep_url(draft),
            fault=fault,
            shown=shown,
            papers=helpers.papers_of(services().profile, row),
            mission_words=MISSION_WORDS,
        )
    return page, status


def _belonging(db: Session, row: Helper, found: draft_pages.Typed | None) -> BelongingForm:
    """The form as a draft was found, or as it stands in the record."""
    names = view.group_names(db)
    if found:
        return BelongingForm(names, formdata=found.fields)
    return BelongingForm(names, formdata=None, data={"group_id": row.group_id or 0, "note": row.note})


def _edit_page(
    form: HelperForm, row: Helper, refusal: str = "", found: draft_pages.Typed | None = None
) -> Page:
    page = render_template(
        "desk/helper_form.html",
        form=form,
        helper=row,
        callback=None,
        back=url_for("directory.helper", helper_id=row.id),
        refusal=refusal,
        note="",
        found=found,
        draft_url=draft_pages.keep_url(draft_pages.subject(_OFFER, row.id)),
    )
    return (page, 409 if refusal else 422) if refusal or form.errors else page


def _number_page(
    form: NumberForm, same: Sequence[Helper] = (), found: draft_pages.Typed | None = None
) -> Page:
    draft_url = draft_pages.keep_url(draft_pages.subject(_NEW))
    page = render_template("directory/new.html", form=form, same=same, found=found, draft_url=draft_url)
    return (page, 409 if same else 422) if same or form.errors else page


def _compare_page(helper_id: int, twin_id: int, fault: str = "") -> str:
    with services().db.read() as db:
        both = [view.details(db, db.get(Helper, each) or abort(404)) for each in (helper_id, twin_id)]
        return render_template("directory/merge.html", both=both, fault=fault)
