"""Looking closer: two helpers side by side, why anybody is not the chosen one, what was proposed before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake.desk.sections import Section
from intake.models import Helper, Request
from intake.staff_roles import Permission
from intake.web import now, services
from matching import explain
from matching.desk import directory_view, view
from matching.desk.words import PROPOSAL_WORDS
from matching.explain import Explained, NotWaiting

blueprint = Blueprint("insight", __name__, url_prefix="/matching/<int:request_id>")

SECTION = Section(blueprint, Permission.MATCH)

#: So many helpers are explained at once; a narrower search finds the rest.
EXPLAINED_AT_MOST = 10

Page = Response | str


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
        row = db.get(Request, request_id) or abort(404)
        wanted = directory_view.Wanted(words=words)
        found = directory_view.listed(db, services().profile, wanted).helpers if words else ()
        columns = _columns(db, request_id, list(found[:EXPLAINED_AT_MOST]))
        return render_template(
            "matching/why_not.html",
            row=row,
            words=words,
            columns=columns,
            more=len(found) > EXPLAINED_AT_MOST,
        )


@blueprint.get("/history")
def history(request_id: int) -> Page:
    """What was proposed before, with the reasons that held then."""
    number = max(request.args.get("page", 1, type=int), 1)
    with services().db.read() as db:
        row = db.get(Request, request_id) or abort(404)
        past = view.past(db, services().profile, request_id, number)
        return render_template("matching/history.html", row=row, past=past, words=PROPOSAL_WORDS)


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
