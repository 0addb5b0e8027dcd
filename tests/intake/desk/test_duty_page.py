"""My duty: what one speaks and which places one rings first decide what the worker hands out."""

from __future__ import annotations

from intake import assignment
from intake.lifecycle import CallbackStatus
from intake.models import Staff
from intake.services import Job
from tests.conftest import Nudges

from .conftest import CALLER, Desk


def test_languages_and_places_are_kept_and_decide(desk: Desk, nudges: Nudges) -> None:
    anna, bert = desk.person("anna"), desk.person("bert")
    page = desk.enter(bert).follows("Nicht im Dienst").sees("Sie sind nicht im Dienst", "Wolfhagen")
    page.presses("Speichern", languages=["de", "tr"], places=["06633028"]).sees("Gespeichert")
    assert nudges[-1] is Job.ASSIGN
    page.presses("Dienst beginnen").sees("Sie sind im Dienst")
    desk.enter(anna).presses("Dienst beginnen")
    filing = desk.call_in(CALLER)
    with desk.services.db.write() as db:
        row = db.get_one(Staff, bert.id)
        assert (row.languages, row.places) == (["de", "tr"], ["06633028"])
        assert assignment.assign(db, desk.clock()) == 1
    assert desk.callback(filing.callback_id).holder_id == bert.id, "Wolfhagen is hers"


def test_ending_the_duty_gives_everything_back_at_once(desk: Desk) -> None:
    page = desk.somebody().presses("Dienst beginnen")
    filing = desk.call_in()
    with desk.services.db.write() as db:
        assignment.assign(db, desk.clock())
    page.opens("/desk/duty/").presses("Dienst beenden").sees("nicht mehr im Dienst")
    assert desk.callback(filing.callback_id).status is CallbackStatus.QUEUED


def test_what_nobody_offers_is_refused(desk: Desk) -> None:
    page = desk.somebody().opens("/desk/duty/").presses("Speichern", languages=["xx"])
    assert page.status == 422
