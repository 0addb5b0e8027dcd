"""Browsers in which somebody was logged in before: their tries at that login are counted by themselves.

So a stranger who guesses at an account from elsewhere does not keep its owner out (OWASP, "Slow Down Online
Guessing Attacks with Device Cookies"). It spares nobody the password or the second factor.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from intake.web import services

#: The cookie that says which login a browser knows; it outlives the session, and is worth nothing by itself.
COOKIE = "desk_known"

_LASTS = timedelta(days=180)


def name_for(login: str) -> str:
    """The name of this browser if it was in that account before; else ""."""
    try:
        known, name = _signer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError):
        return ""
    return str(name) if known == _key(login) else ""


def remember(response: Response, login: str) -> Response:
    """Let the browser know that it was in that account."""
    config = current_app.config
    response.set_cookie(
        COOKIE,
        str(_signer().dumps([_key(login), name_for(login) or secrets.token_hex(16)])),
        max_age=_LASTS,
        path=config["SESSION_COOKIE_PATH"],
        secure=config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _key(login: str) -> str:
    """A login as the cookie has it: not in clear, because others may sit at the same computer."""
    return services().db.keys.hash(f"known:{login.strip().lower()}").hex()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or b"", salt="known-browser")
