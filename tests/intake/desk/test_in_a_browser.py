"""The operator's way in a real browser, on a large screen and on a small one, with and without scripts."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from intake import queue
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Callback, Request

from .conftest import Desk, Person

pytestmark = pytest.mark.browser

SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}

WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """The desk over real HTTP."""
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/desk/"
    server.shutdown()
    thread.join()
    server.server_close()


def _guarded(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    """A page, and the list in which whatever goes wrong in it is written down."""
    faults: list[str] = []
    page = context.new_page()
    page.set_default_timeout(20_000)
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
    page.get_by_role("button", name="Nehmen", exact=True).hover()
    second = desk.call_in("+4956715550011", minutes=10)
    with page.expect_response(lambda answer: answer.url.endswith("queue-parts") and answer.ok):
        pass
    expect(page.locator(f"#callback-{second.callback_id}")).to_have_count(0)
    page.mouse.move(5, 5)
    expect(page.locator(f"#callback-{second.callback_id}")).to_be_visible()
    context.close()
    assert faults == []


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
    page.get_by_role("link", name="Anliegen aufnehmen").click()
    page.get_by_label("Postleitzahl").press_sequentially("37194")
    expect(page.get_by_text("Wesertal / Bodenfelde")).to_be_visible()
    _fits(page)
    context.close()
    assert faults == []
