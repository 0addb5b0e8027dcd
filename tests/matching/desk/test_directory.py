"""The coordinator's helpers and groups: found, registered, paused, left, merged, taken over from a list."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa

from intake.lifecycle import HelperStatus, MissionStatus, ProposalStatus
from intake.models import Group, Helper
from intake.services import Job
from intake.staff_roles import Role
from matching.desk import directory_view
from matching.models import Mission, Proposal
from tests.conftest import Nudges
from tests.matching.district import HOFGEISMAR, WOLFHAGEN
from tests.support.pages import Page

from .conftest import Matching

OFFERED: dict[str, Any] = {
    "name": "Hanna Helferin",
    "postcode": "34466",
    "radius_km": "12",
    "categories": ["shopping", "driving"],
    "papers": ["id_card"],
    "languages": ["de", "tr"],
    "half_days": ["5-morning"],
    "capacity": "2",
}

LIST = """Name;Telefon;PLZ;Ort;Hilft bei;Nachweise;Zeiten;Auto;Gruppe
Anton Beispiel;0151 23456701;34466;;Einkaufen | Apotheke oder Botengang;Ausweis gesehen;Mo vm | Sa;ja;
Berta Beispiel;0151 23456702;37194;Wesertal;shopping;;;nein;Nachbarn Wolfhagen
Carl Beispiel;0151 23456702;34466;;Einkaufen;;;;
Dora Beispiel;110;99999;;Zaubern;Blutprobe;Xy vm;vielleicht;Kegelclub
;0151 23456703;37194;;;;;;
"""


def _helper(matching: Matching, name: str) -> Helper:
    with matching.district.db.read() as db:
        return next(row for row in db.scalars(sa.select(Helper)) if row.name == name)


def _opens(matching: Matching, name: str) -> Page:
    return matching.page.opens(f"/desk/directory/{_helper(matching, name).id}")


def _brings(page: Page, text: bytes) -> Page:
    """A file is brought, which the form of the page asks for."""
    page.opens("/desk/helper-import/")
    return page.sends("/desk/helper-import/", list=(io.BytesIO(text), "helfende.csv"))


def test_a_helper_is_found_by_place_need_group_name_and_number(matching: Matching) -> None:
    page = matching.page.opens("/desk/").follows("Helfende")
    page.sees("3 aktiv", "Frau Nachbarin 1", "Frau Nachbarin 2", "Frau Nachbarin 3")
    page.opens(f"/desk/directory/?place={WOLFHAGEN}").sees("Frau Nachbarin 1").sees_nothing_of("Nachbarin 2")
    page.opens("/desk/directory/?words=nachbarin+3").sees("Nachbarin 3").sees_nothing_of("Nachbarin 1")
    page.opens("/desk/directory/?words=05671+5550100").sees("Nachbarin 3").sees_nothing_of("Nachbarin 1")
    page.opens("/desk/directory/?category=medicine").sees("Niemand gefunden.")
    page.opens("/desk/directory/?status=left&group=7").sees("Niemand gefunden.")
    page.opens("/desk/directory/?status=nonsense&group=x").sees("Frau Nachbarin 1")


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30])
@pytest.mark.parametrize("path", ["/desk/matching/", "/desk/matching/1/history", "/desk/directory/"])
def test_a_page_that_cannot_be_is_answered(matching: Matching, path: str, page: str) -> None:
    matching.page.opens(f"{path}?page={page}")


def test_a_long_list_of_helpers_has_pages_that_keep_the_selection(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_view, "PAGE", 2)
    page = matching.page.opens("/desk/directory/?words=nachbarin").sees("Frau Nachbarin 2")
    page.sees_nothing_of("Frau Nachbarin 1").follows("Seite 2 →")  # by place: Hofgeismar before Wolfhagen
    page.sees("Frau Nachbarin 1", "← Seite 1").sees_nothing_of("Frau Nachbarin 2", "Seite 3")
    assert "words=nachbarin" in page.path


def test_somebody_new_is_registered_and_vetted_for_what_her_papers_allow(
    matching: Matching, nudges: Nudges
) -> None:
    page = matching.page.opens("/desk/directory/").follows("Neu aufnehmen")
    page.presses("Weiter", number="110").sees("Diese Nummer können wir nicht anrufen")
    page.presses("Weiter", number="0151 23456789").sees("Angebot aufnehmen", "Fahrt oder Begleitung: Ausweis")
    page.presses("Speichern", **{**OFFERED, "name": ""}).sees("Bitte ausfüllen")
    nudges.clear()
    page.presses("Speichern", **OFFERED).sees("Gespeichert.", "Hanna Helferin", "aktiv", "Nachweis fehlt")
    page.sees("Ausweis gesehen (24.11.26)", "Samstag vormittags")
    assert nudges == [Job.PROPOSALS]
    assert _helper(matching, "Hanna Helferin").vetted == ["shopping"]
    page.follows("Angebot ändern").presses("Speichern", **{**OFFERED, "papers": []}).sees("keine")
    assert _helper(matching, "Hanna Helferin").vetted == []
    assert matching.actions().count("helper_registered") == 2


def test_a_number_that_is_on_record_is_pointed_out_and_may_be_a_household(matching: Matching) -> None:
    page = matching.page.opens("/desk/directory/new").presses("Weiter", number="05671 5550100")
    page.sees("schon jemand eingetragen", "Frau Nachbarin 3")
    assert page.status == 409
    page.presses("Es ist jemand anderes im selben Haushalt").presses("Speichern", **OFFERED)
    page.sees("Unter derselben Nummer steht noch jemand: Frau Nachbarin 3")


def test_a_pause_and_the_way_back(matching: Matching) -> None:
    page = _opens(matching, "Frau Nachbarin 1").presses("Pausieren").sees("Pausiert.", "pausiert")
    matching.district.refreshes()
    assert matching.status(0) is ProposalStatus.OVERTAKEN
    other = matching.desk.enter(matching.desk.person("ben", role=Role.COORDINATOR)).opens(page.path)
    page.presses("Wieder dabei").sees("Wieder dabei.", "aktiv")
    other.presses("Wieder dabei").sees("Das geht bei diesem Stand nicht mehr")
    assert other.status == 409
    assert [each for each in matching.actions() if each.startswith("helper_")] == [
        "helper_paused",
        "helper_resumed",
    ]


def test_who_leaves_is_asked_nothing_more(matching: Matching) -> None:
    matching.opens().presses("Auswählen und fragen")
    page = _opens(matching, "Frau Nachbarin 1").presses("Scheidet aus").sees("Ausgeschieden", "ausgeschieden")
    assert matching.status(0) is ProposalStatus.DECLINED
    assert _helper(matching, "Frau Nachbarin 1").status is HelperStatus.LEFT
    page.opens("/desk/directory/").sees_nothing_of("Frau Nachbarin 1")


def test_nobody_leaves_while_somebody_relies_on_her(matching: Matching) -> None:
    matching.opens().presses("Auswählen und fragen").presses("Hat zugesagt")
    page = _opens(matching, "Frau Nachbarin 1").sees("Einkaufen, Wolfhagen").presses("Scheidet aus")
    page.sees("Jemand verlässt sich noch auf sie oder ihn")
    assert (page.status, _helper(matching, "Frau Nachbarin 1").status) == (409, HelperStatus.ACTIVE)


def test_the_number_is_shown_on_purpose_and_noted(matching: Matching) -> None:
    page = _opens(matching, "Frau Nachbarin 3").sees_nothing_of("5550100", "555 0100")
    page.presses("Nummer zeigen").sees("05671 555 0100")
    assert matching.actions()[-1] == "number_shown"


def test_two_rows_of_one_person_become_one_with_all_that_they_did(matching: Matching) -> None:
    matching.opens().presses("Auswählen und fragen").presses("Hat zugesagt")
    kept = matching.district.offers(HOFGEISMAR, "+4915228817386", name="F. Nachbarin", half_days=[])
    twin = _helper(matching, "Frau Nachbarin 1").id
    page = matching.page.opens(f"/desk/directory/{kept}").follows("Vergleichen und zusammenführen")
    page.sees("Ist das dieselbe Person?", "F. Nachbarin", "Frau Nachbarin 1")
    page.presses("Ja, zusammenführen").sees("Zusammengeführt.", "Einkaufen, Wolfhagen")
    with matching.district.db.read() as db:
        assert db.get_one(Helper, twin).status is HelperStatus.LEFT
        assert db.get_one(Helper, twin).number is None
        mission = db.scalars(sa.select(Mission)).one()
        assert (mission.helper_id, mission.status) == (kept, MissionStatus.AGREED)
        assert not db.scalars(sa.select(Proposal).where(Proposal.helper_id == twin)).all()
    page.opens(f"/desk/directory/{kept}/merge/{kept}").presses("Ja, zusammenführen").sees("derselbe Eintrag")
    assert matching.actions()[-1] == "helpers_merged"


def test_a_group_with_its_contact_places_and_members(matching: Matching) -> None:
    page = matching.page.opens("/desk/").follows("Gruppen").sees("Noch keine Gruppe.").follows("Neue Gruppe")
    told: dict[str, Any] = {
        "name": "Nachbarn Wolfhagen",
        "contact_name": "Herr Vorstand",
        "contact_number": "05692 5550177",
        "municipalities": [WOLFHAGEN],
        "categories": ["shopping"],
    }
    page.presses("Speichern", **{**told, "contact_number": "118", "categories": []})
    page.sees("Diese Nummer können wir nicht anrufen", "mindestens eines")
    page.presses("Speichern", **told).sees("Gespeichert.", "Nachbarn Wolfhagen", "0 Mitglieder")
    page.follows("Neue Gruppe").presses("Speichern", **told).sees("Eine andere Gruppe heißt schon so.")
    with matching.district.db.read() as db:
        group = db.scalars(sa.select(Group)).one().id
    _opens(matching, "Frau Nachbarin 2").presses("Speichern", group_id=str(group), note="holt gern ab")
    page.opens("/desk/groups/").sees("1 Mitglied").follows("Nachbarn Wolfhagen").sees("Frau Nachbarin 2")
    page.presses("Die Gruppe hilft nicht mehr").sees("hilft nicht mehr")
    assert {"group_added", "group_closed", "helper_changed"} <= set(matching.actions())


def test_a_list_is_checked_line_by_line_and_only_what_is_fit_taken_over(
    matching: Matching, nudges: Nudges
) -> None:
    page = matching.page.opens("/desk/groups/new")
    page.presses(
        "Speichern",
        name="Nachbarn Wolfhagen",
        contact_name="Vorstand",
        contact_number="05692 5550177",
        municipalities=[WOLFHAGEN],
        categories=["shopping"],
    )
    page = _brings(matching.page, LIST.encode("cp1252"))
    page.sees("2 Zeilen passen. 3 Zeilen haben Fehler.", "Zeile 4", "steht weiter oben in der Liste schon")
    page.sees("„110“ kann nicht angerufen werden", "„99999“ kennen wir nicht", "„Zaubern“ gibt es hier nicht")
    page.sees("„Blutprobe“ gibt es", "„Xy vm“ verstehen wir nicht", "„vielleicht“ ist weder ja noch nein")
    page.sees("„Kegelclub“ ist keine Gruppe", "gehört zu mehreren Orten", "Name: fehlt", "Hilft bei: fehlt")
    nudges.clear()
    page.presses("2 Zeilen übernehmen").sees("2 übernommen.", "Anton Beispiel", "Berta Beispiel")
    assert nudges == [Job.PROPOSALS]
    anton, berta = _helper(matching, "Anton Beispiel"), _helper(matching, "Berta Beispiel")
    assert (anton.vetted, anton.car) == (["shopping"], True)
    assert anton.half_days == [[0, "morning"], [5, "afternoon"], [5, "morning"]]
    assert (berta.vetted, berta.ags, berta.group_id is None) == ([], "06633030", False)
    _brings(page, LIST.encode()).sees("0 Zeilen passen. 5 Zeilen haben Fehler.", "steht schon im Verzeichnis")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "Bitte wählen Sie eine Datei aus."),
        ("Name;Telefon;PLZ;Hilft bei\n", "In der Datei steht nichts"),
        ("Vorname,Handy\nAnton,1\n", "In der Kopfzeile fehlen Spalten"),
        ('Name;Telefon;PLZ;Hilft bei\n"Anton;1;2;3\nBerta;1;2;3\n', "In Zeile 3 oder davor"),
        ("Name;Telefon;PLZ;Hilft bei\n" + "A;1;2;3\n" * 2001, "Die Liste ist zu lang"),
    ],
)
def test_what_is_no_list_gets_a_clear_answer(matching: Matching, text: str, answer: str) -> None:
    page = _brings(matching.page, text.encode()).sees(answer)
    assert page.status == 422


SHORT = "Name;Telefon;PLZ;Hilft bei;Notiz\nJürgen Groß;0151 23456701;34466;Einkaufen;spült gern\n"


@pytest.mark.parametrize(
    "raw",
    [
        SHORT.encode("utf-8-sig"),
        SHORT.encode("cp1252"),
        SHORT.encode("utf-16"),
        SHORT.replace("\n", "\r\n").encode("cp1252"),
        SHORT.replace(";", "\t").encode(),
        SHORT.replace(";", ",").encode(),
        ("sep=;\n" + SHORT).encode("cp1252"),
        ("\n\n" + SHORT + ";;;;\n").encode(),
    ],
)
def test_whatever_a_spreadsheet_writes_is_read_and_twice_is_harmless(matching: Matching, raw: bytes) -> None:
    page = _brings(matching.page, raw).sees("1 Zeile passt. 0 Zeilen haben Fehler.", "Jürgen Groß")
    page.presses("1 Zeile übernehmen").sees("1 übernommen.").sees_nothing_of("blieb draußen")
    assert _helper(matching, "Jürgen Groß").note == "spült gern"
    _brings(page, raw).sees("0 Zeilen passen. 1 Zeile hat einen Fehler.", "steht schon im Verzeichnis")


def test_what_stays_out_is_told_and_can_be_mended_in_a_file(matching: Matching) -> None:
    text = SHORT.replace("Hilft bei;Notiz", "Hilft bei;Lieblingsfarbe") + (
        f"{'Lang' * 40};0151 23456702;34466;Einkaufen;\nZu;0151 23456703;34466;Einkaufen;;Viel\n"
    )
    page = _brings(matching.page, text.encode()).sees("1 Zeile passt. 2 Zeilen haben Fehler.")
    page.sees("Diese Spalten kennen wir nicht; sie werden nicht übernommen: Lieblingsfarbe")
    page.sees("Name: ist zu lang, höchstens 120 Zeichen", "Die Zeile hat mehr Felder als die Kopfzeile")
    form = next(form for form in page._page.forms if form.action.endswith("faulty.csv"))
    file = page.client.post("/desk/helper-import/faulty.csv", data=form.fields)
    lines = file.data.decode("utf-8-sig").splitlines()
    assert [line.split(";")[1] for line in lines] == ["Telefon", "0151 23456702", "0151 23456703"]
    assert lines[1].endswith(";Name: ist zu lang, höchstens 120 Zeichen")
    page.presses("1 Zeile übernehmen").sees("1 übernommen.", "2 Zeilen blieben draußen.")
    mended = file.data.decode("utf-8-sig").replace("Lang" * 40, "Lang").encode("cp1252")
    _brings(page, mended).sees("2 Zeilen passen.", "kennen wir nicht; sie werden nicht übernommen: Fehler")


def test_the_sample_can_be_taken_over_as_it_is(matching: Matching) -> None:
    sample = matching.page.client.get("/desk/helper-import/example.csv").data
    _brings(matching.page, sample).sees("1 Zeile passt. 0 Zeilen haben Fehler.")


def test_the_pages_speak_english_too(matching: Matching) -> None:
    page = matching.page.opens("/desk/directory/").presses("English").sees("Helpers", "Register somebody new")
    _opens(matching, "Frau Nachbarin 1").sees("Offer", "Radius", "Missions").sees_nothing_of("Einsätze")
    page.opens("/desk/groups/").sees("No group yet.")
    page.opens("/desk/helper-import/").sees("Check a list").sees_nothing_of("Liste")
