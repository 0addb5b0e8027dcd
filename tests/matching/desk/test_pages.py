"""The coordinators' pages: what they see of each proposal, and what each of their decisions does."""

from __future__ import annotations

import re
from pathlib import Path

import matching.desk
from intake.lifecycle import MissionStatus, ProposalStatus, RequestStatus
from intake.services import Job
from intake.staff_roles import Role
from matching import by_hand, offers, outgoing, ways
from matching.desk import pages
from matching.desk.pages import FAULTS
from matching.desk.words import PROPOSAL_WORDS
from matching.models import Mission, Proposal
from tests.conftest import Nudges
from tests.support.catalogs import check_catalog

from .conftest import LANDLINE, Matching

S = ProposalStatus


def test_after_the_login_the_waiting_requests_stand_there(matching: Matching) -> None:
    page = matching.page
    assert page.path == "/desk/matching/"
    page.sees("Wer wartet auf Hilfe?", "Einkaufen, Wolfhagen", "3 Vorschläge", "zu entscheiden (1)")
    page.follows("vermittelt (0)").sees("Hier wartet gerade niemand").follows("Alle wartenden")
    matching.district.needs(category="medicine", urgency=2)
    page.opens("/desk/matching/").sees("heute noch", "noch niemand gefunden")
    assert page.text.index("heute noch") < page.text.index("Einkaufen, Wolfhagen"), "the urgent stand first"


def test_a_proposal_says_why_and_the_lower_ones_why_lower(matching: Matching) -> None:
    page = matching.opens()
    page.sees(
        "Erika Beispiel", "Wocheneinkauf", "bitte klingeln", "Platz 1 Frau Nachbarin 1", "von 100 Punkten"
    )
    page.sees(
        "Platz 2", "Platz 3", "Warum nicht weiter oben:", "Trotzdem auswählen …", "Warum passt es nicht?"
    )
    page.sees_nothing_of("0152", "05671", "Hat zugesagt")


def test_the_first_is_chosen_with_one_press_and_taken_back(matching: Matching, nudges: Nudges) -> None:
    page = matching.opens()
    nudges.clear()
    page.presses("Auswählen und fragen").sees(
        "Ausgewählt. Bis die Frage hinausgeht", "ausgewählt, Frage geht hinaus"
    )
    assert nudges == [Job.PROPOSALS, Job.DUTIES]
    assert matching.status(0) is S.APPROVED
    page.opens("/desk/matching/").sees("ausgewählt, Frage geht hinaus").follows("Einkaufen, Wolfhagen")
    page.presses("Auswahl zurücknehmen").sees("Zurückgenommen.", "Auswählen und fragen")
    assert matching.status(0) is S.PROPOSED
    assert matching.actions()[-2:] == ["approved", "approval_undone"]


def test_how_it_goes_out_and_why_it_did_not_is_told(matching: Matching) -> None:
    page = matching.opens().presses("Auswählen und fragen").sees("per Textnachricht")
    services = matching.desk.services
    with matching.district.db.write() as db:
        key = ways.key(ways.OFFER, matching.ids[0])
        outgoing.failed(db, services.profile, services.clock(), key, "21614")
    matching.opens().sees("durch einen automatischen Anruf", "Die Nummer bekommt keine Textnachrichten.")
    with matching.district.db.write() as db:
        row = db.get_one(Proposal, matching.ids[0])
        ways.ask_in_person(db, services.clock(), row, "no_answer")
    matching.opens().sees("Bitte rufen Sie selbst an.", "Hat nicht abgenommen.")
    page.presses("Hat zugesagt").sees("Zugesagt.")


def test_what_has_gone_out_cannot_be_taken_back(matching: Matching) -> None:
    page = matching.opens().presses("Auswählen und fragen")
    with matching.district.db.write() as db:
        services = matching.desk.services
        offers.gone_out(db, services.profile, services.clock(), matching.ids[0])
    page.presses("Auswahl zurücknehmen").sees(
        "Die Frage ist schon unterwegs.", "gefragt, Antwort steht aus (bis"
    )
    assert page.status == 409
    assert matching.status(0) is S.OFFERED


