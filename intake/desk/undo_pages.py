"""Taking back the outcome that was just recorded."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from intake import undo
from intake.desk.accounts import account
from intake.undo import Hindrance
from intake.web import now, services

blueprint = Blueprint("undo", __name__)

HINDRANCES = {
    Hindrance.TOO_LATE: lazy_gettext("Das lässt sich nur in den ersten drei Minuten rückgängig machen."),
    Hindrance.GONE_ON: lazy_gettext("Das Anliegen ist schon weitergegangen; rückgängig geht es nicht mehr."),
    Hindrance.IN_OTHER_HANDS: lazy_gettext("Jemand anderes hat den Rückruf schon; das bleibt nun so."),
}


@blueprint.post("/attempts/<int:attempt_id>/undo")
def take_back(attempt_id: int) -> Response:
    """Take the outcome back, and be on the case again."""
    try:
        with services().db.write() as db:
            callback = undo.take_back(db, now(), attempt_id, account().id)
    except undo.UndoError as error:
        flash(HINDRANCES[error.why])
        return redirect(url_for("queue.page"), 303)
    flash(_("Rückgängig gemacht. Der Rückruf ist wieder bei Ihnen."))
    return redirect(url_for("cases.case", callback_id=callback.id), 303)
