"""Makes the public site: calm pages in German and English, without cookies and without scripts."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, render_template
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import HTTPException

from intake import desk
from intake.desk.forms import attributes
from intake.phone_numbers import display
from intake.profile_languages import PAGE_LANGUAGES
from intake.services import Services
from intake.site import form_pages, pages, status_pages
from intake.site.addresses import in_other_language, language_of_the_path, page_url
from intake.site.tokens import Tokens
from intake.web import PoDomain, believe_proxies, prepare
from intake.web_times import moment

TRANSLATIONS = Path(__file__).parent / "translations"

#: Of the forms' parts that the desk has too the words stand there; what is here goes before it.
DESKS = [Path(folder) / "translations" for folder in desk.__path__]

#: The pages by their parts; each part is there once in each language.
PARTS = (pages.blueprint, form_pages.blueprint, status_pages.blueprint)


def make_site_app(services: Services) -> Flask:
    """The public site as a WSGI app that answers under ``/``; English stands under ``/en/``."""
    app = Flask(__name__)
    app.extensions["form_tokens"] = Tokens(services.db.keys.derive("site-forms"))
    prepare(app, services, PoDomain([*DESKS, TRANSLATIONS]), language_of_the_path)
    for language in PAGE_LANGUAGES:
        prefix = None if language == PAGE_LANGUAGES[0] else f"/{language}"
        in_language = Blueprint(language, __name__, url_prefix=prefix)
        for part in PARTS:
            in_language.register_blueprint(part)
        app.register_blueprint(in_language)
    app.register_error_handler(HTTPException, _error_page)
    believe_proxies(app, services)  # forms are counted by address
    app.jinja_env.filters.update(display=display, moment=moment)
    app.jinja_env.globals.update(
        attributes=attributes,
        in_other_language=in_other_language,
        languages=PAGE_LANGUAGES,
        page_url=page_url,
    )
    return app


def _error_page(error: HTTPException) -> tuple[str, int]:
    """Say what happened in plain words; nothing of the request is repeated."""
    code = error.code or 500
    title, words = ERRORS.get(code, ERRORS[500])
    return render_template("site/error.html", title=title, words=words), code


#: Errors by their code: what happened, and what to do.
ERRORS = {
    400: (
        _("Das hat nicht geklappt"),
        _("Ihr Browser hat uns etwas Unvollständiges geschickt. Bitte laden Sie die Seite neu."),
    ),
    404: (_("Diese Seite gibt es nicht"), _("Vielleicht ist die Adresse nicht ganz richtig.")),
    405: (_("Das hat nicht geklappt"), _("Bitte beginnen Sie noch einmal auf der Startseite.")),
    410: (
        _("Diese Seite war nur eine Stunde da"),
        _("Was Sie abgeschickt haben, ist bei uns. Bei Fragen rufen Sie uns an."),
    ),
    413: (_("Das war zu viel Text"), _("Bitte gehen Sie zurück und kürzen Sie Ihre Angaben.")),
    429: (
        _("Über das Internet geht es gerade nicht"),
        _("Bitte rufen Sie uns an. Am Telefon nehmen wir alles auf."),
    ),
    500: (
        _("Da ist uns ein Fehler passiert"),
        _("Bitte versuchen Sie es in ein paar Minuten noch einmal, oder rufen Sie uns an."),
    ),
}
