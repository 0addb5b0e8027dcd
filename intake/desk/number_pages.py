"""One's own telephone: where an operator takes callers who ask for a person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.validators import Length

from intake import audit, staff
from intake.desk.accounts import account
from intake.desk.forms import Line
from intake.models import Staff
from intake.phone_numbers import display
from intake.web import now, services

blueprint = Blueprint("number", __name__)


class NumberForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """The number; left empty, it is taken back."""

    number = Line(
        lazy_gettext("Ihre Telefonnummer"),
        [Length(max=40)],
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )


@blueprint.route("/me", methods=["GET", "POST"])
def page() -> Response | str | tuple[str, int]:
    """See and change one's own number."""
    with services().db.read() as db:
        number = db.get_one(Staff, account().id).number
    form = NumberForm(number=display(number) if number else "")
    if not form.validate_on_submit():
        return _page(form)
    try:
        with services().db.write() as db:
            row, actor = db.get_one(Staff, account().id), audit.by_staff(account().id)
            staff.set_number(db, now(), actor, row, form.number.data, services().profile.country)
    except staff.StaffError:
        form.number.errors = [_("Diese Nummer kann nicht angerufen werden. Bitte mit Vorwahl angeben.")]
        return _page(form)
    told = _("Ihre Nummer ist eingetragen.") if form.number.data else _("Ihre Nummer ist gelöscht.")
    flash(told)
    return redirect(url_for("number.page"), 303)


def _page(form: NumberForm) -> str | tuple[str, int]:
    page = render_template("desk/number.html", form=form)
    return (page, 422) if form.errors else page
