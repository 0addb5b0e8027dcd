"""One's own account: the language of the desk, shortcuts, the tour, and the telephone that takes callers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, refresh
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField
from wtforms.validators import Length

from intake import audit, staff
from intake.desk.account_pages import back
from intake.desk.accounts import LANGUAGE, account
from intake.desk.forms import Line, options, required
from intake.desk.wording import OWN_NAMES
from intake.models import Staff
from intake.phone_numbers import display
from intake.profile_languages import PAGE_LANGUAGES
from intake.staff import TOUR_STEPS
from intake.web import now, page_language, services

blueprint = Blueprint("me", __name__)


class MeForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """How one likes one's desk. The number is asked of those who return calls; empty takes it back."""

    language = RadioField(
        lazy_gettext("Sprache der Seiten"),
        [required()],
        choices=options((code, OWN_NAMES[code]) for code in PAGE_LANGUAGES),
    )
    shortcuts = BooleanField(lazy_gettext("Tastenkürzel benutzen"))
    number = Line(
        lazy_gettext("Ihre Telefonnummer"),
        [Length(max=40)],
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )

    def __init__(self, row: Staff) -> None:
        super().__init__(
            language=page_language(),
            shortcuts=row.shortcuts,
            number=display(row.number) if row.number else "",
        )
        if not account().returns_calls:
            del self.number


@blueprint.route("/me", methods=["GET", "POST"])
def page() -> Response | str | tuple[str, int]:
    """See and change one's own settings."""
    with services().db.read() as db:
        row = db.get_one(Staff, account().id)
    form = MeForm(row)
    if not form.validate_on_submit():
        return _page(form)
    try:
        with services().db.write() as db:
            row = db.get_one(Staff, account().id)
            row.page_language, row.shortcuts = form.language.data, form.shortcuts.data
            if form.number is not None:
                actor, country = audit.by_staff(row.id), services().profile.country
                staff.set_number(db, now(), actor, row, form.number.data, country)
    except staff.StaffError:
        form.number.errors = [_("Diese Nummer kann nicht angerufen werden. Bitte mit Vorwahl angeben.")]
        return _page(form)
    session[LANGUAGE] = form.language.data
    refresh()
    flash(_("Ihre Einstellungen sind gespeichert."))
    return redirect(url_for("me.page"), 303)


@blueprint.post("/me/tour/<int:step>")
def tour(step: int) -> Response:
    """Turn to a step of the tour; beyond the last one it is over, and at the first it begins again."""
    with services().db.write() as db:
        db.get_one(Staff, account().id).tour_step = min(step, TOUR_STEPS)
    return redirect(back(), 303)


def _page(form: MeForm) -> str | tuple[str, int]:
    page = render_template("desk/me.html", form=form)
    return (page, 422) if form.errors else page
