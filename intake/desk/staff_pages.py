"""Accounts: the administrator's pages. They show no case and no number."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.validators import Length, Regexp

from intake import audit, staff, staff_changes, staff_factor, staff_login
from intake.desk.accounts import account
from intake.desk.forms import Line, options, required
from intake.desk.half_days import Checks
from intake.desk.request_form import languages
from intake.desk.wording import language_word, word
from intake.models import Staff
from intake.staff_changes import Description
from intake.staff_roles import Role
from intake.web import now, services

blueprint = Blueprint("staff", __name__)

Page = Response | str | tuple[str, int]

_LAST_ADMINISTRATOR = lazy_gettext("Das ist das letzte Konto der Verwaltung. Legen Sie erst ein anderes an.")


class StaffForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """An account: a new one, or the one of ``row``."""

    name = Line(lazy_gettext("Name"), [required(), Length(max=120)], render_kw={"autocomplete": "off"})
    login = Line(
        lazy_gettext("Anmeldename"),
        [
            required(),
            Length(max=64),
            Regexp(r"^[A-Za-z0-9._-]+$", message=lazy_gettext("Nur Buchstaben, Ziffern, Punkt und Strich.")),
        ],
        render_kw={"autocomplete": "off"},
    )
    role = RadioField(lazy_gettext("Aufgabe"), [required(lazy_gettext("Bitte wählen Sie eine aus."))])
    languages = Checks(lazy_gettext("Spricht"))

    def __init__(self, row: Staff | None = None) -> None:
        kept = {"role": row.role.value, "languages": row.languages} if row else {}
        super().__init__(obj=row, **kept)
        self.role.choices = options((role.value, word(role)) for role in Role)
        self.languages.choices = options((code, language_word(code)) for code in languages())


@blueprint.route("/staff/", methods=["GET", "POST"])
def page() -> Page:
    """Every account, and a form for a new one."""
    form = StaffForm()
    if not form.validate_on_submit():
        return _page(form)
    made, actor = staff.make_password(), audit.by_staff(account().id)
    role, spoken = Role(form.role.data), tuple(form.languages.data)
    try:
        with services().db.write() as db:
            fresh, password = staff.add(db, now(), form.login.data, form.name.data, role, spoken, made, actor)
    except staff.StaffError:
        form.login.errors = [_("Diesen Anmeldenamen gibt es schon.")]
        return _page(form)
    return render_template("desk/one_time_password.html", who=fresh, password=password)


@blueprint.route("/staff/<int:staff_id>", methods=["GET", "POST"])
def one(staff_id: int) -> Page:
    """Change an account. One's own role is somebody else's to change, as the account is to close."""
    with services().db.read() as db:
        row = db.get(Staff, staff_id) or abort(404)
    form = StaffForm(row)
    if staff_id == account().id:
        del form.role
    if not form.validate_on_submit():
        return _one(form, row)
    role = Role(form.role.data) if form.role else row.role
    wanted = Description(form.name.data, form.login.data, role, tuple(form.languages.data))
    try:
        with services().db.write() as db:
            actor = audit.by_staff(account().id)
            staff_changes.change(db, now(), actor, db.get_one(Staff, staff_id), wanted)
    except staff.StaffError as error:
        if str(error).startswith("login"):
            form.login.errors = [_("Diesen Anmeldenamen gibt es schon.")]
        else:
            form.role.errors = [_LAST_ADMINISTRATOR]
        return _one(form, row)
    flash(_("Das Konto %(login)s ist geändert.", login=wanted.login.lower()))
    return redirect(url_for("staff.page"), 303)


@blueprint.post("/staff/<int:staff_id>/reset")
def reset(staff_id: int) -> Page:
    """A new one-time password, shown once."""
    made = staff.make_password()
    with services().db.write() as db:
        row = db.get(Staff, staff_id) or abort(404)
        password = staff.reset(db, now(), row.login, made, audit.by_staff(account().id))
    return render_template("desk/one_time_password.html", who=row, password=password)


@blueprint.post("/staff/<int:staff_id>/reopen")
def reopen(staff_id: int) -> Page:
    """Open a closed account again, with a new one-time password."""
    made, actor = staff.make_password(), audit.by_staff(account().id)
    with services().db.write() as db:
        row = db.get(Staff, staff_id) or abort(404)
        if not row.active:
            staff.reopen(db, now(), actor, row)
        password = staff.reset(db, now(), row.login, made, actor)
    return render_template("desk/one_time_password.html", who=row, password=password)


@blueprint.post("/staff/<int:staff_id>/lost-factor")
def lost_factor(staff_id: int) -> Page:
    """Somebody has lost app and recovery codes: the password will do until the factor is set up anew."""
    with services().db.write() as db:
        row = db.get(Staff, staff_id) or abort(404)
        staff_factor.take_away(db, now(), audit.by_staff(account().id), row)
    flash(_("Der zweite Schritt von %(login)s ist weggenommen. Er wird neu eingerichtet.", login=row.login))
    return redirect(url_for("staff.page"), 303)


@blueprint.post("/staff/<int:staff_id>/close")
def close(staff_id: int) -> Page:
    """Close an account: it cannot log in any more, and what it had in hand is free again."""
    if staff_id == account().id:
        flash(_("Das eigene Konto schließt man nicht selbst."))
        return redirect(url_for("staff.page"), 303)
    try:
        with services().db.write() as db:
            row = db.get(Staff, staff_id) or abort(404)
            staff.close(db, now(), audit.by_staff(account().id), row)
    except staff.StaffError:
        flash(_LAST_ADMINISTRATOR)
        return redirect(url_for("staff.page"), 303)
    flash(_("Das Konto %(login)s ist geschlossen.", login=row.login))
    return redirect(url_for("staff.page"), 303)


def _page(form: StaffForm) -> Page:
    with services().db.read() as db:
        rows = db.scalars(sa.select(Staff).order_by(Staff.active.desc(), Staff.login)).all()
        rests = {row.id: staff_login.rests_until(db, now(), row) for row in rows}
        factors = staff_factor.holders(db)
    page = render_template("desk/staff.html", form=form, rows=rows, rests=rests, factors=factors)
    return (page, 422) if form.errors else page


def _one(form: StaffForm, row: Staff) -> Page:
    with services().db.read() as db:
        has_factor = staff_factor.is_set(db, row.id)
    page = render_template("desk/staff_one.html", form=form, row=row, has_factor=has_factor)
    return (page, 422) if form.errors else page
