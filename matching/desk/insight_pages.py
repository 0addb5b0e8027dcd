"""Looking closer: two helpers side by side, why anybody is not the chosen one, what was proposed before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.desk.accounts import account
from intake.desk.sections import Section
from intake.models import Helper, Request
from intake.staff_roles import Permission
from intake.web import now, services
from matching import by_hand, explain, offers
from matching.desk import directory_view, paging, view
from matching.desk.pages import FAULTS, after_decision
from matching.desk.words import became
from matching.explain import Explained, NotWaiting
from matching.offers import OfferError

blueprint = Blueprint("insight", __name__, url_prefix="/matching/<int:request_id>")

SECTION = Section(blueprint, Permission.MATCH)

#: So many helpers are explained at once; a narrower search finds the rest.
EXPLAINED_AT_MOST = 10

Page = Response | str | tuple[str, int]


@dataclass(frozen=True)
class Column:
    """A helper beside another: who she is, her points in words, and what speaks against her."""

    helper: Helper
    points: int | None
    parts: tuple[view.Part, ...]
    against: tuple[str, ...]


@blueprint.get("/compare")
def compare(request_id: int) -> Page:
    """Two helpers side by side, as the address names them; more or fewer make no comparison."""
    chosen = [int(each) for each in request.args.getlist("helper") if each.isdecimal()]
    if len(set(chosen)) != 2:
        return redirect(url_for("matching.proposals", request_id=request_id))
    with services().db.read() as db:
        row = db.get(Request, request_id) or abort(404)
        columns = _columns(db, request_id, [db.get(Helper, each) or abort(404) for each in chosen])
        names = [part.name for column in columns for part in column.parts]
        return render_template(
            "matching/compare.html", row=row, columns=columns, names=list(dict.fromkeys(names))
        )


@blueprint.get("/why-not")
def why_not(request_id: int) -> Page:
    """Why this helper is not the chosen one: whoever is searched for by a part of the name."""
    words = request.args.get("who", "").strip()
    with services().db.read() as db:
        wanted = directory_view.Wanted(words=words)
        found = directory_view.listed(db, services().profile, wanted).rows if words else ()
        return _why_not_page(db, request_id, words, found)


@blueprint.post("/choose/<int:helper_id>")
def choose(request_id: int, helper_id: int) -> Page:
    """Ask this helper all the same, with a reason; never one whom a rule bars."""
    profile, reason = services().profile, request.form.get("reason", "")
    try:
        with services().db.read() as db:
            (wanted,) = explain.explain(db, profile, now(), request_id, [helper_id])
        with services().db.write() as db:
            row = by_hand.propose(db, now(), request_id, wanted)
            offers.approve(db, profile, now(), row, account().id, reason)
    except NotWaiting:
        abort(404)
    except OfferError as error:
        with services().db.read() as db:
            helper = db.get(Helper, helper_id) or abort(404)
            name = helper.name or ""
            return _why_not_page(db, request_id, name, [helper], FAULTS[str(error)], reason), 409
    return after_decision(
        request_id,
        _("Ausgewählt. Bis die Frage hinausgeht, lässt sich die Auswahl zurücknehmen."),
        go_on=True,
    )


def _why_not_page(
    db: Session, request_id: int, words: str, found: Sequence[Helper], fault: Any = "", typed: str = ""
) -> str:
    row = db.get(Request, request_id) or abort(404)
    columns = _columns(db, request_id, list(found[:EXPLAINED_AT_MOST]))
    columns.sort(key=lambda each: -1 if each.points is None else each.points, reverse=True)
    more = len(found) > EXPLAINED_AT_MOST
    return render_template(
        "matching/why_not.html", row=row, words=words, columns=columns, more=more, fault=fault, typed=typed
    )


@blueprint.get("/history")
def history(request_id: int) -> Page:
    """What was proposed before, with the reasons that held then."""
    number = paging.asked_for()
    with services().db.read() as db:
        row = db.get(Request, request_id) or abort(404)
        past = view.past(db, services().profile, request_id, number)
        return render_template("matching/history.html", row=row, past=past, became=became)


def _columns(db: Session, request_id: int, helpers: list[Helper]) -> list[Column]:
    try:
        told = explain.explain(db, services().profile, now(), request_id, [helper.id for helper in helpers])
    except NotWaiting:
        abort(404)
    return [_column(helper, each) for helper, each in zip(helpers, told, strict=True)]


def _column(helper: Helper, told: Explained) -> Column:
    profile: Any = services().profile
    parts = view.parts(profile, [part.as_json for part in told.score.parts]) if told.score else ()
    against = tuple(view.in_words_of(profile, reason.to_json()) for reason in told.against)
    return Column(helper, told.score.total if told.score else None, parts, against)
