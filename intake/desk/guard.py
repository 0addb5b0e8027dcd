"""The guard at the desk's door: one check before every request, by section and not route by route."""

from __future__ import annotations

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from intake.desk.accounts import account, is_logged_in, note_visit
from intake.desk.draft_pages import keep_for_later
from intake.desk.sections import home_url, sections

#: For everybody: the door itself, and the files that its page is made of.
OPEN = frozenset(
    {"account.login", "second_factor.at_login", "account.language", "static", "bootstrap.static"}
)

#: All that an account with a one-time password may do before it has one of its own.
BEFORE_CHANGE = OPEN | {"account.password", "account.logout"}

#: All that one may do before the second step is set up, where the district asks for it.
BEFORE_FACTOR = BEFORE_CHANGE | {"second_factor.page", "second_factor.begin", "second_factor.new"}

#: Asked by an open page on its own, so it is no sign of a person.
BY_THE_PAGE = frozenset({"queue.parts", "cases.keep", "dialling.progress"})


def guard() -> Response | None:
    """Let through who may; send the anonymous to the login, refuse the rest."""
    endpoint = request.endpoint or ""
    if endpoint in OPEN:
        return None
    if not is_logged_in():
        keep_for_later()
        return redirect(url_for("account.login"), 303)
    note_visit(by_person=endpoint not in BY_THE_PAGE)
    first = _what_comes_first(endpoint)
    if first is not None:
        return redirect(url_for(first), 303)
    if request.endpoint is None:
        return None  # there is no such page; Flask says so
    if not sections().allows(account(), endpoint):
        if request.path == "/":  # the desk's address, which everybody is told: lead on to one's own work
            return redirect(home_url(account()), 303)
        abort(403)
    return None


def _what_comes_first(endpoint: str) -> str | None:
    """The page that an account has to see to before it may go on to this one; None if there is none."""
    if account().must_change and endpoint not in BEFORE_CHANGE:
        return "account.password"
    if account().must_set_factor and endpoint not in BEFORE_FACTOR:
        return "second_factor.page"
    return None
