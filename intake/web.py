"""What the public site and the desk share: languages from .po files, security headers, their paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, request
from flask_babel import Babel, Domain, get_locale
from flask_bootstrap import Bootstrap5
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from intake.profile_languages import PAGE_LANGUAGES
from intake.services import Services

#: Larger than any form of ours filled to its limits, and small enough to shrug off.
LARGEST_BODY = 256 * 1024

#: Everything comes from ourselves. Bootstrap's own style sheet draws its check marks as data: images.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


#: Once a browser was here by https it does not come by http again: a year, as is usual (RFC 6797).
STRICT_TRANSPORT = "max-age=31536000"


class RowNumber(IntegerConverter):
    """A row's number in an address: plain digits, and no more than the database's integers hold."""

    regex = "[0-9]{1,10}"

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **{"max": 2**31 - 1, **options})


class PoDomain(Domain):  # type: ignore[misc]  # the library ships no types
    """Translations read from ``.po`` files when first needed, so that nothing compiled is kept."""

    def __init__(self, directories: Iterable[Path]) -> None:
        super().__init__()
        self._directories = tuple(directories)
        self._loaded: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """The translations of the request's language; none for German, in which the code is written."""
        locale = get_locale()
        language = locale.language if locale else PAGE_LANGUAGES[0]
        if language not in self._loaded:
            self._loaded[language] = load_translations(self._directories, language)
        return self._loaded[language]


def load_translations(directories: Iterable[Path], language: str) -> NullTranslations:
    """The catalogs of a language in all ``directories``, joined; a later one overrides an earlier."""
    joined = Catalog(locale=language)
    for path in (folder / language / "LC_MESSAGES" / "messages.po" for folder in directories):
        if path.is_file():
            with path.open("rb") as file:
                for message in read_po(file, locale=language):
                    if message.id:
                        joined.delete(message.id)  # else the catalog keeps its first string for it
                        joined[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, joined)
    compiled.seek(0)
    return Translations(compiled)


def services() -> Services:
    """What the app was made with."""
    return cast(Services, current_app.extensions["services"])


def now() -> datetime:
    """The app's clock: aware UTC."""
    return services().clock()


def page_language() -> str:
    """The two-letter code of the language that the page is shown in."""
    locale = get_locale()
    return str(locale.language) if locale else PAGE_LANGUAGES[0]


def in_words(texts: Mapping[str, str]) -> str:
    """A text of the profile in the page's language; the profile has each in all of them."""
    return texts[page_language()]


def place_name(ags: str | None) -> str:
    """The municipality with that official key; empty if there is none."""
    place = services().profile.places.municipality(ags) if ags else None
    return place.municipality if place else ""


def prepare(app: Flask, parts: Services, languages: PoDomain, choose_language: Any) -> None:
    """Give an app what both share. ``choose_language()`` returns the request's two-letter code."""
    app.extensions["services"] = parts
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, MAX_CONTENT_LENGTH=LARGEST_BODY)
    app.url_map.converters["int"] = RowNumber
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Bootstrap5(app)
    babel = Babel(
        app,
        default_locale=PAGE_LANGUAGES[0],
        default_timezone=parts.profile.timezone,
        locale_selector=choose_language,
    )
    babel.domain_instance = languages
    app.jinja_env.globals.update(
        profile=parts.profile,
        page_language=page_language,
        in_words=in_words,
        place_name=place_name,
        now=now,
    )
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Security headers on everything; pages are kept in no cache, static files are."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if services().settings.is_encrypted:
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    if request.endpoint is None or not request.endpoint.endswith("static"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def came_unencrypted() -> bool:
    """Whether this page was asked for by http where the house is reached by https: no cookie will come back.

    TLS ends at a proxy, so its word counts; where it says nothing, another name than the public one tells.
    """
    told = request.headers.get("X-Forwarded-Proto", "https" if request.is_secure else "")
    settings = services().settings
    elsewhere = request.host != urlsplit(settings.public_base_url).netloc
    return settings.is_encrypted and (told == "http" or (not told and elsewhere))


def believe_proxies(app: Flask, parts: Services) -> None:
    """Take a sender's address from so many proxies of our own as the settings say: limits count by it."""
    count = parts.settings.trusted_proxies
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=0)  # type: ignore[method-assign]


def mount(app: Flask, prefix: str) -> None:
    """Put the whole app under ``prefix``: its routes need not repeat it, and ``url_for`` adds it."""
    app.wsgi_app = DispatcherMiddleware(NotFound(), {prefix: app.wsgi_app})  # type: ignore[method-assign]
    app.config["SESSION_COOKIE_PATH"] = prefix
