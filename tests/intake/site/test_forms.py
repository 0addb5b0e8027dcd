"""Forms of the public pages file what a call files, once, and tell nobody what is on record for a number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import blocks, queue, references, registry, staff
from intake.db import number_hash
from intake.hours import Window
from intake.kinds import BestTime, CallbackKind
from intake.lifecycle import CallbackStatus, HelperStatus, RequestStatus
from intake.models import AuditEntry, Callback
from intake.registry import Told
from intake.services import Job
from intake.site.app import make_site_app
from intake.staff_roles import Role
from tests.conftest import Nudges
from tests.support.pages import Page, check_page

from .conftest import HELP, NUMBER, Site, reference_on

E164 = "+4956925551234"

FORMS = ("/hilfe", "/mithelfen", "/gruppen")


def test_a_daughter_asks_for_her_mother(any_site: Site, nudges: Nudges) -> None:
    page = any_site.opens("/").follows("Ich brauche Hilfe").sees("Lieber am Telefon?", "112")
    any_site.clock.moves(minutes=3)
    page.presses(
        "Absenden",
        **HELP,
        for_whom="other",
        best_time="afternoon",
        language="tr",
        name="Frau Beispiel",
        text="Bitte lange klingeln lassen.\nSie hört schwer.",
    )
    assert page.status == 200
    page.sees(
        "Danke. Ihr Wunsch ist bei uns.", "Dienstag, 24. November, 12:00 bis 13:00 Uhr", "nie nach Geld"
    )
    (request,), (callback,) = any_site.requests, any_site.callbacks
    assert reference_on(page) == request.reference
    assert references.is_valid(reference_on(page))
    assert (request.source, request.status, request.category) == ("web", RequestStatus.NEW, "shopping")
    assert (request.number, request.postcode, request.language) == (E164, "34466", "tr")
    assert (request.name, request.consented_at) == (None, None), "the operator asks for both herself"
    assert (callback.kind, callback.status) == (CallbackKind.INTAKE, CallbackStatus.QUEUED)
    assert (callback.best_time, callback.language) == (BestTime.AFTERNOON, "tr")
    assert callback.note == (
        "Internet – für jemand anderen, Frau Beispiel: Bitte lange klingeln lassen.\nSie hört schwer."
    )
    assert nudges == [Job.ASSIGN]
    with any_site.services.db.read() as db:
        entry = db.scalars(sa.select(AuditEntry)).one()
        assert (entry.actor, entry.action, entry.detail) == ("site", "form_taken", "help, consented")


def test_who_asks_for_herself_is_known_by_name(site: Site) -> None:
    site.sends(name="Erika Beispiel")
    assert site.requests[0].name == "Erika Beispiel"


def test_only_what_is_necessary_has_to_be_filled_in(site: Site) -> None:
    page = site.opens("/hilfe").presses("Absenden")
    assert page.status == 422
    page.sees("Bitte wählen Sie eines aus.", "Bitte geben Sie eine Telefonnummer an.")
    page.sees("Ohne Ihr Einverständnis dürfen wir nichts aufschreiben.")
    page.presses("Absenden", category="other", number="0151 23456789", consent="y")
    assert page.status == 200
    (request,) = site.requests
    assert (request.postcode, request.ags, request.in_district) == (None, None, True)


def test_consent_is_not_given_beforehand(site: Site) -> None:
    for path in FORMS:
        text = site.opens(path).client.get(path).text
        box = text[text.index('id="consent"') - 200 : text.index('id="consent"') + 200]
        assert "checked" not in box


def test_somebody_wants_to_help(site: Site) -> None:
    site.sends("/mithelfen", name="Anton", text="Samstags mit Auto").sees("dass Sie helfen möchten", "Uhr")
    (helper,), (callback,) = site.helpers, site.callbacks
    assert (helper.status, helper.name, helper.postcode) == (HelperStatus.LEAD, "Anton", "34466")
    assert (callback.kind, callback.helper_id) == (CallbackKind.HELPER_LEAD, helper.id)
    assert callback.note == "Internet – Anton: Samstags mit Auto"
    assert site.requests == []


def test_a_club_gets_in_touch(any_site: Site) -> None:
    any_site.sends("/gruppen", group="").sees("Bitte nennen Sie Ihre Gruppe.")
    page = any_site.sends("/gruppen", name="Herr Vorstand", text="Wir kaufen ein.")
    page.sees("dass Sie helfen möchten").sees_nothing_of("Vorgangsnummer")
    (callback,) = any_site.callbacks
    assert (callback.kind, callback.request_id, callback.helper_id) == (CallbackKind.GROUP_LEAD, None, None)
    assert callback.note == "Internet – Nachbarn Wolfhagen, Herr Vorstand: Wir kaufen ein."


@pytest.mark.parametrize("wrong", ["110", "0900 1234567", "+43 1 234567", "032 12345678", "0561", "abc"])
def test_only_numbers_that_may_be_rung_are_taken(site: Site, wrong: str) -> None:
    page = site.sends(number=wrong)
    assert page.status == 422
    page.holds(number=wrong, postcode="34466")
    assert site.callbacks == []


def test_the_area_code_of_the_place_is_added_and_read_back(site: Site) -> None:
    page = site.sends(number="555 1234").sees("Wir haben die Vorwahl Ihres Ortes ergänzt.")
    assert page.status == 422
    page.holds(number=NUMBER)
    page.presses("Absenden").sees("Danke. Ihr Wunsch ist bei uns.")
    assert site.callbacks[0].number == E164
    site.sends(number="555 1299", postcode="").sees("Bitte geben Sie die Nummer mit der Vorwahl an.")


def test_a_postcode_of_several_places_asks_which(site: Site) -> None:
    page = site.sends(postcode="37194").sees("gehört zu mehreren Orten", "Wesertal", "Bodenfelde")
    assert page.status == 422
    outside = next(place for place in site.services.profile.places.lookup("37194") if not place.in_district)
    page.presses("Absenden", ags=outside.ags)
    page.sees("Bodenfelde liegt außerhalb von unserem Gebiet. Wir rufen Sie trotzdem an")
    (request,) = site.requests
    assert (request.ags, request.in_district) == (outside.ags, False), "marked for hand-over"


def test_an_unknown_postcode_is_no_dead_end(site: Site) -> None:
    page = site.sends(postcode="99999").sees("Diese Postleitzahl kennen wir nicht.", "das Feld leer")
    page.presses("Absenden", postcode="").sees("Danke. Ihr Wunsch ist bei uns.")


def test_the_closing_page_may_be_loaded_again_and_goes_after_an_hour(site: Site) -> None:
    page = site.sends()
    told, address = page.text, page.path
    assert "4956925551234" not in address
    assert page.opens(address).text == told
    page.follows("English").sees("Thank you. We have your request.", "Tuesday, 24 November")
    site.clock.moves(hours=1, minutes=1)
    page.opens(address).sees("Diese Seite war nur eine Stunde da")
    assert page.status == 410
    assert len(site.callbacks) == len(site.requests) == 1
    assert Page(site.app).opens("/danke/forged-1-0").status == 404


def test_a_double_click_and_the_back_button_make_no_second_row(any_site: Site) -> None:
    page = any_site.opens("/hilfe")
    fields = {**page._page.forms[0].fields, **HELP}
    first = any_site.app.test_client().post("/hilfe", data=fields)
    again = any_site.app.test_client().post("/hilfe", data=fields)
    assert (first.status_code, first.location) == (303, again.location)
    (callback,) = any_site.callbacks
    assert callback.times_called == 1
    changed = any_site.app.test_client().post(
        "/hilfe", data={**fields, "postcode": "34369"}, follow_redirects=True
    )
    assert "Was Sie danach geändert haben, ist nicht angekommen" in changed.text
    assert len(any_site.requests) == len(any_site.forms) == 1


def test_the_same_form_sent_at_one_moment_is_taken_once(any_site: Site) -> None:
    fields = {**any_site.opens("/hilfe")._page.forms[0].fields, **HELP}

    def send(_: int) -> int:
        return any_site.app.test_client().post("/hilfe", data=fields).status_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(send, range(6))) == [303] * 6
    assert len(any_site.requests) == len(any_site.callbacks) == 1
    assert any_site.callbacks[0].times_called == 1


def test_different_forms_for_one_number_at_one_moment_meet_in_one_callback(any_site: Site) -> None:
    forms = [{**any_site.opens("/hilfe")._page.forms[0].fields, **HELP} for _ in range(4)]

    def send(fields: dict[str, str | list[str]]) -> int:
        return any_site.app.test_client().post("/hilfe", data=fields).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, forms)) == [303] * 4
    assert len(any_site.requests) == len(any_site.callbacks) == 1
    assert any_site.callbacks[0].times_called == 4
    assert len(any_site.receipts) == 3


def test_a_second_form_adds_to_what_is_open_and_tells_nothing_of_it(any_site: Site) -> None:
    with any_site.services.db.write() as db:  # somebody had called, and was promised the morning after
        tomorrow = any_site.clock() + timedelta(days=1)
        told = Told(E164, "de", "shopping", "34466")
        known = registry.file_request(
            db, any_site.clock(), told, Window(tomorrow, tomorrow + timedelta(hours=1))
        )
    at_known = any_site.sends(text="Es eilt jetzt doch.")
    at_fresh = any_site.sends(number="05692 555 1235")
    theirs, others = reference_on(at_known), reference_on(at_fresh)
    assert at_known.text.replace(theirs, "") == at_fresh.text.replace(others, "").replace(
        " ".join((others[:2], others[2:4], others[4:])), " ".join((theirs[:2], theirs[2:4], theirs[4:]))
    )
    assert theirs not in (known.reference, others)
    callback = next(each for each in any_site.callbacks if each.id == known.callback_id)
    assert callback.times_called == 2
    assert callback.note == "Internet – Es eilt jetzt doch."
    assert callback.due_at == any_site.forms[0].promised_until, "what was told now is kept as well"
    assert callback.due_at < tomorrow
    assert len(any_site.callbacks) == len(any_site.requests) == 2


def test_a_different_need_is_a_request_of_its_own(site: Site) -> None:
    site.sends()
    site.sends(category="driving")
    assert [request.category for request in site.requests] == ["shopping", "driving"]
    assert site.receipts == []


def test_a_form_that_is_too_quick_too_old_or_not_ours_comes_back_with_what_was_typed(site: Site) -> None:
    page = Page(site.app).opens("/hilfe").presses("Absenden", **HELP).sees("Das ging sehr schnell.")
    site.clock.moves(days=2)
    page.holds(number=NUMBER).presses("Absenden").sees("Das Formular war lange offen.")
    site.clock.moves(seconds=5)
    page.holds(number=NUMBER).presses("Absenden", token="made-up-0").sees("Das Formular war lange offen.")
    assert site.forms == []
    site.clock.moves(seconds=5)
    page.presses("Absenden").sees("Danke. Ihr Wunsch ist bei uns.")


def test_a_page_of_somebody_else_cannot_send_a_form_from_here(site: Site) -> None:
    fields = {**site.opens("/hilfe")._page.forms[0].fields, **HELP}
    client = site.app.test_client()
    assert client.post("/hilfe", data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 422
    assert site.forms == []
    assert client.post("/hilfe", data=fields, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def _refused(page: Page) -> str:
    assert page.status == 429
    page.sees("Über das Internet geht es gerade nicht", "Bitte rufen Sie uns an", "0561 1003 1177")
    return page.text


def test_a_program_that_fills_in_everything_is_turned_away(site: Site) -> None:
    _refused(site.sends(more="https://spam.example"))
    assert site.forms == []


def test_one_number_is_taken_as_often_as_it_may_call(any_site: Site) -> None:
    for _ in range(any_site.services.profile.limits.calls_per_hour):
        assert any_site.sends().status == 200
    _refused(any_site.sends())
    assert any_site.callbacks[0].times_called == any_site.services.profile.limits.calls_per_hour
    assert any_site.sends(number="05692 555 1235").status == 200
    any_site.clock.moves(hours=1)
    assert any_site.sends().status == 200


def test_one_address_cannot_send_without_end(site: Site) -> None:
    for number in range(12):
        assert site.sends(number=f"05692 555 12{number:02}").status == 200
    _refused(site.sends(number="05692 555 1299"))
    site.clock.moves(hours=1)
    assert site.sends(number="05692 555 1299").status == 200
    assert len(site.forms) == 13
    hashes = {form.address_hash for form in site.forms}
    assert len(hashes) == 1
    assert b"127.0.0.1" not in hashes.pop()


def test_a_blocked_number_hears_what_a_limit_says(site: Site) -> None:
    with site.services.db.write() as db:
        eva, _password = staff.add(db, site.clock(), "eva", "Eva", Role.COORDINATOR, ("de",))
        blocks.block(db, site.clock(), number_hash(db, E164), 7, "Beschimpft das Team", eva.id)
    blocked = _refused(site.sends())
    assert site.forms == []
    assert site.callbacks == []
    for number in range(12):
        site.sends(number=f"05692 555 13{number:02}")
    assert _refused(site.sends(number="05692 555 1399")) == blocked


def test_no_page_sets_a_cookie_or_loads_from_elsewhere(site: Site) -> None:
    client = site.app.test_client()
    paths = ["/", "/tipps", "/datenschutz", "/hilfe", "/mithelfen", "/gruppen", "/stand", "/nothing"]
    fields = {**site.opens("/hilfe")._page.forms[0].fields, **HELP}
    done = client.post("/hilfe", data=fields)
    answers = [done, client.post("/hilfe"), client.post("/stand"), client.get(done.location)]
    answers += [client.get(prefix + path) for path in paths for prefix in ("", "/en")]
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        if answer.status_code != 303:
            check_page(answer)
            assert "<script" not in answer.text


def test_every_page_is_there_in_english(site: Site) -> None:
    page = site.opens("/en/hilfe").sees(
        "I need help", "Who is the help for?", "Shopping", "Türkçe", "العربية"
    )
    page.presses("Send").sees("Please choose one.", "Please give a telephone number.")
    page.presses("Send", **HELP | {"postcode": "37194"}).sees("Several places share this postcode.")
    assert page.path == "/en/hilfe"
    page.presses("Send", postcode="34466").sees(
        "Thank you. We have your request.", "11:", "never ask for money"
    )
    assert site.requests[0].language == "en"


def test_a_busy_callback_keeps_its_holder(site: Site) -> None:
    site.sends()
    with site.services.db.write() as db:
        row = db.scalars(sa.select(Callback)).one()
        row.status = CallbackStatus.CALLING
        assert queue.find_open(db, E164, "shopping") is row
    site.sends(text="noch etwas")
    assert site.callbacks[0].status is CallbackStatus.CALLING
    assert "noch etwas" in (site.callbacks[0].note or "")


def test_behind_a_proxy_senders_are_told_apart_by_the_address_that_it_reports(site: Site) -> None:
    settings = site.services.settings.model_copy(update={"trusted_proxies": 1})
    app = make_site_app(replace(site.services, settings=settings))
    for host in range(13):
        fields = {**site.opens("/hilfe")._page.forms[0].fields, **HELP, "number": f"05692 555 12{host:02}"}
        headers = {"X-Forwarded-For": f"203.0.113.9, 192.0.2.{host}"}
        assert app.test_client().post("/hilfe", data=fields, headers=headers).status_code == 303
    assert len({form.address_hash for form in site.forms}) == 13
