"""The operators' first page: what is in hand, what is due, what comes later, and the unfinished calls."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from intake import attempts, audit, claims, leads, queue
from intake.desk import alarm_pages, queue_filters, queue_view
from intake.desk.accounts import account
from intake.desk.case_pages import outcome_first
from intake.models import Callback, Staff
from intake.services import Job
from intake.web import now, page_language, services

blueprint = Blueprint("queue", __name__)


#: In the session: what this operator last chose to see, so that it holds when she comes back from a case.
_FILTERS = "queue_filters"


@blueprint.get("/")
def page() -> str:
    """The queue. Filters stand in the address; without any, those chosen last hold until they are cleared."""
    if request.args:
        session[_FILTERS] = queue_filters.asked(request.args).chosen
    filters = queue_filters.asked(session.get(_FILTERS, {}))
    with services().db.read() as db:
        seen = queue_view.look(db, now(), account().id, filters)
    return render_template(
        "desk/queue.html",
        queue=seen,
        most=queue_view.COUNT_AT_MOST,
        filters=filters,
        choices=queue_filters.choices(),
    )


@blueprint.get("/queue-parts")
def parts() -> Response:
    """The lists alone, for a page that keeps itself fresh; "not modified" while nothing has changed.

    Every open page asks twice a second, so the lists are put into words only where they differ.
    """
    filters = queue_filters.asked(request.args)
    with services().db.read() as db:
        seen = queue_view.look(db, now(), account().id, filters)
    etag = seen.fingerprint(page_language(), filters, alarm_pages.counts())
    response = Response(status=304) if etag in request.if_none_match else None
    if response is None:
        words = render_template(
            "desk/queue_parts.html", queue=seen, most=queue_view.COUNT_AT_MOST, filters=filters
        )
        response = make_response(words)
    response.set_etag(etag)
    return response


@blueprint.post("/next")
def take_next() -> Response:
    """Take what is due first."""
    with services().db.read() as db:
        open_one = attempts.without_outcome(db, account().id)
    if open_one is not None:
        return outcome_first(open_one)
    taken = claims.take_next(services().db, now(), account().id, account().languages)
    if taken is None:
        flash(_("Gerade wartet kein Rückruf."))
        return redirect(url_for("queue.page"), 303)
    return redirect(url_for("cases.case", callback_id=taken), 303)


@blueprint.post("/callbacks/<int:callback_id>/take")
def take(callback_id: int) -> Response:
    """Take one certain callback, unless somebody was quicker."""
    with services().db.write() as db:
        callback = db.get(Callback, callback_id) or abort(404)
        open_one = attempts.without_outcome(db, account().id)
        if open_one not in (None, callback_id):
            return outcome_first(open_one)
        taken = queue.take(db, now(), callback_id, account().id)
        holder = db.get(Staff, callback.holder_id) if callback.holder_id and not taken else None
    if taken or (holder and holder.id == account().id):
        return redirect(url_for("cases.case", callback_id=callback_id), 303)
    if holder:
        flash(_("Diesen Rückruf hat schon %(name)s in der Hand.", name=holder.name))
    else:
        flash(_("Dieser Rückruf ist schon erledigt."))
    return redirect(url_for("queue.page"), 303)


@blueprint.post("/leads/<int:call_id>/call-back")
def call_back_lead(call_id: int) -> Response:
    """Put an unfinished call into the queue."""
    with services().db.write() as db:
        call = leads.find(db, call_id)
        filed = None
        if call is not None and leads.can_be_rung(call):
            filed = leads.call_back(db, now(), services().profile, call)
            audit.append(db, now(), audit.by_staff(account().id), "lead_filed", f"call:{call_id}")
    if filed is None:
        flash(_("Dieser Anruf ist schon bearbeitet."))
    else:
        services().nudge(Job.ASSIGN)
        flash(_("Der Anruf steht jetzt als Rückruf in der Liste."))
    return redirect(url_for("queue.page"), 303)


@blueprint.post("/leads/<int:call_id>/dismiss")
def dismiss_lead(call_id: int) -> Response:
    """Put an unfinished call aside."""
    with services().db.write() as db:
        call = leads.find(db, call_id)
        if call is not None:
            leads.dismiss(now(), call)
            audit.append(db, now(), audit.by_staff(account().id), "lead_dismissed", f"call:{call_id}")
    flash(_("Der Anruf ist abgelegt.") if call else _("Dieser Anruf ist schon bearbeitet."))
    return redirect(url_for("queue.page"), 303)
