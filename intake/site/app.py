"""Makes the public site: three calm pages in German and English, without cookies and without scripts."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from flask import Blueprint, Flask, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from intake.hours import is_open, next_opening
from intake.phone_numbers import display
from intake.profile import WEEKDAYS, Profile
from intake.profile_languages import PAGE_LANGUAGES
from intake.profile_parts import Span
from intake.services import Services
from intake.web import PoDomain, now, prepare, services
from intake.web_times import day_names, moment

TRANSLATIONS = Path(__file__).parent / "translations"

blueprint = Blueprint("pages", __name__)


def make_site_app(services: Services) -> Flask:
    """The public site as a WSGI app that answers under ``/``; English stands under ``/en/``."""
    app = Flask(__name__)
    prepare(app, services, PoDomain([TRANSLATIONS]), _language_of_the_path)
    first, *others = PAGE_LANGUAGES
    app.register_blueprint(blueprint, name=first)
    for language in others:
        app.register_blueprint(blueprint, name=language, url_prefix=f"/{language}")
    app.register_error_handler(HTTPException, _error_page)
    app.jinja_env.filters.update(display=display, moment=moment)
    app.jinja_env.globals.update(languages=PAGE_LANGUAGES)
    return app


def _language_of_the_path() -> str:
    first = request.path.split("/")[1]
    return first if first in PAGE_LANGUAGES else PAGE_LANGUAGES[0]


@blueprint.get("/")
def home() -> str:
    """What the hotline is, its number, its hours."""
    profile = services().profile
    return render_template(
        "site/home.html",
        hours=opening_hours(profile),
        is_open=is_open(profile, now()),
        next_opening=next_opening(profile, now()),
    )


@blueprint.get("/tipps")
def tips() -> str:
    """The profile's advice for those who help and those who are helped."""
    return render_template("site/tips.html")


@blueprint.get("/datenschutz")
def privacy() -> str:
    """What is stored, who sees it and for how long, in plain words."""
    return render_template("site/privacy.html")


def opening_hours(profile: Profile) -> list[tuple[str, str]]:
    """The week's hours in lines: neighbouring days with the same hours stand together."""
    names = dict(zip(WEEKDAYS, day_names(), strict=True))
    lines = []
    for spans, days in groupby(WEEKDAYS, key=lambda day: profile.hours.get(day, ())):
        lines.append((_days([names[day] for day in days]), _times(spans)))
    return lines


def _days(names: list[str]) -> str:
    match names:
        case [one]:
            return one
        case [first, second]:
            return str(_("%(first)s und %(second)s", first=first, second=second))
        case [first, *_between, last]:
            return str(_("%(first)s bis %(last)s", first=first, last=last))
    raise ValueError("a line of opening hours has at least one day")


def _times(spans: tuple[Span, ...]) -> str:
    if not spans:
        return str(_("geschlossen"))
    times = (_("%(start)s bis %(end)s Uhr", start=f"{s.start:%H:%M}", end=f"{s.end:%H:%M}") for s in spans)
    return ", ".join(str(time) for time in times)


def _error_page(error: HTTPException) -> tuple[str, int]:
    return render_template("site/error.html"), error.code or 500
