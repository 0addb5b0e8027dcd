"""A desk with many requests: what is to do with each, narrowed, turned over, decided one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.db import Database
from intake.desk.app import make_desk_app
from intake.lifecycle import ProposalStatus
from intake.models import Helper
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from intake.staff_roles import Role
from matching import offers, ways
from matching.desk import clear_view, view, waiting_view
from matching.desk.sections import SECTIONS
from matching.desk.waiting_view import Filters, State
from matching.models import Proposal
from tests.conftest import MovableClock, Nudges
from tests.matching.district import HOFGEISMAR, WOLFHAGEN, District

from .conftest import Matching

S = ProposalStatus

#: More than these a page needs never, however many wait.
STATEMENTS = 30


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def _many(matching: Matching, count: int) -> list[int]:
    """So many more requests in two places, with helpers enough for five proposals each."""
    for place in range(6):
        ags, number = (HOFGEISMAR, WOLFHAGEN)[place % 2], f"+49152288{place:05}"
        matching.district.offers(ags, number, name=f"Herr Helfer {place}", capacity=20)
    ids = [matching.district.needs(ags=(WOLFHAGEN, HOFGEISMAR)[each % 2]) for each in range(count)]
    matching.district.refreshes()
    return ids


def test_forty_requests_need_no_more_statements_than_five(matching: Matching) -> None:
    paths = ["/desk/matching/", "/desk/matching/clear/", f"/desk/matching/{matching.request}"]
    sent: list[list[int]] = []
    for more in (4, 35):
        _many(matching, more)
        with matching.district.db.read() as db:
            open_ones = sa.select(sa.func.count()).where(Proposal.status == S.PROPOSED)
            assert (db.scalar(open_ones) or 0) >= 5 * more
        matching.page.opens(paths[0])  # whatever is only looked up once is looked up now
        found = []
        for path in paths:
            with counted(matching.district.db) as statements:
                matching.page.opens(path)
            found.append(len(statements))
        sent.append(found)
    assert sent[0] == sent[1]
    assert max(sent[1]) <= STATEMENTS


def test_each_row_says_what_is_to_do_and_who_is_proposed(matching: Matching) -> None:
    district = matching.district
    lonely = district.needs(category="medicine", urgency=2, language="tr", recurring=True)
    matching.opens().presses("Auswählen und fragen")
    page = matching.page.opens("/desk/matching/")
    page.sees("zu entscheiden (0)", "noch niemand gefunden (1)", "wird gefragt (1)", "vermittelt (0)")
    page.sees("heute noch", "Türkisch", "jede Woche", "mit Wünschen", "ausgewählt, Frage geht hinaus")
    page.sees_nothing_of("selbst anrufen")
    with district.db.write() as db:
        ways.ask_in_person(db, district.services.clock(), db.get_one(Proposal, matching.ids[0]), "no_answer")
    page.opens("/desk/matching/").follows("selbst anrufen (1)").sees("Einkaufen, Wolfhagen")
    page.sees_nothing_of("heute noch").follows("noch niemand gefunden (1)").sees("heute noch")
    page.follows("Apotheke oder Botengang, Wolfhagen").sees(
        "Noch ist niemand gefunden.", "Ist nach 3 Tagen noch niemand da"
    )
    assert page.path == f"/desk/matching/{lonely}"


def test_the_selection_holds_from_case_to_case_until_it_is_cleared(matching: Matching) -> None:
    far = matching.district.needs(ags=HOFGEISMAR, details="in Hofgeismar")
    nowhere = matching.district.needs(ags=None)
    matching.district.refreshes()
    page = matching.page.opens("/desk/matching/").presses("Auswählen", place=HOFGEISMAR)
    page.sees("Einkaufen, Hofgeismar", "zu entscheiden (1)").sees_nothing_of("Einkaufen, Wolfhagen")
    page.follows("Einkaufen, Hofgeismar").sees("1 zu entscheiden").sees_nothing_of("Nächstes Anliegen")
    page.presses("Auswählen und fragen").sees("in Hofgeismar", "ausgewählt, Frage geht hinaus")
    assert page.path == f"/desk/matching/{far}", "nothing else is left of the selection"
    page.follows("Zurück zur Übersicht").sees_nothing_of("Einkaufen, Wolfhagen")
    page.presses("Auswählen", place="none", category="shopping").sees("Einkaufen, Ort noch offen")
    page.presses("Auswählen", category="driving").sees("Mit dieser Auswahl wartet niemand.")
    page.follows("Alle zeigen").sees("Einkaufen, Wolfhagen", "Einkaufen, Hofgeismar")
    page.opens("/desk/matching/?category=nonsense&state=nonsense&page=-4").sees("Einkaufen, Wolfhagen")
    assert nowhere


def test_after_a_decision_the_next_is_there_and_the_last_can_be_taken_back(matching: Matching) -> None:
    urgent = matching.district.needs(urgency=2, details="eilt sehr")
    later = matching.district.needs(details="eilt nicht")
    for place in range(3):
        matching.district.offers(WOLFHAGEN, f"+4915228890{place:03}", name=f"Herr Helfer {place}", capacity=9)
    matching.district.refreshes()
    page = matching.page.opens("/desk/matching/").follows("Nächstes Anliegen entscheiden")
    assert page.path == f"/desk/matching/{urgent}"
    page.sees("eilt sehr", "3 zu entscheiden").presses("Auswählen und fragen")
    assert page.path == f"/desk/matching/{matching.request}?after={urgent}"
    page.sees("Ausgewählt.", "Wocheneinkauf", "Auswahl zurücknehmen", "2 zu entscheiden")
    page.follows("Nächstes Anliegen").sees("eilt nicht").follows("Voriges Anliegen").sees("Wocheneinkauf")
    page.follows("Nächstes Anliegen").presses("Auswählen und fragen")
    assert page.path == f"/desk/matching/{matching.request}?after={later}", "what was put off comes again"
    page.presses("Auswahl zurücknehmen").sees("Zurückgenommen.", "eilt nicht")
    assert page.path == f"/desk/matching/{later}"
    assert len(matching.district.proposals(urgent, S.APPROVED)) == 1
    assert not matching.district.proposals(later, S.APPROVED)


def test_what_has_gone_out_is_not_offered_for_taking_back(matching: Matching) -> None:
    second = matching.district.needs(details="das zweite")
    matching.district.offers(WOLFHAGEN, "+4915228890001", name="Herr Helfer", capacity=9)
    matching.district.refreshes()
    page = matching.opens().presses("Auswählen und fragen").sees("das zweite", "Auswahl zurücknehmen")
    (asked,) = matching.district.proposals(matching.request, S.APPROVED)
    with matching.district.db.write() as db:
        db.get_one(Proposal, asked.id).status = S.OFFERED
    page.opens(f"/desk/matching/{second}?after={matching.request}")
    assert "Auswahl zurücknehmen" not in page.buttons


def test_a_long_list_has_pages(matching: Matching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_view, "PAGE", 2)
    _many(matching, 4)
    page = matching.page.opens("/desk/matching/?state=decide").follows("Seite 2 →").follows("Seite 3 →")
    page.sees_nothing_of("Seite 4").follows("← Seite 2").sees("Seite 3 →", "← Seite 1")
    page.opens("/desk/matching/?page=9").sees("Hier wartet gerade niemand.")


def test_what_was_proposed_before_is_shown_as_it_was(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = matching.district.proposals(matching.request)[0].helper_id
    with matching.district.db.write() as db:
        db.get_one(Helper, first).ags = HOFGEISMAR
    matching.desk.clock.moves(hours=1)
    matching.district.refreshes()
    page = matching.opens().follows("3 frühere Vorschläge mit ihren Gründen")
    page.sees("Frühere Vorschläge", "Frau Nachbarin 1", "Wohnt in derselben Gemeinde.", "überholt")
    page.sees("vorgeschlagen 10:00 Uhr, zuletzt 11:00 Uhr:", "65 von 100 Punkten")
    matching.opens().presses("Ablehnen", reason="verwandt")
    page.opens(f"/desk/matching/{matching.request}/history")
    page.sees("von der Koordination abgelehnt", "entschieden von Carla", "verwandt")
    monkeypatch.setattr(view, "PAST_PAGE", 1)
    page.opens(f"/desk/matching/{matching.request}/history").follows("Seite 2 →").sees("← Seite 1")
    page.opens("/desk/matching/999/history")
    assert page.status == 404


def test_who_is_being_asked_stands_in_the_row_and_until_when(matching: Matching) -> None:
    first, second, _third = (str(each) for each in matching.ids)
    matching.opens().presses("Die Angekreuzten fragen", proposal=[first, second], reason="")
    with matching.district.db.write() as db:
        row = db.get_one(Proposal, matching.ids[0])
        row.status, row.expires_at = S.OFFERED, matching.desk.clock() + timedelta(hours=2)
    page = matching.page.opens("/desk/matching/")
    page.sees("gefragt, Antwort steht aus (bis 12:00 Uhr)", "wird gefragt", "und 1 weitere Person")
    other = matching.desk.enter(matching.desk.person("ben", role=Role.OPERATOR)).opens("/desk/matching/")
    assert other.status == 403


def test_both_databases_tell_the_states_apart(
    any_db: Database, settings: Settings, profile: Profile, clock: MovableClock, nudges: Nudges
) -> None:
    services = Services(settings, profile, any_db, clock, nudges)
    district = District(services)
    district.offers(capacity=5)
    decide, asked, nowhere = district.needs(urgency=1), district.needs(), district.needs(ags=None)
    district.refreshes()
    (chosen,) = district.proposals(asked)
    with any_db.write() as db:
        offers.approve(db, profile, clock(), db.get_one(Proposal, chosen.id), district.coordinator)
    app = make_desk_app(services, more=SECTIONS)
    with app.test_request_context(), any_db.read() as db:
        counts = waiting_view.counts(db, Filters())
        assert counts == {**dict.fromkeys(State, 0), State.DECIDE: 1, State.ASKED: 1, State.NOBODY: 1}
        lines = waiting_view.listed(db, profile, Filters()).rows
        assert [(line.request.id, line.state) for line in lines] == [
            (decide, State.DECIDE),
            (asked, State.ASKED),
            (nowhere, State.NOBODY),
        ]
        (line,) = waiting_view.listed(db, profile, Filters(place="none"), State.NOBODY).rows
        assert line.request.id == nowhere
        assert waiting_view.by_place(db, Filters(category="shopping")) == {WOLFHAGEN: 2}
        assert waiting_view.neighbours(db, Filters()).next == decide
        assert clear_view.how_many(db) == len(clear_view.lines(db, profile))
