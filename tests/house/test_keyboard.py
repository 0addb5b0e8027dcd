"""The public pages and the work at the desk with the keys alone, from the first form to the outcome."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import Page, expect

from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Request
from tests.conftest import MovableClock
from tests.support.axe import Judge

from .street import Street
from .walking import log_in

#: No page of ours has so many stops.
MOST_TABS = 60

#: What is in focus: its words, and whether its ring is drawn and on the screen.
FOCUS = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  const outlined = style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 3;
  const ringed = outlined && style.boxShadow !== "none";
  const inSight = box.height > 1 && box.bottom > 0 && box.top < innerHeight && box.right > 0;
  const words = (here.labels?.[0] ?? here).innerText.trim();
  return { words, seen: here === document.body || (ringed && inSight) };
}"""


class Keyboard:
    """Goes through pages with the keys alone, and sees to it that one always sees where one is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.emulate_media(reduced_motion="reduce")  # what comes into focus is in sight at once, not gliding

    def tabs_to(self, words: str) -> Keyboard:
        """Tab until what has these words is in focus."""
        passed = []
        self.page.wait_for_load_state("load")  # its words stand there before its style sheet has come
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(FOCUS)
            if focus["words"] == words:
                assert focus["seen"], f"one does not see that {words!r} is in focus"
                return self
            passed.append(focus["words"])
            assert focus["seen"], f"one does not see that {passed[-1]!r} is in focus"
        raise AssertionError(f"no key leads to {words!r}, only to {passed}")

    def types(self, text: str) -> Keyboard:
        """Type into what is in focus; "Enter" is the key."""
        if text == "Enter":
            self.page.keyboard.press("Enter")
            self.page.wait_for_load_state("load")
        else:
            self.page.keyboard.type(text)
        return self


@pytest.mark.browser
def test_a_daughter_asks_for_help_and_how_it_stands_by_keyboard_alone(
    street: Street, page: Page, clock: MovableClock
) -> None:
    keys, judge = Keyboard(page), Judge()
    faults: list[str] = []
    heading = page.get_by_role("heading", level=1)
    page.goto(f"{street.url}/")
    keys.tabs_to("Ich brauche Hilfe\nauch für jemand anderen").types("Enter")
    expect(heading).to_have_text("Ich brauche Hilfe")
    clock.moves(minutes=3)
    keys.tabs_to("Für mich")
    page.keyboard.press("ArrowDown")
    keys.tabs_to("Einkaufen").types(" ")
    keys.tabs_to("Unter welcher Nummer rufen wir an?").types("05692 555 1234")
    keys.tabs_to(page.locator("label[for=consent]").inner_text()).types(" ")
    keys.tabs_to("Absenden").types("Enter")
    expect(heading).to_have_text("Danke. Ihr Wunsch ist bei uns.")
    faults += judge.faults(page)
    reference = page.locator(".digits").inner_text()
    keys.tabs_to("Wie steht es um mein Anliegen?").types("Enter")
    expect(heading).to_have_text("Wie steht es um mein Anliegen?")
    clock.moves(minutes=3)
    keys.tabs_to("Ihre Vorgangsnummer, sechs Ziffern").types(reference)
    keys.tabs_to("Unter welcher Nummer rufen wir an?").types("05692 555 1234").types("Enter")
    expect(heading).to_have_text("So steht es um Ihr Anliegen")
    faults += judge.faults(page)
    keys.tabs_to("Ich brauche die Hilfe nicht mehr").types("Enter")
    expect(heading).to_contain_text("wirklich nicht mehr")
    faults += judge.faults(page)
    keys.tabs_to("Ja, sie wird nicht mehr gebraucht").types("Enter")
    expect(heading).to_have_text("Danke, dass Sie Bescheid sagen.")
    faults += judge.faults(page)
    assert not faults, "\n".join(faults)
    assert page.context.cookies() == []


@pytest.mark.browser
def test_the_second_step_is_set_up_and_asked_for_by_keyboard_alone(
    street: Street, page: Page, clock: MovableClock
) -> None:
    log_in(page, street, "operator")
    keys, judge = Keyboard(page), Judge()
    faults: list[str] = []
    page.goto(f"{street.url}/desk/second-factor")
    keys.tabs_to("Jetzt einrichten").types("Enter")
    app = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
    keys.tabs_to("Bestätigungscode").types(app.at(clock())).types("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Ersatzcodes")
    faults += judge.faults(page)
    keys.tabs_to("Ich habe sie verwahrt: weiter").types("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rückrufe")
    page.goto(f"{street.url}/desk/second-factor")
    faults += judge.faults(page)
    keys.tabs_to("Menü").types("Enter").tabs_to("Abmelden")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Abmelden")).to_be_hidden()
    keys.types("Enter").tabs_to("Abmelden").types("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
    log_in(page, street, "operator")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zweiter Schritt der Anmeldung")
    faults += judge.faults(page)
    keys.tabs_to("Bestätigungscode").types("nein").types("Enter")
    expect(page.locator(".field-error")).to_contain_text("Dieser Code stimmt nicht")
    faults += judge.faults(page)
    clock.moves(seconds=30)
    keys.tabs_to("Bestätigungscode").types(app.at(clock())).types("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rückrufe")
    assert not faults, "\n".join(faults)


@pytest.mark.browser
def test_from_the_login_to_the_outcome_by_keyboard_alone(street: Street, page: Page) -> None:
    filing = street.desk.call_in()
    anna = street.people["operator"]
    keys = Keyboard(page)
    page.goto(f"{street.url}/desk/")
    keys.tabs_to("Zum Inhalt").types("Enter").tabs_to("Anmeldename").types(anna.login)
    keys.tabs_to("Passwort").types(anna.password).types("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rückrufe")
    keys.tabs_to("Dienst beginnen").types("Enter")
    expect(page.get_by_role("status").first).to_have_text("Sie sind jetzt im Dienst.")
    keys.tabs_to("Nächsten Rückruf nehmen").types("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Braucht Hilfe: Einkaufen")
    keys.tabs_to("Nummer zeigen").types("Enter")
    expect(page.get_by_role("link", name="05692 555 1234")).to_be_visible()
    keys.tabs_to("Notiz").types("klingelt lange")
    keys.tabs_to("Niemand nimmt ab").types("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Notiert. Nächster Versuch")
    assert street.desk.callback(filing.callback_id).status is CallbackStatus.QUEUED


@pytest.mark.browser
def test_a_talk_becomes_a_request_by_keyboard_alone(street: Street, page: Page) -> None:
    filing = street.desk.call_in()
    log_in(page, street, "operator")
    keys = Keyboard(page)
    keys.tabs_to("Nächsten Rückruf nehmen").types("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Braucht Hilfe: Einkaufen")
    keys.tabs_to("Erreicht: Anliegen aufnehmen").types("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anliegen aufnehmen")
    keys.tabs_to("Was genau?").types("Wocheneinkauf, bitte kein Glas")
    keys.tabs_to("Name").types("Erika Beispiel")
    keys.tabs_to("Straße und Hausnummer").types("Lindenstraße 4")
    consent = page.locator("label[for=consent]").inner_text()
    keys.tabs_to(consent).types(" ").tabs_to("Anliegen speichern und Hilfe suchen").types("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rückrufe")
    assert street.desk.callback(filing.callback_id).status is CallbackStatus.DONE
    with street.services.db.read() as db:
        assert db.get_one(Request, filing.request_id).status is RequestStatus.OPEN


@pytest.mark.browser
def test_a_coordinator_goes_from_decision_to_decision_by_single_keys(street: Street, page: Page) -> None:
    street.fill()
    log_in(page, street, "coordinator")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wer wartet auf Hilfe?")
    for key in "naz":
        expect(page.locator("html.has-keys")).to_be_attached()  # the page listens for keys
        with page.expect_navigation():
            page.keyboard.press(key)
    expect(page.get_by_role("status").first).to_contain_text("Zurückgenommen.")


@pytest.mark.browser
def test_a_coordinator_chooses_a_helper_by_keyboard_alone(street: Street, page: Page) -> None:
    street.fill()
    log_in(page, street, "coordinator")
    keys = Keyboard(page)
    page.goto(f"{street.url}/desk/matching/{street.ids['choice']}")
    keys.tabs_to("Auswählen und fragen").types("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Ausgewählt.")
    keys.tabs_to("Auswahl zurücknehmen").types("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Zurückgenommen.")
