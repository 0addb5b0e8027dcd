"""The pages around one's own account: login, password, language, duty."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from werkzeug.wrappers import Response

from intake import staff, staff_factor, staff_login
from intake.desk import known_browsers
from intake.desk.accounts import LANGUAGE, account, begin_session, end_session, is_logged_in, wait_for_code
from intake.desk.forms import LoginForm, PasswordForm
from intake.desk.sections import home_url
from intake.models import Staff
from intake.profile_languages import PAGE_LANGUAGES
from intake.services import Job
from intake.staff_tries import TooManyTriesError
from intake.web import came_unencrypted, now, services
from intake.web_times import full_minute

blueprint = Blueprint("account", __name__)

Page = Response | str | tuple[str, int]


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Page:
    """The door. A refusal says nothing about whether the account exists."""
    if is_logged_in():
        return redirect(home_url(account()), 303)
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("desk/login.html", form=form, unencrypted=came_unencrypted())
    try:
        row = _whom_to_let_in(form.login.data, form.password.data)
    except TooManyTriesError as error:
        return render_template("desk/login.html", form=form, rests_until=full_minute(error.until)), 429
    if row is None:
        return render_template("desk/login.html", form=form, refused=True), 401
    with services().db.read() as db:
        has_factor = staff_factor.is_set(db, row.id)
    if has_factor:
        wait_for_code(row)
        return redirect(url_for("second_factor.at_login"), 303)
    fresh = begin_session(row)
    where = url_for("account.password") if fresh.must_change else home_url(fresh)
    return known_browsers.remember(redirect(where, 303), fresh.login)


def _whom_to_let_in(login: str, password: str) -> Staff | None:
    """The account that the password opens, or None. It is held against its hash while others can write."""
    with services().db.write() as db:
        address, browser = request.remote_addr or "", known_browsers.name_for(login)
        whose = staff_login.knock(db, now(), login, address, browser)
    with services().db.read() as db:
        checked = staff_login.hash_for(db, login)
    right = staff.fits(checked, password)
    with services().db.write() as db:
        return staff_login.come_in(db, now(), login, whose, checked, right)


@blueprint.post("/logout")
def logout() -> Response:
    """Leave. Being on duty stays as it is: an operator may change desks."""
    end_session()
    return redirect(url_for("account.login"), 303)


@blueprint.post("/logout/everywhere")
def logout_everywhere() -> Response:
    """Leave at every desk: somebody forgot to, or a device was lost."""
    with services().db.write() as db:
        staff.end_sessions(db, now(), db.get_one(Staff, account().id))
    end_session()
    flash(_("Sie sind überall abgemeldet."))
    return redirect(url_for("account.login"), 303)


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> Page:
    """Change one's password; the other sessions of the account end."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("desk/password.html", form=form)
    with services().db.read() as db:
        kept = db.get_one(Staff, account().id).password_hash
    try:
        fresh_hash = staff.hash_of_own(kept, form.old.data, form.new.data)
        with services().db.write() as db:
            row = db.get_one(Staff, account().id)
            staff.change_password(db, now(), row, kept, fresh_hash)
    except staff.StaffError as error:
        field = form.old if str(error).startswith("old") else form.new
        field.errors = [_refusal(str(error))]
        return render_template("desk/password.html", form=form)
    fresh = begin_session(row)
    flash(_("Ihr Passwort ist geändert."))
    return redirect(home_url(fresh), 303)


def _refusal(error: str) -> str:
    if error.startswith("old"):
        return str(_("Das ist nicht das bisherige Passwort."))
    return str(_("Wählen Sie ein anderes Passwort als bisher."))


@blueprint.post("/language/<code>")
def language(code: str) -> Response:
    """Switch the language of the pages, and stay where one was."""
    if code not in PAGE_LANGUAGES:
        abort(404)
    if is_logged_in():
        with services().db.write() as db:
            db.get_one(Staff, account().id).page_language = code
    session[LANGUAGE] = code
    refresh()
    return redirect(back(), 303)


@blueprint.post("/duty/<state>")
def duty(state: str) -> Response:
    """Go on or off duty. Who comes on duty is given work at once."""
    if state not in ("on", "off") or not account().returns_calls:
        abort(404)
    with services().db.write() as db:
        staff.set_duty(db, now(), db.get_one(Staff, account().id), state == "on")
    services().nudge(Job.ASSIGN)
    flash(_("Sie sind jetzt im Dienst.") if state == "on" else _("Sie sind jetzt nicht mehr im Dienst."))
    return redirect(back(), 303)


def back() -> str:
    """The page the form stood on: a path of this desk, else the start."""
    path = request.form.get("back", "")
    here = url_for("account.login").removesuffix("login")
    return path if path.startswith(here) and "\\" not in path and "//" not in path else here
