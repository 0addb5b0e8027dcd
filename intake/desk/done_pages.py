"""What I did today: one's own last tries, their notes, and the number again if it was not copied in time."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.validators import Length

from intake import audit
from intake.desk import done_view
from intake.desk.accounts import account
from intake.desk.case_pages import LONGEST_NOTE
from intake.desk.forms import Words
from intake.models import Callback
from intake.web import now, services

blueprint = Blueprint("done", __name__)


class NoteForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """The note of a try, which may be mended afterwards."""

    note = Words(lazy_gettext("Notiz"), [Length(max=LONGEST_NOTE)])


@blueprint.get("/done/")
def page() -> str:
    """Every try of one's own shift."""
    with services().db.read() as db:
        rows = done_view.done_by(db, account().id, now())
    return render_template("desk/done.html", rows=rows)


@blueprint.get("/done/<int:attempt_id>")
def look(attempt_id: int) -> str:
    """One try: its outcome, and its note."""
    return _look(attempt_id, is_shown=False)


@blueprint.post("/done/<int:attempt_id>")
def save(attempt_id: int) -> Response | tuple[str, int]:
    """Keep the mended note."""
    form = NoteForm()
    if not form.validate():
        return _look(attempt_id, is_shown=False, form=form), 422
    with services().db.write() as db:
        attempt = done_view.find(db, account().id, now(), attempt_id) or abort(404)
        attempt.note = form.note.data or None
        audit.append(db, now(), audit.by_staff(account().id), "note_changed", f"attempt:{attempt_id}")
    flash(_("Ihre Notiz ist gespeichert."))
    return redirect(url_for("done.look", attempt_id=attempt_id), 303)


@blueprint.post("/done/<int:attempt_id>/number")
def show_number(attempt_id: int) -> str:
    """Show the number once more, on the record. Nobody is dialled by it."""
    with services().db.write() as db:
        attempt = done_view.find(db, account().id, now(), attempt_id) or abort(404)
        actor = audit.by_staff(account().id)
        audit.append(db, now(), actor, "number_shown", f"callback:{attempt.callback_id}")
    return _look(attempt_id, is_shown=True, form=NoteForm())


def _look(attempt_id: int, is_shown: bool, form: NoteForm | None = None) -> str:
    with services().db.read() as db:
        attempt = done_view.find(db, account().id, now(), attempt_id) or abort(404)
        callback = db.get_one(Callback, attempt.callback_id)
        row = next(row for row in done_view.done_by(db, account().id, now()) if row.attempt_id == attempt_id)
    form = form or NoteForm(formdata=None, note=attempt.note)
    return render_template("desk/done_one.html", row=row, callback=callback, form=form, is_shown=is_shown)