def test_a_lower_one_is_chosen_only_with_a_reason(matching: Matching) -> None:
    second = f"/{matching.ids[1]}/approve"
    page = matching.opens().sends(second, reason="  ")
    assert page.status == 409
    page.sees("Bitte schreiben Sie, warum Sie nicht den ersten Vorschlag nehmen.")
    assert matching.status(1) is S.PROPOSED
    page.sends(second, reason="kennt die Dame").sees("Ausgewählt.")
    assert (page.status, matching.status(1)) == (200, S.APPROVED)
    page.sends(f"/{matching.ids[2]}/approve", reason="auch sie").sees("Es wird schon jemand gefragt.")
    assert (page.status, matching.status(2)) == (409, S.PROPOSED)


def test_a_rejection_needs_a_reason_and_brings_the_next_forward(matching: Matching) -> None:
    page = matching.opens().presses("Ablehnen", reason="").sees("Bitte schreiben Sie, warum es nicht passt.")
    assert page.status == 409
    page.presses("Ablehnen", reason="verwandt").sees("Abgelehnt.", "Was bisher war", "verwandt")
    assert matching.status(0) is S.REJECTED
    matching.district.refreshes()
    matching.opens().sees("Platz 1 Frau Nachbarin").sees_nothing_of("Platz 3")


def test_a_yes_in_person_makes_a_mission_and_owes_the_seeker_a_call(
    matching: Matching, nudges: Nudges
) -> None:
    page = matching.opens().presses("Auswählen und fragen")
    nudges.clear()
    page.presses("Hat zugesagt").sees(
        "Zugesagt. Ein Rückruf sagt der Person, wer kommt.", "vermittelt", "hat zugesagt"
    )
    assert Job.ASSIGN in nudges
    assert matching.district.status(matching.request) is RequestStatus.MATCHED
    with matching.district.db.read() as db:
        assert db.query(Mission).one().status is MissionStatus.AGREED
    page.follows("Zurück zur Übersicht").sees("Hier wartet gerade niemand").follows("vermittelt (1)").sees(
        "Wolfhagen"
    )
    assert "Auswählen und fragen" not in page.buttons


def test_a_no_in_person_leaves_the_others(matching: Matching) -> None:
    page = matching.opens().presses("Auswählen und fragen")
    page.presses("Hat abgesagt").sees("Abgesagt.", "Frau Nachbarin 1 hat abgesagt", "Frau Nachbarin 2")
    assert matching.status(0) is S.DECLINED
    assert matching.district.status(matching.request) is RequestStatus.PROPOSED


def test_an_answer_that_comes_too_late_changes_nothing(matching: Matching) -> None:
    page, other = matching.opens(), matching.desk.enter(matching.desk.person("ben", role=Role.COORDINATOR))
    page.presses("Auswählen und fragen")
    other.opens(f"/desk/matching/{matching.request}").presses("Hat abgesagt")
    page.presses("Hat zugesagt").sees("Diese Anfrage gilt nicht mehr. Nichts wurde geändert.")
    assert (page.status, matching.status(0)) == (409, S.DECLINED)
    page.opens("/desk/matching/999999")
    assert page.status == 404


def test_a_helper_without_texts_is_rung_and_seeing_her_number_is_noted(matching: Matching) -> None:
    with matching.district.db.read() as db:
        rows = [db.get_one(offers.Proposal, each) for each in matching.ids]
        landline = next(row.id for row in rows if row.helper.number == LANDLINE)
    page = matching.opens().sends(f"/{landline}/approve", reason="wohnt nebenan")
    page.sees("durch einen automatischen Anruf").sees_nothing_of("05671 555")
    assert "number_shown" not in matching.actions()
    page.presses("Nummer zeigen").sees("05671 555 0100")
    assert matching.actions()[-1] == "number_shown"


def test_the_pages_speak_english_too(matching: Matching) -> None:
    page = matching.opens().presses("English")
    page.sees("Waiting for", "Rank 1", "of 100 points", "Why not higher up:", "Choose and ask")
    page.sends(f"/{matching.ids[1]}/approve", reason=" ").sees("Please write why you do not take the first")
    page.sees_nothing_of("Warum", "Platz", "Vorschlag").opens("/desk/matching/")
    page.sees("Who is waiting for help?", "3 proposals").sees_nothing_of("Wer wartet", "Vorschläge")


def test_every_text_has_its_english() -> None:
    check_catalog(Path(matching.desk.__path__[0]))


def test_every_status_and_fault_has_words() -> None:
    assert set(PROPOSAL_WORDS) == set(ProposalStatus)
    sources = "".join(Path(each.__file__).read_text(encoding="utf-8") for each in (offers, by_hand, pages))
    told = set(re.findall(r'OfferError\("(\w+)"\)', sources))
    assert told == set(FAULTS)
