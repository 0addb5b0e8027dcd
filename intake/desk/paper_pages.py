"""Paper mode at the desk: print a shift list, and type its results back in, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import RadioField

from intake import audit, paper
from intake.desk.accounts import account
from intake.desk.case_pages import form_for
from intake.desk.forms import options
from intake.models import Callback, Request
from intake.paper import Entry, Fault
from intake.paper_models import PaperList
from intake.services import Job
from intake.web import now, services
from intake.web_times import on_the_wall

blueprint = Blueprint("paper", __name__)

Page = Response | str | tuple[str, int]

#: How long a list is, and for how many hours its callbacks are kept for it.
COUNTS = (5, 10, 20)
HOURS = (2, 4, 8)

#: Empty lines below those of one's own lists, for a colleague's list.
SPARE = 3

FAULTS = {
    Fault.CODE: lazy_gettext("Diesen Code gibt es nicht, oder er ist schon eingetragen."),
    Fault.KEY: lazy_gettext("Diese Taste steht nicht auf der Liste."),
    Fault.TIME: lazy_gettext("Bitte die Uhrzeit des Anrufs angeben; sie darf nicht in der Zukunft liegen."),
    Fault.AGAIN: lazy_gettext("Bitte sagen, wann wieder angerufen werden soll: höchstens 60 Tage voraus."),
    Fault.ENDED: lazy_gettext("Dieser Rückruf ist inzwischen erledigt."),
    Fault.OTHER_HANDS: lazy_gettext("Diesen Rückruf hat inzwischen jemand anderes."),
}


class ListForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """How long a list is wanted."""

    count = RadioField(
        lazy_gettext("Wie viele Rückrufe?"), choices=options((n, n) for n in COUNTS), default="10"
    )
    hours = RadioField(
        lazy_gettext("Für wie viele Stunden?"), choices=options((n, n) for n in HOURS), default="4"
    )


@dataclass(frozen=True)
class SheetLine:
    """A line of the sheet: its code, its callback with the number, and what is known."""

    code: str
    callback: Callback
    request: Request | None


@dataclass
class Row:
    """A line of results as it was typed, and what is wrong with it."""

    code: str = ""
    key: str = ""
    clock: str = ""
    again: str = ""
    note: str = ""
    fault: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the code stands in it."""
        return not (self.key or self.clock or self.again or self.note)


@blueprint.route("/paper/", methods=["GET", "POST"])
def page() -> Page:
    """One's lists, and a form for a new one."""
    form = ListForm()
    if not form.validate_on_submit():
        with services().db.read() as db:
            lists = paper.lists_of(db, account().id)
        return render_template("desk/paper.html", form=form, lists=lists)
    with services().db.write() as db:
        count, hours = int(form.count.data), int(form.hours.data)
        row = paper.print_list(db, now(), account().id, count, hours)
        is_empty = not paper.lines_of(db, row.id)
    if is_empty:
        flash(_("Gerade wartet kein Rückruf."))
        return redirect(url_for("paper.page"), 303)
    return redirect(url_for("paper.sheet", list_id=row.id), 303)


@blueprint.get("/paper/<int:list_id>")
def sheet(list_id: int) -> str:
    """A list of one's own, ready to be printed. Showing it again is on record again."""
    with services().db.write() as db:
        row = db.get(PaperList, list_id)
        if row is None or row.staff_id != account().id:
            abort(404)
        lines = [_line(db, line.code, callback) for line, callback in paper.lines_of(db, list_id)]
        audit.append(db, now(), audit.by_staff(account().id), "paper_list_shown", f"paper:{list_id}")
    return render_template("desk/paper_sheet.html", row=row, lines=lines)


@blueprint.route("/paper/results", methods=["GET", "POST"])
def results() -> Page:
    """Type results back in. Each line stands for itself: what cannot be taken stays with its reason."""
    if request.method == "GET":
        with services().db.read() as db:
            rows = [Row(code) for code in paper.open_codes(db, account().id)]
        return _results_page([*rows, *(Row() for _spare in range(SPARE))], 0, [])
    rows = _typed_rows()
    forms, done = [], 0
    for row in rows:
        if row.is_empty:
            continue
        form_url = _enter(row)
        done += not row.fault
        forms += [form_url] if form_url else []
    if done:
        services().nudge(Job.ASSIGN)
        services().nudge(Job.PROPOSALS)
    left = [row for row in rows if row.fault or (row.is_empty and row.code)]
    if any(row.fault for row in left) or forms:
        return _results_page([*left, *(Row() for _spare in range(SPARE))], done, forms)
    flash(_noted(done))
    return redirect(url_for("paper.page"), 303)


def _noted(done: int) -> str:
    return str(ngettext("%(num)s Ergebnis eingetragen.", "%(num)s Ergebnisse eingetragen.", done))


def _enter(row: Row) -> str | None:
    """Record a line in a transaction of its own; the form to be filled in after a talk, if there is one."""
    try:
        entry = Entry(row.code, row.key, _clock(row.clock), row.note, _local(row.again))
        with services().db.write() as db:
            attempt = paper.enter(db, services().profile, now(), account().id, entry)
            callback = db.get_one(Callback, attempt.callback_id)
            reached = attempt.outcome is None
    except paper.PaperError as error:
        row.fault = str(FAULTS[error.why])
        return None
    return form_for(callback) if reached else None


def _typed_rows() -> list[Row]:
    columns = [request.form.getlist(name) for name in ("code", "key", "clock", "again", "note")]
    return [Row(*(text.strip() for text in values)) for values in zip(*columns, strict=False)]


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None


def _local(text: str) -> datetime | None:
    """A moment on the district's clock."""
    try:
        local = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return on_the_wall(local) if local else None


def _line(db: Session, code: str, callback: Callback) -> SheetLine:
    known = db.get(Request, callback.request_id) if callback.request_id else None
    return SheetLine(code, callback, known)


def _results_page(rows: list[Row], done: int, forms: list[str]) -> Page:
    keys = [(rule.key, rule.label) for rule in services().profile.retry.values()]
    page = render_template(
        "desk/paper_results.html",
        rows=rows,
        keys=keys,
        noted=_noted(done) if done else "",
        forms=forms,
    )
    return (page, 422) if any(row.fault for row in rows) else page
