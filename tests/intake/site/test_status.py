"""Asking about an earlier request: with its reference and its number, and what is wanted now."""

from __future__ import annotations

import pytest

from intake import guesses, queue, references, registry
from intake.db import number_hash
from intake.kinds import CallbackKind
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Callback, Request
from intake.site.status_pages import SENTENCES
from tests.support.pages import Page

from .conftest import NUMBER, Site, reference_on


def asks(site: Site, reference: str, number: str = NUMBER) -> Page:
    """Somebody asks how an earlier request stands."""
    page = site.opens("/stand")
    return page.presses("Nachsehen", reference=reference, number=number)  # type: ignore[return-value]


def _ends_callbacks(site: Site) -> None:
    """The team has rung everybody."""
    with site.services.db.write() as db:
        for row in site.callbacks:
            callback = db.get_one(Callback, row.id)
            queue.move(callback, CallbackStatus.DONE)
            callback.closed_at = site.clock()


def test_each_status_is_one_sentence(site: Site) -> None:
    reference = reference_on(site.sends())
    assert set(SENTENCES) == set(RequestStatus) - {RequestStatus.ERASED}
    for status, sentence in SENTENCES.items():
        with site.services.db.write() as db:
            db.get_one(Request, 1).status = status
        asks(site, f" {reference[:3]}-{reference[3:]} ").sees(str(sentence))
    with site.services.db.write() as db:
        db.get_one(Request, 1).status = RequestStatus.ERASED
    asks(site, reference).sees("finden wir nichts")


def test_the_help_is_needed_still(any_site: Site) -> None:
    page = asks(any_site, reference_on(any_site.sends()))
    page.presses("brauche die Hilfe noch").sees("Gut, es bleibt dabei.", "Wir kümmern uns darum")
    assert any_site.callbacks[0].times_called == 2
    page.opens(page.path).sees("Gut, es bleibt dabei.")
    assert any_site.callbacks[0].times_called == 2


def test_the_help_is_needed_no_more(any_site: Site) -> None:
    reference = reference_on(any_site.sends())
    page = asks(any_site, reference).presses("nicht mehr").sees("wirklich nicht mehr gebraucht?")
    assert any_site.requests[0].status is RequestStatus.NEW
    page.presses("Nein").sees("So steht es um Ihr Anliegen").presses("nicht mehr").presses("Ja")
    page.sees("Danke, dass Sie Bescheid sagen.", "Melden Sie sich gern wieder.")
    assert any_site.requests[0].status is RequestStatus.WITHDRAWN
    assert any_site.callbacks[0].status is CallbackStatus.DONE
    again = asks(any_site, reference).sees("Ihr Wunsch wurde zurückgenommen.")
    again.sees_nothing_of("Ich brauche die Hilfe nicht mehr")
    again.presses("brauche die Hilfe noch").sees("Dienstag, 24. November")
    assert [each.kind for each in any_site.callbacks] == [CallbackKind.INTAKE, CallbackKind.STATUS]


def test_please_call_me(any_site: Site) -> None:
    reference = reference_on(any_site.sends())
    _ends_callbacks(any_site)
    page = asks(any_site, reference).presses("Bitte rufen Sie mich an").sees("Gern. Wir rufen Sie an.", "Uhr")
    callback = any_site.callbacks[-1]
    assert (callback.kind, callback.request_id) == (CallbackKind.STATUS, any_site.requests[0].id)
    page.opens(page.path)
    assert len(any_site.callbacks) == 2


def test_the_reference_alone_is_not_enough(site: Site) -> None:
    reference = reference_on(site.sends())
    wrong = asks(site, reference, "05692 555 9999").sees("finden wir nichts")
    assert wrong.status == 422
    other = asks(site, references.make(99_999), NUMBER)
    assert wrong.text == other.text, "nothing tells which of the two is known"


def test_a_slip_of_the_finger_is_no_guess(site: Site) -> None:
    reference = reference_on(site.sends())
    slipped = reference[:5] + str((int(reference[5]) + 1) % 10)
    for _ in range(6):
        asks(site, slipped).sees("Diese Ziffern stimmen noch nicht.")
    asks(site, reference).sees("So steht es um Ihr Anliegen")
    asks(site, "", "").sees("Bitte geben Sie die sechs Ziffern an.", "Bitte geben Sie eine Telefonnummer an.")


