"""Blocked numbers: what is blocked now, why and until when; and lifting a block."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from intake import blocks
from intake.desk.accounts import account
from intake.web import now, services

blueprint = Blueprint("blocks", __name__)


@blueprint.get("/blocks/")
def page() -> str:
    """Every block in force."""
    with services().db.read() as db:
        rows = blocks.in_force(db, now())
    return render_template("desk/blocks.html", rows=rows)


@blueprint.post("/blocks/<int:block_id>/lift")
def lift(block_id: int) -> Response:
    """Take calls from the number again."""
    with services().db.write() as db:
        was_in_force = blocks.lift(db, now(), block_id, account().id)
    flash(_("Die Sperre ist aufgehoben.") if was_in_force else _("Die Sperre war schon zu Ende."))
    return redirect(url_for("blocks.page"), 303)
