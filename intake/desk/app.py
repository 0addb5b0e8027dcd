"""Makes the desk: one app under ``/desk/``, its sections, its guard."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flask import Flask, current_app, g, render_template, request, session
from flask_babel import lazy_gettext as _
from flask_login import LoginManager
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from intake.desk import (
    account_pages,
    alarm_pages,
    block_pages,
    case_pages,
    dialling_pages,
    done_pages,
    draft_pages,
    duty_pages,
    figures_pages,
    help_pages,
    helper_pages,
    letter_pages,
    me_pages,
    merge_pages,
    message_pages,
    paper_pages,
    queue_pages,
    request_pages,
    second_factor_pages,
    staff_pages,
    undo_pages,
    walk_in_pages,
)
from intake.desk.accounts import LANGUAGE, account, is_logged_in, load
from intake.desk.call_log import question
from intake.desk.forms import attributes
from intake.desk.guard import guard
from intake.desk.half_days import by_day
from intake.desk.sections import NavEntry, Section, Sections, home_url, sections
from intake.desk.wording import FILTERS, GLOBALS
from intake.phone_numbers import display, mask
from intake.profile_languages import PAGE_LANGUAGES
from intake.services import Services
from intake.staff_roles import Permission
from intake.web import PoDomain, believe_proxies, mount, prepare

PREFIX = "/desk"
TRANSLATIONS = Path(__file__).parent / "translations"

SECTIONS = (
    Section(account_pages.blueprint, None),
    Section(me_pages.blueprint, None),
    Section(second_factor_pages.blueprint, None),
    Section(help_pages.blueprint, None),
    Section(queue_pages.blueprint, Permission.RETURN_CALLS, (NavEntry(_("Rückrufe"), "queue.page"),)),
    Section(case_pages.blueprint, Permission.RETURN_CALLS),
    Section(dialling_pages.blueprint, Permission.RETURN_CALLS),
    Section(undo_pages.blueprint, Permission.RETURN_CALLS),
    Section(merge_pages.blueprint, Permission.RETURN_CALLS),
    Section(message_pages.blueprint, Permission.RETURN_CALLS),
    Section(request_pages.blueprint, Permission.RETURN_CALLS),
    Section(done_pages.blueprint, Permission.RETURN_CALLS),
    Section(duty_pages.blueprint, Permission.RETURN_CALLS),
    Section(
        walk_in_pages.blueprint, Permission.TAKE_REQUESTS, (NavEntry(_("Anliegen aufnehmen"), "walk_in.new"),)
    ),
    Section(draft_pages.blueprint, Permission.TAKE_REQUESTS, drafts=draft_pages.FORMS),
    Section(helper_pages.blueprint, Permission.RETURN_CALLS),
    Section(letter_pages.blueprint, Permission.RETURN_CALLS, (NavEntry(_("Briefe"), "letters.page"),)),
    Section(paper_pages.blueprint, Permission.RETURN_CALLS, (NavEntry(_("Papierliste"), "paper.page"),)),
    Section(staff_pages.blueprint, Permission.MANAGE_STAFF, (NavEntry(_("Konten"), "staff.page"),)),
    Section(alarm_pages.blueprint, Permission.SEE_ALARMS, (NavEntry(_("Alarme"), "alarms.page"),)),
    Section(figures_pages.blueprint, Permission.SEE_FIGURES, (NavEntry(_("Zahlen"), "figures.page"),)),
    Section(block_pages.blueprint, Permission.LIFT_BLOCKS, (NavEntry(_("Sperren"), "blocks.page"),)),
)


def make_desk_app(services: Services, more: Iterable[Section] = ()) -> Flask:
    """The desk as a WSGI app that answers under ``/desk/``; ``more`` are sections that other rooms bring."""
    app = Flask(__name__)
    all_sections = Sections((*SECTIONS, *more))
    app.extensions["desk_sections"] = all_sections
    app.config.update(
        SECRET_KEY=services.db.keys.derive("desk-session"),
        SESSION_COOKIE_NAME="desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=services.settings.is_encrypted,
        # A form that was open over lunch must not lose what was typed; the session's own end is enough.
        WTF_CSRF_TIME_LIMIT=None,
        # It would ask for the Referer header, which our own Referrer-Policy keeps back.
        WTF_CSRF_SSL_STRICT=False,
    )
    catalogs = [TRANSLATIONS, *(part.translations for part in all_sections if part.translations)]
    prepare(app, services, PoDomain(catalogs), _chosen_language)
    app.before_request(guard)  # before CSRF: a stranger is sent to the door whatever he brings
    CSRFProtect(app)
    login_manager = LoginManager(app, add_context_processor=False)  # pages know the account as "here"
    login_manager.user_loader(load)
    for section in all_sections:
        app.register_blueprint(section.blueprint)
    believe_proxies(app, services)  # tries to log in are counted by address
    app.register_error_handler(HTTPException, _error_page)
    app.jinja_env.filters.update(FILTERS, mask=mask, display=display, question=question, by_day=by_day)
    app.jinja_env.globals.update(GLOBALS, attributes=attributes, alarm_counts=alarm_pages.counts)
    app.context_processor(_for_every_page)
    mount(app, PREFIX)
    return app


def _chosen_language() -> str:
    return str(session.get(LANGUAGE, PAGE_LANGUAGES[0]))


def _for_every_page() -> dict[str, object]:
    # after an error of ours nothing is asked of the database, which may be what failed
    here = account() if "failed" not in g and is_logged_in() else None
    if here is None:
        return {"here": None, "nav": [], "home": ""}
    toured = here.tour_step >= len(help_pages.TOUR) or request.endpoint not in help_pages.TOUR_PAGES
    tour = () if toured or not here.returns_calls else help_pages.TOUR
    at_home = request.endpoint == sections().home(here)
    kept = draft_pages.to_come_back_to() if at_home and here.may(Permission.TAKE_REQUESTS) else []
    return {
        "here": here,
        "nav": sections().nav(here),
        "home": home_url(here),
        "tour": tour,
        "kept_drafts": kept,
    }


def _error_page(error: HTTPException) -> tuple[str, int]:
    """Say what happened in plain words; nothing of the request is repeated."""
    code = error.code or 500
    if code >= 500:
        g.failed = True
    words = ERRORS.get(code, ERRORS[500])
    if isinstance(error, CSRFError) and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        words = NO_COOKIE
    return render_template("desk/error.html", code=code, words=words), code


NO_COOKIE = (
    _("Ihr Browser hat das Cookie der Anmeldung nicht mitgeschickt"),
    _(
        "Beginnt die Adresse mit http://, öffnen Sie die Seite mit https://. Sonst erlauben Sie ihr in den "
        "Einstellungen des Browsers, Cookies zu setzen."
    ),
)


ERRORS = {
    400: (_("Das hat nicht geklappt"), _("Die Seite war zu lange offen. Bitte laden Sie sie neu.")),
    403: (_("Dafür fehlt Ihnen das Recht"), _("Diese Seite gehört zu einer anderen Aufgabe.")),
    404: (_("Diese Seite gibt es nicht"), _("Die Adresse stimmt nicht, oder der Vorgang ist abgeschlossen.")),
    405: (_("Das hat nicht geklappt"), _("Bitte gehen Sie zurück und versuchen Sie es noch einmal.")),
    413: (_("Das war zu viel Text"), _("Bitte kürzen Sie Ihre Angaben.")),
    500: (_("Da ist uns ein Fehler passiert"), _("Nichts ist verloren. Bitte versuchen Sie es noch einmal.")),
}
