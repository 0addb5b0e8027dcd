"""Every page of the house in each of its states is open to everybody: axe-core, no sideways scroll, keyboard.

Each scene is a page as somebody sees it. A page that no scene shows fails the last test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, FilePayload, Page, expect

from intake import staff
from intake.desk.app import make_desk_app
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Request
from intake.services import Services
from intake.site.app import make_site_app
from tests.conftest import MovableClock
from tests.support import axe
from worker.simulator import make_simulator_app
from worker.wsgi import DESK_SECTIONS, REST_PREFIX

from .street import Street

#: Addresses that a browser fetches and no person reads: parts of pages, answers to scripts, files.
NO_PAGES = {
    "queue.parts",
    "walk_in.places",
    "prompts.audio",
    "phone.show",
    "dialling.progress",
    "helper_import.example",
    "messages.sound",
    "gaps.table",
}

#: What is folded in belongs to the page.
OPEN_UP = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"

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

Act = Callable[[Page], Any]


@dataclass(frozen=True)
class Scene:
    """A page, and what is done on it before it is looked at. The path may name a case of ``Street.ids``."""

    path: str
    act: Act | None = None
    status: int = 200


def presses(words: str, which: int = 0, **fields: str) -> Act:
    """Fill in fields by their labels, then press one of the buttons with these words.

    The browser checks nothing itself, so that the house has to.
    """

    def act(page: Page) -> None:
        page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
        for label, value in fields.items():
            page.get_by_label(label.replace("_", " "), exact=True).fill(value)
        page.get_by_role("button", name=words, exact=True).nth(which).click()
        page.wait_for_load_state("load")

    return act


def brings_a_list(page: Page) -> None:
    """A list of helpers with a line that is fit and one that is not."""
    text = "Name;Telefon;PLZ;Hilft bei\nAnton;0151 23456701;34466;shopping\nBerta;110;1;Zaubern\n"
    file = FilePayload(name="helfende.csv", mimeType="text/csv", buffer=text.encode())
    page.get_by_label("Datei").set_input_files(file)
    presses("Prüfen")(page)


def dials(page: Page) -> None:
    """A call is going on, and a helper's telephone is switched on."""
    page.get_by_role("button", name="Anrufen", exact=True).click()
    expect(page.get_by_role("log").first).to_contain_text("Bürgertelefon")
    page.get_by_label("Rufnummer dieses Telefons").fill("0152 28817386")
    page.get_by_role("button", name="Einschalten").click()
    expect(page.get_by_role("button", name="Senden")).to_be_visible()


def types_back(page: Page) -> None:
    """A result with a key that there is none of."""
    page.get_by_label("Taste", exact=True).first.fill("x")
    presses("Eintragen")(page)
    expect(page.get_by_role("alert")).to_be_visible()


STRANGERS = (
    *(Scene(path) for path in ("/", "/tipps", "/datenschutz", "/en/", "/en/tipps", "/en/datenschutz")),
    Scene("/nonsense", status=404),
    Scene("/en/nonsense", status=404),
    Scene("/phone/?lang=en"),
    Scene("/phone/", dials),
    Scene("/desk/login"),
    Scene("/desk/login", presses("Anmelden")),
    Scene("/desk/login", presses("Anmelden", Anmeldename="anna", Passwort="geraten")),
    Scene("/desk/login", presses("English")),
)

OPERATORS_FIRST = (Scene("/desk/"), Scene("/desk/alarms/"))

OPERATORS = (
    Scene("/desk/"),
    Scene("/desk/", presses("Dienst beginnen")),
    Scene("/desk/?language=tr&need=other"),
    Scene("/desk/duty/"),
    Scene("/desk/duty/", presses("Speichern")),
    Scene("/desk/done/"),
    Scene("/desk/done/{done}"),
    Scene("/desk/done/{done}", presses("Nummer zeigen")),
    Scene("/desk/callbacks/{hidden}"),
    Scene("/desk/callbacks/{hidden}", presses("Nummer zeigen")),
    Scene("/desk/callbacks/{shown}", presses("Erreicht, bittet um späteren Anruf")),
    Scene("/desk/callbacks/{shown}"),
    Scene("/desk/callbacks/{lost}", status=409),
    Scene("/desk/requests/{request}/complete"),
    Scene("/desk/requests/{request}/complete", presses("Anliegen speichern und Hilfe suchen")),
    Scene("/desk/help"),
    Scene("/desk/callbacks/{hidden}", lambda page: page.keyboard.press("?")),
    Scene("/desk/callbacks/{hidden}/merge/{twin}"),
    Scene("/desk/callbacks/{hidden}/merge/{twin}", presses("Zusammenführen")),
    Scene("/desk/paper/"),
    Scene("/desk/paper/{paper}"),
    Scene("/desk/paper/results"),
    Scene("/desk/paper/results", types_back),
    Scene("/desk/letters/"),
    Scene("/desk/letters/{letter}"),
    Scene("/desk/letters/{notice}"),
    Scene("/desk/requests/new"),
    Scene("/desk/requests/new", presses("Anliegen speichern und Hilfe suchen", Postleitzahl="37194")),
    Scene("/desk/helpers/{helper}/register"),
    Scene("/desk/helpers/{helper}/register", presses("Speichern", Postleitzahl="37194")),
    Scene("/desk/me", presses("Speichern", Ihre_Telefonnummer="12")),
    Scene("/desk/me", presses("Speichern", Ihre_Telefonnummer="05692 555 1299")),
    Scene("/desk/password", presses("Passwort ändern")),
    Scene("/desk/alarms/"),
    Scene("/desk/alarms/", presses("Ich kümmere mich")),
    Scene("/desk/matching/", status=403),
    Scene("/desk/nonsense", status=404),
    Scene("/desk/requests/new"),  # with the draft that was left above
    Scene("/desk/callbacks/{shown}", presses("Besetzt")),
)

