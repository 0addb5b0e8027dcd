"""My duty: whether one is on duty, what one speaks, and which places one rings first."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from intake import staff
from intake.desk.accounts import account
from intake.desk.forms import options
from intake.desk.half_days import Checks
from intake.desk.request_form import languages
from intake.desk.wording import language_word
from intake.models import Staff
from intake.phone_numbers import mask
from intake.services import Job
from intake.web import now, services

blueprint = Blueprint("duty", __name__)


class DutyForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """By what the worker chooses callbacks for somebody."""

    languages = Checks(lazy_gettext("Diese Sprachen spreche ich"))
    places = Checks(lazy_gettext("Diese Orte rufe ich zuerst an"))

    def __init__(self, row: Staff) -> None:
        super().__init__(data={"languages": row.languages, "places": row.places})
        municipalities = services().profile.places.municipalities()
        self.languages.choices = options((code, language_word(code)) for code in languages())
        self.places.choices = options((place.ags, place.municipality) for place in municipalities)


@blueprint.route("/duty/", methods=["GET", "POST"])
def page() -> Response | str | tuple[str, int]:
    """See and change it."""
    with services().db.read() as db:
        row = db.get_one(Staff, account().id)
    form = DutyForm(row)
    if not form.validate_on_submit():
        number = mask(row.number) if row.number else ""
        page = render_template("desk/duty.html", form=form, number=number)
        return (page, 422) if form.errors else page
    with services().db.write() as db:
        row = db.get_one(Staff, account().id)
        staff.set_service(db, now(), row, form.languages.data, form.places.data)
    services().nudge(Job.ASSIGN)
    flash(_("Gespeichert. Danach werden Ihnen Rückrufe zugeteilt."))
    return redirect(url_for("duty.page"), 303)
