"""The coordinators' pages: open requests, and for each the ranked helpers with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from intake import audit, groups, locks
from intake.desk.accounts import account
from intake.desk.sections import NavEntry, Section
from intake.lifecycle import IllegalMove
from intake.models import Request
from intake.phone_numbers import display
from intake.services import Job
from intake.staff_roles import Permission
from intake.web import now, services
from matching import exclusions, offers, unmatched
from matching.desk import clear_view, district_map, paging, view, waiting_view
from matching.desk.waiting_view import Filters, State
from matching.desk.words import PROPOSAL_WORDS, STATE_WORDS, TROUBLE_WORDS, WAY_WORDS, became
from matching.exclusion_models import Side
from matching.models import Proposal
from matching.offers import OfferError

blueprint = Blueprint(
    "matching", __name__, url_prefix="/matching", template_folder="templates", static_folder="static"
)

SECTION = Section(
    blueprint,
    Permission.MATCH,
    nav=(NavEntry(_("Vermittlung"), "matching.page"),),
    translations=Path(__file__).parent / "translations",
)

#: Characters of a note to whoever takes a request on.
NOTE_AT_MOST = 1000

#: What went wrong with a decision, in the coordinator's words.
FAULTS = {
    "not_open": _("Dieser Vorschlag ist nicht mehr offen. Hier sind die neuesten."),
    "reason_lower": _("Bitte schreiben Sie, warum Sie nicht den ersten Vorschlag nehmen."),
    "reason_reject": _("Bitte schreiben Sie, warum es nicht passt."),
    "nobody_chosen": _("Bitte wählen Sie jemanden aus."),
    "asked_already": _(
        "Es wird schon jemand gefragt. Bitte warten Sie die Antwort ab oder nehmen Sie die Frage zurück."
    ),
    "no_taker": _("Bitte wählen Sie, wer das Anliegen übernimmt."),
    "barred": _("Diese Person kommt für das Anliegen nicht in Frage; die Gründe stehen dabei."),
    "gone_out": _("Die Frage ist schon unterwegs."),
    "overtaken": _("Diese Anfrage gilt nicht mehr. Nichts wurde geändert."),
}

#: In the session: what this coordinator last narrowed the list to, so that it holds from case to case.
_FILTERS = "matching_filters"


@blueprint.get("/")
def page() -> str:
    """The waiting requests, the urgent and the old first."""
    filters, state = _filters(), _state()
    number = paging.asked_for()
    profile = services().profile
    with services().db.read() as db:
        return render_template(
            "matching/requests.html",
            counts=waiting_view.counts(db, filters),
            listed=waiting_view.listed(db, profile, filters, state, number),
            chosen=state,
            filters=filters,
            states=STATE_WORDS,
            words=PROPOSAL_WORDS,
            became=became,
            drawing=district_map.draw_counts(profile, waiting_view.by_place(db, filters)),
            next=waiting_view.neighbours(db, filters).next,
            clear=clear_view.how_many(db),
            just=view.just_chosen(db, _after()),
        )


def _filters() -> Filters:
    """Those of the address; without any, those chosen last hold until they are cleared."""
    if {"category", "place"} & set(request.args):
        session[_FILTERS] = _known(request.args).chosen
    return _known(session.get(_FILTERS, {}))


def _known(asked: Mapping[str, str]) -> Filters:
    profile = services().profile
    categories = {category.id for category in profile.categories}
    places = {waiting_view.NO_PLACE, *(place.ags for place in profile.places.municipalities())}
    category, place = asked.get("category", ""), asked.get("place", "")
    return Filters(category if category in categories else "", place if place in places else "")


def _state() -> State | None:
    asked = request.args.get("state")
    return State(asked) if asked in set(State) else None


def _after() -> int:
    """The request that was decided just before; 0 if none was."""
    return request.args.get("after", 0, type=int)


@blueprint.get("/<int:request_id>")
def proposals(request_id: int) -> str:
    """One request with its ranked helpers."""
    return _page_of(request_id)


@blueprint.post("/proposals/<int:proposal_id>/approve")
def approve(proposal_id: int) -> Response | tuple[str, int]:
    """Choose this helper; the question goes out."""

    def act(db: Session, at: datetime, row: Proposal) -> None:
        reason, auto_next = request.form.get("reason", ""), "auto_next" in request.form
        offers.approve(db, services().profile, at, row, account().id, reason, auto_next)

    done = _("Ausgewählt. Bis die Frage hinausgeht, lässt sich die Auswahl zurücknehmen.")
    return _decide(proposal_id, act, done, go_on=True)


@blueprint.post("/<int:request_id>/ask")
def ask(request_id: int) -> Response | tuple[str, int]:
    """Have several asked at once; who accepts first helps."""
    ticked = _ticked()
    reason = request.form.get("reason", "")
    try:
        with services().db.write() as db:
            db.get(Request, request_id) or abort(404)
            query = sa.select(Proposal).where(Proposal.id.in_(ticked), Proposal.request_id == request_id)
            chosen = db.scalars(query.order_by(Proposal.rank)).all()
            offers.ask(db, services().profile, now(), chosen, account().id, reason)
    except OfferError as error:
        typed = {("matching.ask", request_id): reason}
        return _page_of(request_id, fault=FAULTS[str(error)], typed=typed, ticked=ticked), 409
    done = _("Ausgewählt. Bis die Fragen hinausgehen, lässt sich die Auswahl zurücknehmen.")
    return after_decision(request_id, done, go_on=True)


@blueprint.post("/<int:request_id>/hand-over")
def hand_over(request_id: int) -> Response | tuple[str, int]:
    """Give the request to a group or a contact point, where no single helper fits."""
    taker, note = request.form.get("taker", ""), request.form.get("note", "")[:NOTE_AT_MOST]
    try:
        with services().db.write() as db:
            row = db.get(Request, request_id) or abort(404)
            locks.hold(db, row)
            if taker not in dict(unmatched.takers(db, services().profile, row)):
                raise OfferError("no_taker")
            if offers.is_asked(db, request_id):
                raise OfferError("asked_already")
            unmatched.hand_over(db, now(), row, taker, note, account().id)
    except OfferError as error:
        return _page_of(request_id, fault=FAULTS[str(error)], note=note), 409
    except IllegalMove:
        return _page_of(request_id, fault=FAULTS["overtaken"], note=note), 409
    return after_decision(request_id, _("Weitergegeben."), go_on=True)


@blueprint.post("/<int:request_id>/pair")
def pair(request_id: int) -> Response | tuple[str, int]:
    """Compare the two that are ticked."""
    ticked = _ticked()
    with services().db.read() as db:
        query = sa.select(Proposal.helper_id).where(
            Proposal.id.in_(ticked), Proposal.request_id == request_id
        )
        helpers = db.scalars(query.order_by(Proposal.rank)).all()
    if len(helpers) != 2:
        return _page_of(request_id, fault=_("Bitte kreuzen Sie genau zwei an."), ticked=ticked), 409
    return redirect(url_for("insight.compare", request_id=request_id, helper=helpers), 303)


@blueprint.post("/proposals/<int:proposal_id>/reject")
def reject(proposal_id: int) -> Response | tuple[str, int]:
    """Decide against this pair."""

    def act(db: Session, at: datetime, row: Proposal) -> None:
        offers.reject(db, at, row, account().id, request.form.get("reason", ""))
        never = request.form.get("never", "")
        if never in set(Side):
            actor = audit.by_staff(account().id)
            exclusions.exclude(db, at, row.request, row.helper_id, Side(never), actor, account().id)

    return _decide(proposal_id, act, _("Abgelehnt. Die Vorschläge werden neu berechnet."))


@blueprint.post("/proposals/<int:proposal_id>/take-back")
def take_back(proposal_id: int) -> Response | tuple[str, int]:
    """Undo a choice while the question has not gone out."""

    def act(db: Session, at: datetime, row: Proposal) -> None:
        offers.take_back(db, at, row, account().id)

    return _decide(proposal_id, act, _("Zurückgenommen."))


@blueprint.post("/proposals/<int:proposal_id>/accepted")
def accepted(proposal_id: int) -> Response | tuple[str, int]:
    """The helper said yes to the coordinator in person."""

    def act(db: Session, at: datetime, row: Proposal) -> None:
        if offers.accept(db, services().profile, at, row, audit.by_staff(account().id)) is None:
            raise OfferError("overtaken")

    return _decide(proposal_id, act, _("Zugesagt. Ein Rückruf sagt der Person, wer kommt."), Job.ASSIGN)


@blueprint.post("/proposals/<int:proposal_id>/declined")
def declined(proposal_id: int) -> Response | tuple[str, int]:
    """The helper said no to the coordinator in person."""

    def act(db: Session, at: datetime, row: Proposal) -> None:
        offers.decline(db, at, row, audit.by_staff(account().id), request.form.get("reason", ""))

    return _decide(proposal_id, act, _("Abgesagt. Die Vorschläge werden neu berechnet."))


@blueprint.post("/proposals/<int:proposal_id>/number")
def number(proposal_id: int) -> str:
    """Show a helper's number on purpose; it is noted who did."""
    with services().db.write() as db:
        row = db.get(Proposal, proposal_id) or abort(404)
        audit.append(db, now(), audit.by_staff(account().id), "number_shown", f"helper:{row.helper_id}")
        shown = {row.id: display(row.helper.number)} if row.helper.number else {}
        request_id = row.request_id
    return _page_of(request_id, shown=shown)