COORDINATORS = (
    Scene("/desk/callbacks/{talking}"),
    Scene("/desk/matching/"),
    Scene("/desk/matching/?state=matched"),
    Scene("/desk/matching/?category=driving&place=none"),
    Scene("/desk/matching/{choice}"),
    Scene("/desk/matching/{choice}", presses("Auswählen und fragen", which=1)),
    Scene("/desk/matching/{choice}", presses("Zwei vergleichen")),
    Scene("/desk/matching/{choice}/compare?helper={first}&helper={second}"),
    Scene("/desk/matching/{choice}/why-not?who=Nachbarin"),
    Scene("/desk/matching/{matched}/history"),
    Scene("/desk/matching/{choice}?after={approved}"),
    Scene("/desk/matching/?category=&place="),  # the selection holds until it is cleared
    Scene("/desk/matching/clear/"),
    Scene("/desk/matching/{approved}"),
    Scene("/desk/matching/{approved}", presses("Nummer zeigen")),
    Scene("/desk/matching/{matched}"),
    Scene("/desk/matching/{nobody}"),
    Scene("/desk/figures/"),
    Scene("/desk/figures/?first=2026-11-24&last=2026-11-01", status=422),
    Scene("/desk/blocks/"),
    Scene("/desk/prompts/"),
    Scene("/desk/prompts/?language=ar"),
    Scene("/desk/prompts/de/menu"),
    Scene("/desk/prompts/de/menu", presses("Wortlaut speichern", Neuer_Wortlaut="")),
    Scene("/desk/prompts/de/menu", presses("Wortlaut speichern", Neuer_Wortlaut="Guten Tag, was gibt es?")),
    Scene("/desk/prompts/de/menu", presses("Aufnahme hochladen")),
    Scene("/desk/prompts/ar/menu"),
)

MISSIONS = (
    Scene("/desk/gaps/"),
    Scene("/desk/missions/"),
    Scene("/desk/missions/?show=complaints"),
    Scene("/desk/missions/?show=ended"),
    Scene("/desk/missions/{mission}"),
    Scene("/desk/missions/{mission}", presses("Nummer zeigen (Erika Beispiel)")),
    Scene("/desk/missions/{mission}", presses("Beschwerde abschließen")),
    Scene("/desk/missions/log"),
    Scene("/desk/missions/log", presses("Als PDF laden", vom="2026-11-30", bis_zum="2026-11-01")),
    Scene("/desk/callbacks/{confirm}"),
    Scene("/desk/talks/{confirm}"),
    Scene("/desk/talks/{confirm}", presses("Speichern")),
)

NEIGHBOURS = (
    Scene("/desk/directory/"),
    Scene("/desk/directory/?words=niemand"),
    Scene("/desk/directory/new", presses("Weiter", Telefonnummer="12")),
    Scene("/desk/directory/new", presses("Weiter", Telefonnummer="0152 28817301")),
    Scene("/desk/directory/{neighbour}"),
    Scene("/desk/directory/{neighbour}", presses("Nummer zeigen")),
    Scene("/desk/directory/{neighbour}/edit", presses("Speichern", Postleitzahl="37194")),
    Scene("/desk/directory/{neighbour}/merge/{helper}"),
    Scene("/desk/groups/"),
    Scene("/desk/groups/new", presses("Speichern")),
    Scene("/desk/groups/{group}"),
    Scene("/desk/helper-import/"),
    Scene("/desk/helper-import/", brings_a_list),
)

ADMINISTRATORS = (
    Scene("/desk/me"),
    Scene("/desk/staff/"),
    Scene("/desk/staff/", presses("Konto anlegen")),
    Scene("/desk/staff/", presses("Neues Einmalpasswort")),
    Scene("/desk/alarms/"),
    Scene("/desk/blocks/"),
)

TOWN_HALLS = (Scene("/desk/requests/new"), Scene("/desk/help"), Scene("/desk/me"))

