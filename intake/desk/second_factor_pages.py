"""The second step of the login: asked at the door, and set up, renewed and taken away by its owner."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from intake import audit, one_time_codes, staff_factor, staff_login
from intake.desk import known_browsers, qr
from intake.desk.accounts import account, begin_session, is_logged_in, needs_factor, who_is_half_way
from intake.desk.forms import CodeForm
from intake.desk.sections import home_url
from intake.models import Staff
from intake.staff import StaffError
from intake.staff_factor import Proof
from intake.staff_tries import TooManyTriesError
from intake.web import now, services
from intake.web_times import full_minute, moment

blueprint = Blueprint("second_factor", __name__)

Page = Response | str | tuple[str, int]


@blueprint.route("/login/code", methods=["GET", "POST"])
def at_login() -> Page:
    """The second step, for whoever has given the right password just now."""
    if is_logged_in():
        return redirect(home_url(account()), 303)
    staff_id = who_is_half_way()
    if staff_id is None:
        return redirect(url_for("account.login"), 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return render_template("desk/login_code.html", form=form)
    try:
        with services().db.write() as db:
            passed = staff_login.pass_second_step(db, now(), staff_id, form.code.data)
    except TooManyTriesError as error:
        form.code.errors = [_too_many(error)]
        return render_template("desk/login_code.html", form=form), 429
    if passed is None:
        form.code.errors = [_wrong_code()]
        return render_template("desk/login_code.html", form=form), 401
    row, proof = passed
    fresh = begin_session(row)
    if proof is Proof.PAPER:
        _tell_what_is_left(row.id)
    return known_browsers.remember(redirect(home_url(fresh), 303), fresh.login)


@blueprint.get("/second-factor")
def page() -> Page:
    """Whether one's account has it, and what can be done about it."""
    return _page(CodeForm())


@blueprint.post("/second-factor/begin")
def begin() -> Page:
    """Make a secret for an app. Where there is one already, a code of it is asked for first."""
    form = CodeForm()
    if account().has_factor and not _is_proved(form):
        return _page(form)
    with services().db.write() as db:
        staff_factor.begin(db, db.get_one(Staff, account().id))
    return redirect(url_for("second_factor.new"), 303)


@blueprint.route("/second-factor/new", methods=["GET", "POST"])
def new() -> Page:
    """The secret for the app, to be confirmed by its first code; then the codes on paper, shown once."""
    with services().db.read() as db:
        secret = staff_factor.pending(db, account().id)
    if secret is None:
        return redirect(url_for("second_factor.page"), 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return _secret_page(form, secret)
    try:
        with services().db.write() as db:
            row = db.get_one(Staff, account().id)
            codes = staff_factor.confirm(db, now(), row, form.code.data)
    except StaffError:
        form.code.errors = [
            _("Das ist nicht der Code, den die App jetzt zeigt. Geht die Uhr ihres Geräts richtig?")
        ]
        return _secret_page(form, secret)
    return _codes_page(codes, home_url(begin_session(row)))


@blueprint.post("/second-factor/codes")
def codes() -> Page:
    """Fresh codes on paper, shown once."""
    form = CodeForm()
    if not account().has_factor:
        abort(404)
    if not _is_proved(form):
        return _page(form)
    with services().db.write() as db:
        fresh = staff_factor.renew_recovery_codes(db, now(), db.get_one(Staff, account().id))
    return _codes_page(fresh, url_for("second_factor.page"))


@blueprint.post("/second-factor/off")
def off() -> Page:
    """Log in by the password alone from now on, where the district allows that."""
    form = CodeForm()
    if not account().has_factor or needs_factor(account().role):
        abort(404)
    if not _is_proved(form):
        return _page(form)
    with services().db.write() as db:
        row = db.get_one(Staff, account().id)
        staff_factor.take_away(db, now(), audit.by_staff(row.id), row)
    begin_session(row)
    flash(_("Der zweite Schritt ist ausgeschaltet."))
    return redirect(url_for("second_factor.page"), 303)


def _is_proved(form: CodeForm) -> bool:
    """Whether the form brought a code of one's own; else it says why not."""
    if not form.validate_on_submit():
        return False
    try:
        with services().db.write() as db:
            proof = staff_factor.prove(db, now(), db.get_one(Staff, account().id), form.code.data)
    except TooManyTriesError as error:
        form.code.errors = [_too_many(error)]
        return False
    if proof is None:
        form.code.errors = [_wrong_code()]
    return proof is not None


def _wrong_code() -> str:
    return str(
        _("Dieser Code stimmt nicht oder war schon einmal da. Warten Sie, bis die App den nächsten zeigt.")
    )


def _too_many(error: TooManyTriesError) -> str:
    at = moment(full_minute(error.until))
    return str(_("Zu viele falsche Versuche. Ab %(at)s geht es wieder.", at=at))


def _tell_what_is_left(staff_id: int) -> None:
    with services().db.read() as db:
        left = staff_factor.recovery_codes_left(db, staff_id)
    flash(_("Dieser Ersatzcode gilt nun nicht mehr. Ersatzcodes, die Sie noch haben: %(left)s.", left=left))


def _page(form: CodeForm) -> Page:
    here = account()
    with services().db.read() as db:
        since = staff_factor.since(db, here.id)
        left = staff_factor.recovery_codes_left(db, here.id)
    page = render_template(
        "desk/second_factor.html", form=form, since=since, left=left, needed=needs_factor(here.role)
    )
    return (page, 422) if form.errors else page


def _secret_page(form: CodeForm, secret: str) -> Page:
    address = one_time_codes.address_of(secret, account().login, services().profile.hotline_name)
    page = render_template(
        "desk/second_factor_new.html",
        form=form,
        secret=one_time_codes.in_groups(secret),
        code=qr.draw(address),
    )
    return (page, 422) if form.errors else page


def _codes_page(codes: list[str], onward: str) -> Page:
    return render_template("desk/recovery_codes.html", codes=codes, onward=onward)