def _decide(
    proposal_id: int,
    act: Callable[[Session, datetime, Proposal], None],
    done: Any,
    *jobs: Job,
    go_on: bool = False,
) -> Response | tuple[str, int]:
    """Carry out a decision in one transaction; on a fault the page again, with what was typed."""
    try:
        with services().db.write() as db:
            row = db.get(Proposal, proposal_id) or abort(404)
            request_id = row.request_id
            act(db, now(), row)
    except OfferError as error:
        typed = {(request.endpoint, proposal_id): request.form.get("reason", "")}
        return _page_of(request_id, fault=FAULTS[str(error)], typed=typed), 409
    return after_decision(request_id, done, *jobs, go_on=go_on)


def after_decision(request_id: int, done: Any, *jobs: Job, go_on: bool = False) -> Response:
    """Wake whom it concerns. Show what has become of the request, or ``go_on`` with the next to decide."""
    for job in (Job.PROPOSALS, Job.DUTIES, *jobs):
        services().nudge(job)
    flash(gettext(str(done)))
    with services().db.read() as db:
        row = db.get_one(Request, request_id)
        following = waiting_view.neighbours(db, _filters(), row).next if go_on else None
    if following is None:
        return redirect(url_for("matching.proposals", request_id=request_id), 303)
    return redirect(url_for("matching.proposals", request_id=following, after=request_id), 303)