ROUNDS = {
    "town_halls": ("contact_point", TOWN_HALLS),
    "strangers": ("", STRANGERS),
    "operators": ("operator", OPERATORS),
    "coordinators": ("coordinator", COORDINATORS),
    "coordinators and missions": ("coordinator", MISSIONS),
    "coordinators and their neighbours": ("coordinator", NEIGHBOURS),
    "administrators": ("administrator", ADMINISTRATORS),
}


@pytest.fixture
def street(services: Services, clock: MovableClock) -> Iterator[Street]:
    street = Street(services, clock)
    yield street
    street.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    yield page
    context.close()


def _log_in(page: Page, street: Street, who: str) -> None:
    person = street.people[who]
    page.goto(f"{street.url}/desk/login")
    presses("Anmelden", Anmeldename=person.login, Passwort=person.password)(page)


def _look(page: Page, street: Street, scenes: tuple[Scene, ...]) -> list[str]:
    faults = []
    for scene in scenes:
        answer = page.goto(street.url + scene.path.format_map(street.ids))
        assert answer is not None
        assert answer.status == scene.status, f"{scene.path}: {answer.status}"
        page.evaluate(OPEN_UP)
        if scene.act:
            scene.act(page)
            page.evaluate(OPEN_UP)
        faults += [f"{scene.path} {fault}" for fault in axe.judge(page)]
    return faults


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.parametrize("round_", list(ROUNDS))
def test_every_page_is_open_to_everybody(street: Street, page: Page, round_: str) -> None:
    who, scenes = ROUNDS[round_]
    street.fill()
    if who:
        _log_in(page, street, who)
    faults = _look(page, street, scenes)
    assert not faults, "\n".join(faults)


@pytest.mark.browser
def test_the_desk_with_nothing_to_do_yet(street: Street, page: Page) -> None:
    with street.services.db.write() as db:
        db.get_one(staff.Staff, street.people["operator"].id).must_change = True
    _log_in(page, street, "operator")
    faults = _look(page, street, (Scene("/desk/password"),))
    with street.services.db.write() as db:
        first_day = db.get_one(staff.Staff, street.people["operator"].id)
        first_day.must_change, first_day.tour_step = False, 1
    faults += _look(page, street, OPERATORS_FIRST)
    assert not faults, "\n".join(faults)


class Keyboard:
    """Goes through pages with the keys alone, and sees to it that one always sees where one is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.emulate_media(reduced_motion="reduce")  # what comes into focus is in sight at once, not gliding

    def tabs_to(self, words: str) -> Keyboard:
        """Tab until what has these words is in focus."""
        passed = []
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
    _log_in(page, street, "operator")
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
    _log_in(page, street, "coordinator")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wer wartet auf Hilfe?")
    for key in "naz":
        expect(page.locator("html.has-keys")).to_be_attached()  # the page listens for keys
        with page.expect_navigation():
            page.keyboard.press(key)
    expect(page.get_by_role("status").first).to_contain_text("Zurückgenommen.")


@pytest.mark.browser
def test_a_coordinator_chooses_a_helper_by_keyboard_alone(street: Street, page: Page) -> None:
    street.fill()
    _log_in(page, street, "coordinator")
    keys = Keyboard(page)
    page.goto(f"{street.url}/desk/matching/{street.ids['choice']}")
    keys.tabs_to("Auswählen und fragen").types("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Ausgewählt.")
    keys.tabs_to("Auswahl zurücknehmen").types("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Zurückgenommen.")


def _endpoints(app: Flask, prefix: str) -> Iterator[tuple[str, bool]]:
    """Each page of an app by its endpoint, and whether a scene shows it."""
    paths = [scene.path.partition("?")[0] for _, scenes in ROUNDS.values() for scene in scenes]
    ours = [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]
    adapter = app.url_map.bind("localhost")
    numbers = _Numbers()
    shown = {
        adapter.match(path.format_map(numbers))[0] for path in ours if adapter.test(path.format_map(numbers))
    }
    for rule in app.url_map.iter_rules():
        is_page = not rule.rule.startswith(REST_PREFIX) and rule.endpoint.rpartition(".")[2] != "static"
        if "GET" in (rule.methods or set()) and is_page and rule.endpoint not in NO_PAGES:
            yield rule.endpoint, rule.endpoint in shown


class _Numbers(dict[str, int]):
    """Any case's number, where only the form of the path counts."""

    def __missing__(self, _name: str) -> int:
        return 1


def test_no_page_is_forgotten(services: Services) -> None:
    apps = (
        ("/desk", make_desk_app(services, more=DESK_SECTIONS)),
        ("", make_site_app(services)),
        ("", make_simulator_app(services)),
    )
    pages = [found for prefix, app in apps for found in _endpoints(app, prefix)]
    assert len(pages) > 15
    assert [endpoint for endpoint, is_shown in pages if not is_shown] == []
