"""Every page of the house in each of its states is open to everybody: axe-core, no sideways scroll, keyboard.

Each scene is a page as somebody sees it. A page that no scene shows fails the last test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import FilePayload, Page, expect

from intake import staff
from intake.desk.app import make_desk_app
from intake.services import Services
from intake.site.app import make_site_app
from tests.support.axe import Judge
from worker.simulator import make_simulator_app
from worker.wsgi import DESK_SECTIONS, REST_PREFIX

from .street import Street
from .walking import Act, log_in, presses

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

#: What is folded in belongs to the page. The menu lies over it, and has a scene of its own.
OPEN_UP = "document.querySelectorAll('details:not(.menu)').forEach((each) => { each.open = true; })"


@dataclass(frozen=True)
class Scene:
    """A page, and what is done on it before it is looked at. The path may name a case of ``Street.ids``."""

    path: str
    act: Act | None = None
    status: int = 200


def opens_the_menu(page: Page) -> None:
    """The head's menu, over a page of words alone: a button behind it would count as hidden."""
    page.evaluate("document.querySelector('main').replaceChildren(document.querySelector('h1'))")
    page.get_by_text("Menü", exact=True).click()


def brings_a_list(page: Page) -> None:
    """A list of helpers with a line that is fit and one that is not."""
    text = "Name;Telefon;PLZ;Hilft bei\nAnton;0151 23456701;34466;shopping\nBerta;110;1;Zaubern\n"
    file = FilePayload(name="helfende.csv", mimeType="text/csv", buffer=text.encode())
    page.get_by_label("Datei").set_input_files(file)
    presses("Prüfen")(page)


def ticks_the_first(then: str, sure: bool = True) -> Act:
    """Looks for somebody by name, ticks the first entry, says that it was checked who asks, and goes on."""

    def act(page: Page) -> None:
        presses("Suchen", **{"Vorgangs-_oder_Einsatznummer,_Telefonnummer_oder_Name": "Beispiel"})(page)
        page.locator("input[name=row]").first.check()
        if sure:
            page.get_by_label("Ich habe geprüft").check()
        presses(then)(page)

    return act


def begins_to_erase(page: Page) -> None:
    """Asks for an erasure, and does not confirm it."""
    ticks_the_first("Löschen …")(page)
    presses("Endgültig löschen")(page)


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


#: The public pages that can be opened at any time; each is there in German and in English.
PUBLIC = ("", "tipps", "datenschutz", "hilfe", "mithelfen", "gruppen", "stand")

STRANGERS = (
    *(Scene(f"{prefix}/{path}") for path in PUBLIC for prefix in ("", "/en")),
    Scene("/hilfe", presses("Absenden", Postleitzahl="37194")),
    Scene("/mithelfen", presses("Absenden")),
    Scene("/gruppen", presses("Absenden")),
    Scene("/stand", presses("Nachsehen")),
    Scene("/danke/{sent}"),
    Scene("/en/danke/{sent}"),
    Scene("/stand/still_needed", status=405),
    Scene("/nonsense", status=404),
    Scene("/en/nonsense", status=404),
    Scene("/phone/?lang=en"),
    Scene("/phone/", dials),
    Scene("/desk/login"),
    Scene("/desk/login", presses("Anmelden")),
    Scene("/desk/login", presses("Anmelden", Anmeldename="anna", Passwort="geraten")),
    Scene("/desk/login", presses("English")),
    Scene("/desk/login/code"),  # leads to the login; the page itself is seen in its own test below
)

OPERATORS_FIRST = (Scene("/desk/"), Scene("/desk/alarms/"))

OPERATORS = (
    Scene("/desk/"),
    Scene("/desk/", presses("Dienst beginnen")),
    Scene("/desk/alarms/", opens_the_menu),
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
    Scene("/desk/alarms/", opens_the_menu),
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
    Scene("/desk/missions/?show=trouble"),
    Scene("/desk/missions/?words=niemand"),
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

PERSONS = (
    Scene("/desk/people/", presses("Suchen")),
    Scene("/desk/people/", ticks_the_first("Auskunft zeigen", sure=False)),
    Scene("/desk/people/", ticks_the_first("Auskunft zeigen")),
    Scene("/desk/people/", ticks_the_first("Löschen …")),
    Scene(
        "/desk/people/", lambda page: (ticks_the_first("Löschen …")(page), presses("Endgültig löschen")(page))
    ),
)

ADMINISTRATORS = (
    Scene("/desk/me"),
    Scene("/desk/second-factor"),
    Scene("/desk/second-factor", presses("Jetzt einrichten")),
    Scene("/desk/second-factor/new", presses("Bestätigen", Bestätigungscode="1")),
    Scene("/desk/staff/"),
    Scene("/desk/staff/", opens_the_menu),
    Scene("/desk/staff/", presses("Konto anlegen")),
    Scene("/desk/staff/", presses("Neues Einmalpasswort", which=1)),  # of another: one stays logged in
    Scene("/desk/staff/{operator}"),
    Scene("/desk/staff/{operator}", presses("Speichern", Anmeldename="ben")),
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
    "coordinators and who asks about herself": ("coordinator", PERSONS),
    "administrators": ("administrator", ADMINISTRATORS),
}


def _look(page: Page, street: Street, scenes: tuple[Scene, ...]) -> list[str]:
    faults, judge = [], Judge()
    for scene in scenes:
        answer = page.goto(street.url + scene.path.format_map(street.ids))
        assert answer is not None
        assert answer.status == scene.status, f"{scene.path}: {answer.status}"
        page.evaluate(OPEN_UP)
        if scene.act:
            scene.act(page)
            page.evaluate(OPEN_UP)
        faults += [f"{scene.path} {fault}" for fault in judge.faults(page)]
    return faults


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.parametrize("round_", list(ROUNDS))
def test_every_page_is_open_to_everybody(street: Street, page: Page, round_: str) -> None:
    who, scenes = ROUNDS[round_]
    street.fill()
    if who:
        log_in(page, street, who)
    faults = _look(page, street, scenes)
    assert not faults, "\n".join(faults)


@pytest.mark.browser
def test_the_desk_with_nothing_to_do_yet(street: Street, page: Page) -> None:
    with street.services.db.write() as db:
        db.get_one(staff.Staff, street.people["operator"].id).must_change = True
    log_in(page, street, "operator")
    faults = _look(page, street, (Scene("/desk/password"),))
    with street.services.db.write() as db:
        first_day = db.get_one(staff.Staff, street.people["operator"].id)
        first_day.must_change, first_day.tour_step = False, 1
    faults += _look(page, street, OPERATORS_FIRST)
    assert not faults, "\n".join(faults)


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
