"""The operator's way in a real browser, on a large screen and on a small one, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from intake import queue, staff
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Callback, Request
from intake.staff_roles import Role
from tests.support.serving import served

from .conftest import Desk, Person

pytestmark = pytest.mark.browser

SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}

WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """The desk over real HTTP."""
    with served(desk.app) as base:
        yield f"{base}/desk/"


def _guarded(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    """A page, and the list in which whatever goes wrong in it is written down."""
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(address) else faults.append(f"left: {request.url}"),
    )
    page.on(
        "console", lambda message: faults.append(message.text) if "Content Security" in message.text else None
    )
    return page, faults


def _log_in(page: Page, address: str, person: Person) -> None:
    page.goto(address)
    page.get_by_label("Anmeldename").fill(person.login)
    page.get_by_label("Passwort").fill(person.password)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rückrufe")


def _fits(page: Page) -> None:
    assert not page.evaluate(WIDER_THAN_THE_SCREEN), f"{page.url} is wider than the screen"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
@pytest.mark.parametrize("size", list(SIZES))
def test_from_the_login_to_the_open_request(
    desk: Desk, chromium: Browser, address: str, size: str, scripts: bool
) -> None:
    filing = desk.call_in()
    anna = desk.person("anna")
    context = chromium.new_context(
        viewport=SIZES[size], java_script_enabled=scripts, color_scheme="dark" if scripts else "light"
    )
    page, faults = _guarded(context, address)
    _log_in(page, address, anna)
    _fits(page) if scripts else None
    page.get_by_role("button", name="Nächsten Rückruf nehmen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Braucht Hilfe: Einkaufen")
    page.get_by_label("Wann wieder anrufen?").press("Enter")
    page.get_by_label("Notiz").fill("spricht leise")
    page.get_by_role("button", name="Nummer zeigen").click()
    expect(page.get_by_role("link", name="05692 555 1234")).to_have_attribute("href", "tel:+4956925551234")
    expect(page.get_by_label("Notiz")).to_have_value("spricht leise")
    _fits(page) if scripts else None
    page.get_by_role("button", name="Erreicht: Anliegen aufnehmen").click()
    page.get_by_label("Was genau?").fill("Wocheneinkauf")
    page.get_by_label("Dienstag vormittags").check()
    page.get_by_label("Straße und Hausnummer").fill("Lindenstraße 4")
    page.get_by_label("Die Person ist einverstanden").check()
    page.get_by_role("button", name="speichern").click()
    expect(page.get_by_role("alert").first).to_contain_text("Bitte ausfüllen")
    expect(page.get_by_label("Was genau?")).to_have_value("Wocheneinkauf")
    _fits(page) if scripts else None
    page.get_by_label("Name", exact=True).fill("Erika Beispiel")
    page.get_by_role("button", name="speichern").click()
    expect(page.get_by_role("status").first).to_contain_text("Das Anliegen ist aufgenommen")
    context.close()
    assert faults == []
    assert desk.callback(filing.callback_id).status is CallbackStatus.DONE
    with desk.services.db.read() as db:
        assert db.get_one(Request, filing.request_id).status is RequestStatus.OPEN


def test_the_open_page_shows_what_comes_in_and_keeps_still_under_the_pointer(
    desk: Desk, chromium: Browser, address: str
) -> None:
    context = chromium.new_context(viewport=SIZES["desktop"])
    page, faults = _guarded(context, address)
    _log_in(page, address, desk.person("anna"))
    expect(page.locator("body")).to_contain_text("Niemand wartet auf einen Rückruf")
    first = desk.call_in()
    expect(page.locator(f"#callback-{first.callback_id}")).to_contain_text("Einkaufen")
    expect(page.locator("[data-announce]")).to_have_text("1 Rückruf wartet")
    button = page.get_by_role("button", name="Nehmen", exact=True)
    button.hover()
    below = desk.call_in("+4956715550010", minutes=90)
    before = button.first.bounding_box()
    expect(page.locator(f"#callback-{below.callback_id}")).to_be_visible()
    assert button.first.bounding_box() == before, "what comes below moves nothing"
    with page.expect_response(lambda answer: answer.url.endswith("queue-parts") and answer.status == 200):
        above = desk.call_in("+4956715550011", minutes=10)
    with page.expect_response(lambda answer: answer.url.endswith("queue-parts")):
        page.evaluate("0")
    expect(page.locator(f"#callback-{above.callback_id}")).to_have_count(0)
    page.mouse.move(5, 5)
    expect(page.locator(f"#callback-{above.callback_id}")).to_be_visible()
    expect(page.locator("[data-announce]")).to_have_text("3 Rückrufe warten")
    context.close()
    assert faults == []


def test_on_a_long_page_what_is_in_focus_stays_where_it_is_while_others_come_in_above(
    desk: Desk, chromium: Browser, address: str
) -> None:
    for digit in range(15):
        last = desk.call_in(f"+4956715550{digit:03}", minutes=60 + digit)
    context = chromium.new_context(viewport=SIZES["phone"], reduced_motion="reduce")
    page, faults = _guarded(context, address)
    _log_in(page, address, desk.person("anna"))
    button = page.locator(f"#callback-{last.callback_id}").get_by_role("button", name="Nehmen")
    button.focus()
    before = button.bounding_box()
    above = desk.call_in("+4956715550099", minutes=10)
    expect(page.locator(f"#callback-{above.callback_id}")).to_be_visible()
    after = button.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) <= 1
    expect(button).to_be_focused()
    context.close()
    assert faults == []


def test_two_operators_race_for_one_callback_and_both_are_told_what_became_of_it(
    desk: Desk, chromium: Browser, address: str
) -> None:
    filing = desk.call_in()
    pages, faults = [], []
    for login in ("anna", "bert"):
        context = chromium.new_context(viewport=SIZES["desktop"])
        page, its_faults = _guarded(context, address)
        _log_in(page, address, desk.person(login))
        pages.append(page)
        faults.append(its_faults)
    row = f"#callback-{filing.callback_id}"
    for page in pages:
        expect(page.locator(row)).to_be_visible()
        # pressed in both browsers before either has heard of the other
        page.evaluate(f"document.querySelector('{row} button').setAttribute('id', 'race')")
    for page in pages:
        page.evaluate("document.getElementById('race').click()")
    headings = [page.get_by_role("heading", level=1) for page in pages]
    for heading in headings:
        expect(heading).to_have_text(re.compile("Braucht Hilfe: Einkaufen|Rückrufe"))
    for page in pages:
        page.wait_for_url(re.compile(r"/desk/(callbacks/\d+)?$"))
    won = [page for page in pages if "/callbacks/" in page.url]
    assert len(won) == 1
    (lost,) = [page for page in pages if page not in won]
    expect(lost.get_by_role("status").first).to_contain_text("in der Hand")
    expect(lost.locator("[data-part=others]")).to_contain_text("hat ihn noch nicht begonnen")
    won[0].get_by_role("button", name="Nummer zeigen").click()
    expect(lost.locator("[data-part=others]")).to_contain_text("telefoniert gerade")
    won[0].get_by_role("button", name="Niemand nimmt ab").click()
    expect(won[0].locator("[data-part=done]")).to_contain_text("Niemand nimmt ab")
    expect(lost.locator("[data-part=others]")).to_have_count(0)
    expect(lost.locator("[data-part=later]")).to_contain_text("1 Versuch")
    for page in pages:
        page.context.close()
    assert faults == [[], []]


def test_a_line_that_is_down_is_told_and_mended_by_itself(
    desk: Desk, chromium: Browser, address: str
) -> None:
    context = chromium.new_context(viewport=SIZES["phone"])
    page, _ = _guarded(context, address)
    _log_in(page, address, desk.person("anna"))
    context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("Die Verbindung ist unterbrochen")
    context.set_offline(False)
    filing = desk.call_in()
    expect(page.locator(f"#callback-{filing.callback_id}")).to_be_visible()
    expect(page.locator("[data-offline]")).to_be_hidden()
    context.close()


def test_a_page_that_lost_its_case_says_so(desk: Desk, chromium: Browser, address: str) -> None:
    filing = desk.call_in()
    context = chromium.new_context(viewport=SIZES["phone"])
    page, faults = _guarded(context, address)
    page.clock.install()
    _log_in(page, address, desk.person("anna"))
    page.get_by_role("button", name="Nehmen", exact=True).click()
    page.get_by_label("Notiz").fill("noch nicht fertig")
    with desk.services.db.write() as db:
        queue.release(db.get_one(Callback, filing.callback_id))
    page.clock.run_for(61_000)
    expect(page.locator("[data-lost]")).to_be_visible()
    expect(page.get_by_label("Notiz")).to_have_value("noch nicht fertig")
    context.close()
    assert [fault for fault in faults if "409" not in fault] == []


def test_the_place_is_named_while_the_postcode_is_typed(desk: Desk, chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport=SIZES["phone"])
    page, faults = _guarded(context, address)
    _log_in(page, address, desk.person("anna"))
    page.get_by_text("Menü", exact=True).click()
    page.get_by_role("link", name="Anliegen aufnehmen").click()
    page.get_by_label("Postleitzahl").press_sequentially("37194")
    expect(page.get_by_text("Wesertal / Bodenfelde")).to_be_visible()
    _fits(page)
    context.close()
    assert faults == []


def test_the_first_day_from_the_one_time_password_to_the_first_completed_callback(
    desk: Desk, chromium: Browser, address: str
) -> None:
    filing = desk.call_in()
    with desk.services.db.write() as db:
        _row, password = staff.add(db, desk.clock(), "neu", "Nele Neu", Role.OPERATOR, ("de",))
    context = chromium.new_context(viewport=SIZES["desktop"])
    page, faults = _guarded(context, address)
    page.goto(address)
    page.get_by_label("Anmeldename").fill("neu")
    page.get_by_label("Passwort").fill(password)
    page.get_by_role("button", name="Anmelden").click()
    page.get_by_label("Bisheriges Passwort").fill(password)
    page.get_by_label("Neues Passwort", exact=True).fill("vier Wörter für heute")
    page.get_by_label("Neues Passwort noch einmal").fill("vier Wörter für heute")
    page.get_by_role("button", name="Passwort ändern").click()
    expect(page.get_by_role("heading", name="Rundgang, Schritt 1 von 5: In den Dienst gehen")).to_be_visible()
    page.get_by_role("button", name="Dienst beginnen").click()
    page.get_by_role("button", name="Weiter im Rundgang").click()
    page.get_by_role("button", name="Nächsten Rückruf nehmen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Braucht Hilfe: Einkaufen")
    page.get_by_role("button", name="Weiter im Rundgang").click()
    expect(page.get_by_role("heading", name="Schritt 3 von 5: Anrufen")).to_be_visible()
    page.get_by_role("button", name="Nummer zeigen").click()
    page.get_by_role("button", name="Rundgang beenden").click()
    page.get_by_role("button", name="Erreicht: Anliegen aufnehmen").click()
    page.get_by_label("Was genau?").fill("Wocheneinkauf")
    page.get_by_label("Name", exact=True).fill("Erika Beispiel")
    page.get_by_label("Straße und Hausnummer").fill("Lindenstraße 4")
    page.get_by_label("Die Person ist einverstanden").check()
    page.get_by_role("button", name="speichern").click()
    expect(page.get_by_role("status").first).to_contain_text("Das Anliegen ist aufgenommen")
    context.close()
    assert faults == []
    assert desk.callback(filing.callback_id).status is CallbackStatus.DONE


def test_a_browser_that_crashes_in_mid_form_loses_nothing(
    desk: Desk, chromium: Browser, address: str
) -> None:
    desk.call_in()
    context = chromium.new_context(viewport=SIZES["phone"])
    page, faults = _guarded(context, address)
    _log_in(page, address, desk.person("anna"))
    page.get_by_role("button", name="Nächsten Rückruf nehmen").click()
    page.get_by_role("button", name="Erreicht: Anliegen aufnehmen").click()
    page.get_by_label("Dienstag vormittags").check()
    page.get_by_label("Was genau?").press_sequentially("Wocheneinkauf, bitte kein Glas")
    expect(page.get_by_text("Entwurf gesichert.")).to_be_visible()
    page.close()
    page, more_faults = _guarded(context, address)
    page.goto(address)
    page.get_by_role("link", name="Weiterschreiben").click()
    expect(page.get_by_label("Was genau?")).to_have_value("Wocheneinkauf, bitte kein Glas")
    expect(page.get_by_label("Dienstag vormittags")).to_be_checked()
    expect(page.get_by_role("radio", name="Einkaufen")).to_be_checked()
    page.get_by_role("button", name="Entwurf verwerfen").click()
    expect(page.get_by_label("Was genau?")).to_have_value("")
    context.close()
    assert faults + more_faults == []


def _presses_key(page: Page, key: str) -> None:
    """Press a key once the page listens for it: what is seen may be seen a moment earlier."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def test_one_key_each_presses_what_it_names_and_nothing_while_typing(
    desk: Desk, chromium: Browser, address: str
) -> None:
    filing = desk.call_in()
    context = chromium.new_context(viewport=SIZES["desktop"])
    page, faults = _guarded(context, address)
    _log_in(page, address, desk.person("anna"))
    _presses_key(page, "n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Braucht Hilfe: Einkaufen")
    page.get_by_label("Notiz").press_sequentially("4 Treppen, s und ?")
    expect(page.get_by_label("Notiz")).to_have_value("4 Treppen, s und ?")
    page.get_by_role("heading", level=1).click()
    _presses_key(page, "?")
    sheet = page.get_by_role("dialog", name="Tasten auf dieser Seite")
    expect(sheet).to_contain_text("Niemand nimmt ab")
    _presses_key(page, "4")
    page.get_by_role("button", name="Fenster schließen").click()
    expect(sheet).to_be_hidden()
    _presses_key(page, "s")
    expect(page.get_by_role("link", name="05692 555 1234")).to_be_visible()
    _presses_key(page, "4")
    expect(page.get_by_role("status").first).to_contain_text("Notiert. Nächster Versuch")
    assert desk.callback(filing.callback_id).tries == 1
    _presses_key(page, "z")
    expect(page.get_by_role("status").first).to_contain_text("Rückgängig gemacht")
    expect(page.get_by_label("Notiz")).to_have_value("4 Treppen, s und ?")
    context.close()
    assert faults == []
    assert desk.callback(filing.callback_id).status is CallbackStatus.CALLING