def test_guessing_shuts_the_door_for_an_hour(any_site: Site) -> None:
    reference = reference_on(any_site.sends())
    for number in range(4):
        asks(any_site, reference, f"05692 555 99{number:02}").sees("finden wir nichts")
    shut = asks(any_site, reference)
    assert shut.status == 429
    shut.sees("Bitte rufen Sie uns an")
    any_site.clock.moves(hours=1)
    asks(any_site, reference).sees("So steht es um Ihr Anliegen")


def test_guessing_at_one_number_from_everywhere_shuts_it_here_but_not_on_the_telephone(site: Site) -> None:
    reference = reference_on(site.sends())
    for host in range(4):
        fields = {**site.opens("/stand")._page.forms[0].fields, "number": NUMBER}
        fields["reference"] = references.make(host)
        client = site.app.test_client()
        client.post("/stand", data=fields, environ_base={"REMOTE_ADDR": f"192.0.2.{host}"})
    assert asks(site, reference).status == 429
    with site.services.db.read() as db:
        from_the_telephone = number_hash(db, "+4956925551234")
        assert not guesses.too_many(db, site.clock(), from_the_telephone)


def test_a_form_that_was_added_leads_to_the_request_once_its_number_was_rung(any_site: Site) -> None:
    reference_on(any_site.sends())
    with any_site.services.db.write() as db:
        db.get_one(Request, 1).status = RequestStatus.PROPOSED
    added = reference_on(any_site.sends())
    page = asks(any_site, added).sees("Ihr Wunsch ist bei uns. Wir rufen Sie bald an.")
    page.presses("brauche die Hilfe noch").sees("Gut, es bleibt dabei.")
    assert any_site.callbacks[0].times_called == 3
    asks(any_site, added).presses("Bitte rufen Sie mich an").sees("Gern. Wir rufen Sie an.")
    assert any_site.callbacks[0].times_called == 4
    assert len(any_site.callbacks) == 1
    _ends_callbacks(any_site)
    asks(any_site, added).sees("Wir haben jemanden im Blick")
    with any_site.services.db.read() as db:
        found = registry.find_by_reference(db, added)
        assert found is not None
        assert found.id == 1


def test_whoever_takes_an_added_form_back_does_not_end_somebody_elses_request(any_site: Site) -> None:
    any_site.sends()
    added = reference_on(any_site.sends())
    page = asks(any_site, added).presses("nicht mehr").presses("Ja")
    page.sees("Danke, dass Sie Bescheid sagen.")
    assert any_site.requests[0].status is RequestStatus.NEW
    assert any_site.callbacks[0].status is CallbackStatus.QUEUED
    assert any_site.callbacks[0].note == "Internet – wird nicht mehr gebraucht"
    again = asks(any_site, added).sees("Ihr Wunsch wurde zurückgenommen.")
    again.presses("brauche die Hilfe noch").sees("Dienstag, 24. November")
    assert any_site.callbacks[0].times_called == 3


def test_who_has_no_telephone_is_not_found_here(site: Site) -> None:
    with site.services.db.write() as db:
        told = registry.Told("", "de", "shopping", "34466")
        reference = registry.new_request(db, site.clock(), told, "desk").reference
    assert reference
    asks(site, reference).sees("finden wir nichts")


@pytest.mark.parametrize("wish", ["still_needed", "not_needed", "call_me"])
def test_a_wish_without_the_right_pair_changes_nothing(site: Site, wish: str) -> None:
    reference = reference_on(site.sends())
    fields = {**site.opens("/stand")._page.forms[0].fields, "number": "05692 555 1", "reference": reference}
    answer = site.app.test_client().post(f"/stand/{wish}", data={**fields, "sure": "1"})
    assert answer.status_code == 422
    assert site.requests[0].status is RequestStatus.NEW
    assert len(site.callbacks) == len(site.forms) == 1