def _ticked() -> set[int]:
    return {int(each) for each in request.form.getlist("proposal") if each.isdecimal()}


def _page_of(request_id: int, **more: Any) -> str:
    with services().db.read() as db:
        row = db.get(Request, request_id) or abort(404)
        cards, decided = view.cards(db, services().profile, request_id)
        around = view.around(db, request_id)
        return render_template(
            "matching/proposals.html",
            row=row,
            cards=cards,
            ways=WAY_WORDS,
            troubles=TROUBLE_WORDS,
            decided=decided,
            became=became,
            words=PROPOSAL_WORDS,
            drawing=_drawing(row, cards),
            around=around,
            neighbours=waiting_view.neighbours(db, _filters(), row),
            just=view.just_chosen(db, _after()),
            groups=groups.fitting(db, row.category, row.ags),
            takers=unmatched.takers(db, services().profile, row),
            **{"fault": None, "typed": {}, "shown": {}, "ticked": set(), "note": "", **more},
        )


def _drawing(row: Request, cards: list[view.Card]) -> district_map.Drawing:
    """Where the request is, and where those who are proposed or asked live, by rank."""
    helpers = [(card.proposal.helper.ags, str(card.proposal.rank)) for card in cards]
    return district_map.draw_pairs(services().profile, row.ags, helpers)
