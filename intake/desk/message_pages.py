"""The sound of a message that a caller left: for the holder of its callback alone, each hearing audited."""

from __future__ import annotations

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from intake import audit, messages, queue
from intake.desk.accounts import account
from intake.web import now, services

blueprint = Blueprint("messages", __name__)


@blueprint.get("/callbacks/<int:callback_id>/messages/<int:message_id>")
def sound(callback_id: int, message_id: int) -> Response:
    """The message as a WAV file. The page asks for it only when somebody presses "play"."""
    with services().db.write() as db:
        callback = queue.seen_by(db, callback_id, account().id)
        found = messages.sound_of(db, callback_id, message_id) if callback else None
        if found is not None:
            who = audit.by_staff(account().id)
            audit.append(db, now(), who, "message_heard", f"callback:{callback_id}", f"message:{message_id}")
    if found is None:
        abort(404)
    return Response(found, mimetype="audio/wav", headers={"Cache-Control": "no-store"})
