"""The case: what its holder sees, what each outcome does, and what happens when it is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import audit, queue, registry
from intake.kinds import CallbackKind, CallOutcome
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Attempt, AuditEntry, Callback, Request
from intake.profile import AttemptOutcome
from intake.services import Job
from tests.conftest import Nudges
from tests.support.pages import Page

from .conftest import CALLER, Desk

NUMBER, MASKED = "05692 555 1234", "05692 ••• ••34"

LOG = [
    [0, 0, "pick_up", "answered", {}],
    [1, 12, "menu", "1", {}],
    [2, 24, "need", "1", {}],
    [3, 33, "number_type", "05692111222", {}],
    [4, 40, "number_check", "2", {}],
    [5, 48, "time", "*", {}],
    [6, 55, "postcode", "37194", {}],
    [7, 63, "which_place", "2", {}],
    [8, 70, "place_check", "silence", {}],
    [9, 81, "time", "2", {}],
    [10, 85, "earlier", "failed 11200", {}],
    [11, 90, "person", "taken CA1", {}],
    "not a turn at all",
]


def _taken(desk: Desk, login: str = "anna") -> Page:
    page = desk.somebody(login)
    return page.presses("Nächsten Rückruf nehmen")  # type: ignore[return-value]


def _actions(desk: Desk) -> list[str]:
    with desk.services.db.read() as db:
        assert audit.verify(db) is None
        return list(db.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def test_what_the_caller_said_stands_there_in_words(desk: Desk) -> None:
    filing = desk.call_in(minutes=25)
    desk.call_in()
    desk.log_call(filing.callback_id, {"log": LOG, "answers": {}})
    desk.log_call(None, {}, outcome=CallOutcome.SILENT_FILED, step="need")
    with desk.services.db.write() as db:
        registry.new_request(db, desk.clock(), desk.told(category="driving"), "desk")
    page = _taken(desk)
    page.sees("Braucht Hilfe: Einkaufen", "Wolfhagen", "Deutsch", "jederzeit", "2-mal, zuletzt 10:00 Uhr")
    page.sees("Versprochen: 09:25 bis 10:25 Uhr", "in 25 Min.", str(filing.reference))
    page.sees("10:00:12", "Hauptmenü braucht Hilfe", "Wobei wird Hilfe gebraucht? Einkaufen")
    page.sees("eine Nummer eingetippt", "Stimmt die Nummer? nein", "noch einmal hören", "37194 Wesertal")
    page.sees("Welcher Ort? Taste 2", "keine Eingabe", "Wann passt der Rückruf? nachmittags", "Störung")
    page.sees("am Ende zum Team durchgestellt")
    page.sees("Früher von dieser Nummer", "Fahrt oder Begleitung · neu", "ohne Eingabe, Rückruf versprochen")
    page.sees("hier ist Anna vom Bürgertelefon", "Wir fragen nie nach Geld")
    page.sees_nothing_of("111222").presses("English").sees("What is help needed with? Shopping")
    page.sees("hier ist Anna vom Bürgertelefon")


def test_the_number_is_shown_on_purpose_and_on_record(desk: Desk) -> None:
    filing = desk.call_in()
    page = _taken(desk).sees(MASKED).sees_nothing_of(NUMBER)
    assert desk.callback(filing.callback_id).opened_at == desk.clock()
    page.presses("Nummer zeigen", note="leise Stimme").sees(NUMBER, "leise Stimme").sees_nothing_of(MASKED)
    assert desk.callback(filing.callback_id).status is CallbackStatus.CALLING
    page.client.get(page.path)
    assert _actions(desk).count("number_shown") == 1


@pytest.mark.parametrize("outcome", list(AttemptOutcome))
def test_every_outcome_of_the_profile_can_be_recorded(desk: Desk, nudges: Nudges, outcome: str) -> None:
    filing = desk.call_in()
    rule = desk.services.profile.retry[AttemptOutcome(outcome)]
    page = _taken(desk)
    if outcome == AttemptOutcome.REACHED_COMPLETE:
        page.presses("Erreicht: Anliegen aufnehmen", note="so war es").sees("Das Anliegen", "so war es")
        return
    asked = "2026-11-25T15:30" if outcome == AttemptOutcome.CALL_AGAIN else ""
    page.presses(rule.label["de"], note="so war es", again_at=asked).sees("Notiert")
    callback = desk.callback(filing.callback_id)
    assert callback.holder_id is None
    assert callback.status is (CallbackStatus.DONE if rule.closes else CallbackStatus.QUEUED)
    assert Job.ASSIGN in nudges
    with desk.services.db.read() as db:
        attempt = db.scalars(sa.select(Attempt)).one()
        assert (attempt.outcome, attempt.note) == (outcome, "so war es")


def test_to_call_again_takes_a_time_on_the_districts_clock(desk: Desk) -> None:
    filing = desk.call_in()
    page = _taken(desk)
    later = "bittet um späteren Anruf"
    page.presses(later, note="nach dem Arzt").sees("Bitte sagen Sie, wann", "nach dem Arzt")
    assert page.status == 422
    page.presses(later, again_at="2026-11-24T09:00").sees("schon vorbei", "nach dem Arzt")
    page.presses(later, again_at="2026-11-25T15:30")
    page.sees("Nächster Versuch: Mi. 25.11., 15:30 Uhr", "Später")
    not_before = desk.callback(filing.callback_id).not_before
    assert desk.local(not_before).hour == 15
    page.presses("Nehmen").sees("Bisherige Versuche", "bittet um späteren Anruf · Anna", "nach dem Arzt")


def test_only_its_holder_opens_a_case(desk: Desk) -> None:
    filing = desk.call_in()
    path = f"/desk/callbacks/{filing.callback_id}"
    bert = desk.somebody("bert").opens(path).sees("nicht in Ihrer Hand", "Er liegt in der Liste")
    bert.sees_nothing_of("Wolfhagen").presses("Diesen Rückruf nehmen").sees("Wolfhagen", MASKED)
    anna = desk.somebody("anna").opens(path).sees("Bert hat ihn gerade").sees_nothing_of("Wolfhagen")
    assert anna.status == 409
    assert "Nehmen" not in " ".join(anna.buttons)
    bert.opens(path).presses("Falsche Nummer")
    anna.opens(path).sees("inzwischen erledigt")
    assert anna.opens("/desk/callbacks/999").status == 404


@pytest.mark.parametrize("button", ["Nummer zeigen", "Niemand nimmt ab", "Erreicht", "Ich kenne die Person"])
def test_a_lost_lease_keeps_the_note_and_changes_nothing(desk: Desk, button: str) -> None:
    filing = desk.call_in()
    page = _taken(desk)
    desk.clock.now += queue.LEASE_OPEN + timedelta(minutes=1)
    with desk.services.db.write() as db:
        queue.free_expired(db, desk.clock())
    desk.somebody("bert").presses("Nehmen")
    page.presses(button, note="lange Geschichte").sees("Bert hat ihn gerade", "lange Geschichte")
    assert page.status == 409
    assert desk.callback(filing.callback_id).tries == 0
    assert "number_shown" not in _actions(desk)


def test_a_case_that_nobody_took_meanwhile_is_taken_again(desk: Desk) -> None:
    desk.call_in()
    page = _taken(desk)
    with desk.services.db.write() as db:
        queue.free_expired(db, desk.clock() + timedelta(hours=2))
    page.presses("Besetzt", note="lange Geschichte").sees("länger nicht bearbeitet", "lange Geschichte")
    page.presses("Diesen Rückruf nehmen").sees(MASKED)


def test_the_open_page_keeps_its_case(desk: Desk) -> None:
    filing = desk.call_in()
    page = _taken(desk)
    token = page._page.forms[-1].fields["csrf_token"]
    path = f"/desk/callbacks/{filing.callback_id}/keep"
    for _ in range(3):
        desk.clock.now += queue.LEASE_OPEN - timedelta(minutes=1)
        assert page.client.post(path, headers={"X-CSRFToken": token}).status_code == 204
        with desk.services.db.write() as db:
            assert queue.free_expired(db, desk.clock()) == 0
    with desk.services.db.write() as db:
        queue.free_expired(db, desk.clock() + timedelta(hours=1))
    assert page.client.post(path, headers={"X-CSRFToken": token}).status_code == 409


def test_what_is_given_back_takes_its_note_along(desk: Desk) -> None:
    filing = desk.call_in()
    _taken(desk).presses("Ich spreche die Sprache nicht", note="spricht nur Türkisch").sees("wieder frei")
    assert desk.callback(filing.callback_id).promised_until is not None
    bert = _taken(desk, "bert").sees("Hinweis", "spricht nur Türkisch")
    bert.presses("Mir fehlt gerade die Zeit", note="ich auch nicht")
    _taken(desk, "carla").sees("spricht nur Türkisch ich auch nicht")


def test_nobody_is_rung_at_night(desk: Desk) -> None:
    desk.call_in()
    page = _taken(desk).sees_nothing_of("Um diese Zeit").presses("Mir fehlt gerade die Zeit")
    desk.clock.moves(hours=11)
    desk.enter(desk.people["anna"], page).opens("/desk/").presses("Nehmen")
    page.sees("Um diese Zeit rufen wir niemanden an: nur von 08:00 bis 20:00 Uhr")
    assert "Nummer zeigen" not in page.buttons


def test_a_page_left_open_into_the_night_dials_nobody_and_keeps_the_note(desk: Desk) -> None:
    filing = desk.call_in()
    page = _taken(desk)
    desk.clock.moves(hours=9)
    desk.enter(desk.people["anna"], page).opens(f"/desk/callbacks/{filing.callback_id}")
    desk.clock.moves(hours=2)
    page.presses("Nummer zeigen", note="Tochter fragen").sees("erst wieder ab Mi. 25.11., 08:00 Uhr")
    page.sees("Tochter fragen").sees_nothing_of("555 1234")
    assert desk.callback(filing.callback_id).status is CallbackStatus.ASSIGNED


def test_the_script_is_in_the_callers_language(desk: Desk) -> None:
    desk.call_in(language="en", minutes=10)
    page = _taken(desk).sees("Englisch", "this is Anna from the Bürgertelefon", "we never ask for money")
    page.presses("Falsche Nummer")
    desk.call_in("+4956715550011", language="tr")
    page.opens("/desk/").presses("Nehmen").sees("Türkisch", "Bürgertelefon hattından Anna")
    page.sees("hier ist Anna vom Bürgertelefon", "Jemand anderes ist am Apparat", "Mit wem spreche ich?")
    page.sees("Der Anrufbeantworter geht an", "Sie erreichen uns unter 0561 1003 1177")
    page.presses("English").sees("this is Anna from the Bürgertelefon", "Bürgertelefon hattından Anna")


@pytest.mark.parametrize("kind", [kind for kind in CallbackKind if kind is not CallbackKind.INTAKE])
def test_other_duties_are_done_with_one_button(desk: Desk, kind: CallbackKind) -> None:
    with desk.services.db.write() as db:
        request = registry.new_request(db, desk.clock(), desk.told(), "phone")
        request.status = RequestStatus.MATCHED
        callback, _ = queue.file_callback(
            db,
            desk.clock(),
            kind=kind,
            told_number=CALLER,
            need=kind.value,
            language="de",
            window=desk.window(),
            request=request,
            note="Frau Berg kommt am Dienstag",
        )
    page = _taken(desk).sees("Frau Berg kommt am Dienstag", "Einkaufen")
    page.presses("Erreicht und besprochen").sees("Der Rückruf ist abgeschlossen")
    assert desk.callback(callback.id).status is CallbackStatus.DONE
    with desk.services.db.read() as db:
        assert db.get_one(Callback, callback.id).outcome == "reached_complete"
        assert db.get_one(Request, request.id).status is RequestStatus.MATCHED
