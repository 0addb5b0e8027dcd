"""A message on the case: for its holder alone, and each hearing is on the record."""

from __future__ import annotations

import sqlalchemy as sa

from intake.lifecycle import VoiceMessageStatus
from intake.message_models import VoiceMessage
from intake.models import AuditEntry
from tests.support.pages import Page

from .conftest import Desk


def _leave_message(desk: Desk, callback_id: int) -> int:
    call_id = desk.log_call(callback_id, {"log": [], "answers": {}})
    with desk.services.db.write() as db:
        row = VoiceMessage(
            call_id=call_id,
            recording_sid="RE1",
            status=VoiceMessageStatus.CLEARED,
            seconds=21,
            sound=b"RIFF sound",
            due_at=desk.clock(),
            created_at=desk.clock(),
        )
        db.add(row)
        db.flush()
        return row.id


def test_the_holder_hears_it_and_nobody_else(desk: Desk) -> None:
    filing = desk.call_in()
    message = _leave_message(desk, filing.callback_id)
    path = f"/desk/callbacks/{filing.callback_id}/messages/{message}"
    anna, ben = desk.person("anna"), desk.person("ben")
    page: Page = desk.enter(anna).presses("Nächsten Rückruf nehmen")  # type: ignore[assignment]
    page.sees("Nachricht, ", "21 Sekunden")
    assert page.client.get(path).data == b"RIFF sound"
    assert desk.enter(ben).client.get(path).status_code == 404
    assert page.client.get(f"{path}1").status_code == 404
    with desk.services.db.read() as db:
        heard = db.scalars(sa.select(AuditEntry).where(AuditEntry.action == "message_heard")).all()
        assert [(entry.actor, entry.detail) for entry in heard] == [
            (f"staff:{anna.id}", f"message:{message}")
        ]
