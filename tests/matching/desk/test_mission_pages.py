"""Missions at the desk: told to both sides, followed up, complained about, printed for the insurer."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import queue
from intake.kinds import CallbackKind
from intake.lifecycle import CallbackStatus, MissionStatus, ProposalStatus, RequestStatus
from intake.models import Callback, Duty, Helper
from intake.staff_roles import Role
from matching import helper_words, missions, offers, reports, unmatched, ways
from matching.desk import mission_view
from matching.exclusion_models import Exclusion, Side
from matching.mission_log import Line, Words, as_csv, as_pdf
from matching.models import Handover, Mission, Proposal
from matching.report_models import HelperWord, Report, Verdict
from tests.conftest import MovableClock
from tests.matching.district import HOFGEISMAR, WOLFHAGEN
from tests.support.pages import Page

from .conftest import Matching

M = MissionStatus


class Sent:
    """A mission that was agreed on, an operator who rings, and the coordinator."""

    def __init__(self, matching: Matching) -> None:
        self.matching, self.desk, self.district = matching, matching.desk, matching.district
        self.services = matching.desk.services
        with self.district.db.write() as db:
            row = db.get_one(Proposal, matching.ids[0])
            offers.approve(db, self.services.profile, self.services.clock(), row, self.district.coordinator)
            mission = offers.accept(db, self.services.profile, self.services.clock(), row, "helper:1")
            assert mission is not None
        self.id = mission.id

    def takes(self, kind: CallbackKind) -> Page:
        """An operator takes the callback of this kind and opens it."""
        person = self.desk.person(f"anna-{kind.value.replace('_', '-')}")
        with self.district.db.write() as db:
            callback = db.scalars(sa.select(Callback).where(Callback.kind == kind)).one()
            assert queue.take(db, self.services.clock(), callback.id, person.id)
        self.callback = callback.id
        return self.desk.enter(person).opens(f"/desk/callbacks/{callback.id}")

    def opens(self) -> Page:
        """The mission's page, by way of the list."""
        page = self.matching.page
        page.opens("/desk/missions/").follows("Einkaufen, Wolfhagen")
        return page

    @property
    def mission(self) -> Mission:
        with self.district.db.read() as db:
            return db.get_one(Mission, self.id)

    def callback_status(self) -> CallbackStatus:
        with self.district.db.read() as db:
            return db.get_one(Callback, self.callback).status


@pytest.fixture
def sent(matching: Matching) -> Sent:
    return Sent(matching)


def test_the_seeker_is_told_who_comes_and_the_code_word(sent: Sent) -> None:
    page = sent.takes(CallbackKind.CONFIRM_MATCH)
    page.sees("Frau Nachbarin 1", sent.mission.code_word, sent.mission.number, "Codewort")
    page.sees_nothing_of("0152 288").presses("Erreicht: Antwort aufnehmen").sees("Hilfe angekündigt")
    page.presses("Speichern").sees("Bitte wählen Sie eine Antwort.")
    assert page.status == 422
    page.presses("Speichern", answer="agreed", day="2026-11-26", half="afternoon").sees("Notiert.")
    assert (sent.mission.status, sent.callback_status()) == (M.CONFIRMED, CallbackStatus.DONE)
    assert sent.mission.planned_at.astimezone(sent.services.profile.tz).hour == 14


def test_an_answer_that_was_not_finished_is_there_again(sent: Sent) -> None:
    page = sent.takes(CallbackKind.CONFIRM_MATCH).presses("Erreicht: Antwort aufnehmen")
    form = page.path
    page.presses("Speichern", day="2026-11-26", half="afternoon").sees("Bitte wählen Sie eine Antwort.")
    page.opens("/desk/").sees("Nicht fertig: Antwort aus einem Rückruf")
    page.opens(form).sees("Ihr Entwurf").holds(day="2026-11-26").presses("Speichern", answer="agreed")
    page.opens("/desk/").sees_nothing_of("Nicht fertig")


def test_who_does_not_want_this_helper_gets_another(sent: Sent) -> None:
    sent.takes(CallbackKind.CONFIRM_MATCH).presses("Erreicht: Antwort aufnehmen").presses(
        "Speichern", answer="other"
    )
    assert sent.mission.status is M.CANCELLED
    assert sent.district.status(sent.matching.request) is RequestStatus.OPEN
    assert sent.callback_status() is CallbackStatus.DONE


def test_how_it_went_is_asked_and_never_again_is_obeyed(sent: Sent, clock: MovableClock) -> None:
    clock.moves(days=15)
    missions.run_due(sent.services)
    page = sent.takes(CallbackKind.FOLLOW_UP).presses("Erreicht: Antwort aufnehmen")
    page.presses(
        "Speichern",
        went="not_done",
        still_needed="yes",
        verdict="never_again",
        said="kam zu spät",
        complaint="y",
    ).sees("Notiert.")
    assert sent.mission.status is M.NOT_DONE
    assert sent.district.status(sent.matching.request) is RequestStatus.OPEN
    with sent.district.db.read() as db:
        assert db.scalars(sa.select(Exclusion)).one().helper_id == sent.mission.helper_id
        assert db.scalars(sa.select(Report)).one().complaint
    page = sent.desk.somebody("ben", Role.COORDINATOR).opens("/desk/missions/")
    page.follows("Mit Problemen (1)")
    page.sees("Beschwerde offen").follows("Einkaufen, Wolfhagen").sees("kam zu spät")
    page.presses("Beschwerde abschließen", answer=" ").sees("Bitte ausfüllen.")
    page.presses("Beschwerde abschließen", answer="mit beiden gesprochen").sees("Beschwerde beantwortet")
    page.opens("/desk/missions/?show=trouble").sees("Hier steht gerade nichts.")


def test_a_helper_without_texts_is_told_by_telephone(matching: Matching) -> None:
    sent = Sent(matching)
    with sent.district.db.write() as db:
        missions.ring_the_helper(
            db, sent.services.profile, sent.services.clock(), db.get_one(Mission, sent.id)
        )
    page = sent.takes(CallbackKind.BRIEFING).sees("Erika Beispiel", "05692 5", "Codewort")
    page.presses("Erreicht: Antwort aufnehmen").presses("Speichern", answer="told")
    assert sent.mission.briefed_at is not None


def test_a_helper_who_says_on_the_telephone_that_she_cannot_is_replaced(matching: Matching) -> None:
    sent = Sent(matching)
    with sent.district.db.write() as db:
        mission = db.get_one(Mission, sent.id)
        missions.briefed(db, sent.services.clock(), mission, "worker")
        missions.ring_the_helper(db, sent.services.profile, sent.services.clock(), mission)
    page = sent.takes(CallbackKind.BRIEFING).presses("Erreicht: Antwort aufnehmen")
    page.presses("Speichern", answer="cannot").sees("Notiert.")
    assert (sent.mission.status, sent.mission.helper_word) == (M.CANCELLED, HelperWord.CANNOT)
    assert sent.callback_status() is CallbackStatus.DONE
    page = sent.takes(CallbackKind.FELL_THROUGH)
    page.sees("Hilfe ist ausgefallen", "kann nun doch nicht kommen", "Diese Hilfe kommt nicht")
    page.sees_nothing_of("Bitte nicht hingehen")
    page.presses("Erreicht: Antwort aufnehmen").sees("Die zugesagte Hilfe ist ausgefallen")
    page.presses("Speichern", answer="wait").sees("Notiert.")
    assert sent.district.status(sent.matching.request) is RequestStatus.OPEN


@pytest.mark.parametrize(
    ("went", "word", "told"), [("cannot", HelperWord.CANNOT, False), ("cancelled", None, True)]
)
def test_a_coordinator_who_calls_off_has_the_seeker_told(
    sent: Sent, went: str, word: HelperWord | None, told: bool
) -> None:
    """The helper is told as well, unless it was she who said so."""
    with sent.district.db.write() as db:
        missions.briefed(db, sent.services.clock(), db.get_one(Mission, sent.id), "worker")
    page = sent.opens().presses("Einsatz beenden", went=went, still_needed="y").sees("abgesagt")
    assert (sent.mission.status, sent.mission.helper_word) == (M.CANCELLED, word)
    assert sent.district.status(sent.matching.request) is RequestStatus.OPEN
    with sent.district.db.read() as db:
        kinds = set(db.scalars(sa.select(Callback.kind)))
        key = ways.key(ways.CANCELLED, sent.id)
        assert (db.scalar(sa.select(Duty.id).where(Duty.key == key)) is not None) is told
    assert CallbackKind.FELL_THROUGH in kinds
    page.sees("Hilfe ist ausgefallen")


def test_who_lost_her_helper_stands_first_and_the_yes_is_told_as_it_ended(
    sent: Sent, clock: MovableClock
) -> None:
    page, district = sent.matching.page, sent.district
    lost, urgent = sent.matching.request, district.needs(urgency=2, created_at=clock() - timedelta(days=9))
    page.opens(f"/desk/matching/{lost}").sees("Frau Nachbarin 1 hat zugesagt")
    clock.moves(minutes=10)
    with district.db.write() as db:
        mission = db.get_one(Mission, sent.id)
        missions.close(db, sent.services.profile, clock(), mission, M.CANCELLED, True, "worker")
    district.refreshes()
    ended = "sagte zu, dann abgesagt am Dienstag, 24. November"
    page.opens(f"/desk/matching/{lost}").sees(f"Frau Nachbarin 1 {ended}").sees_nothing_of("hat zugesagt")
    page.follows("frühere Vorschläge").sees(ended)
    page.opens("/desk/matching/").sees(f"Wieder offen: Frau Nachbarin 1 {ended}")
    page.follows("Nächstes Anliegen entscheiden")
    assert page.path == f"/desk/matching/{lost}"
    page.follows("Nächstes Anliegen")
    assert page.path == f"/desk/matching/{urgent}"
    page.follows("Voriges Anliegen")
    assert page.path == f"/desk/matching/{lost}"


def test_what_the_helper_says_stands_on_the_pages(sent: Sent) -> None:
    with sent.district.db.write() as db:
        helper_words.done(db, sent.services.clock(), db.get_one(Mission, sent.id), "helper:1")
    page = sent.matching.page.opens("/desk/missions/").sees("Die Hilfe sagt: erledigt")
    page.follows("Einkaufen, Wolfhagen").sees("Die Hilfe sagt selbst", "erledigt, ")
    missions.run_due(sent.services)
    sent.takes(CallbackKind.FOLLOW_UP).sees("Die Hilfe sagt selbst")


def test_a_coordinator_plans_closes_and_sees_numbers_on_purpose(sent: Sent) -> None:
    page = (
        sent.opens()
        .sees("Erika Beispiel", "Frau Nachbarin 1", "vereinbart", "Clara")
        .sees_nothing_of("05692", "0152 2")
    )
    late = sent.desk.somebody("ben", Role.COORDINATOR).opens(f"/desk/missions/{sent.id}")
    page.presses("Nummer zeigen")
    assert sent.matching.actions()[-1] == "number_shown"
    page.presses("Ich habe die Einzelheiten gesagt").sees("Gespeichert.")
    page.presses("Tag speichern", at="2026-11-27T10:00").sees("Fr. 27.11., 10:00 Uhr")
    page.presses("Einsatz beenden").sees("Bitte wählen Sie eine Antwort.")
    page.presses("Einsatz beenden", went="no_show", still_needed="y").sees("niemand gekommen")
    assert sent.district.status(sent.matching.request) is RequestStatus.OPEN
    late.presses("Einsatz beenden", went="done").sees("schon beendet")
    assert late.status == 409
    page.presses("Rückmeldung speichern", teller="helper", verdict="mixed", said="war nicht da").sees(
        "war nicht da"
    )
    page.presses("English").sees("Feedback", "nobody came").sees_nothing_of("Rückmeldung", "Stand")


def _agree(matching: Matching, place: int, ags: str) -> Mission:
    """A mission of another request with one of the helpers."""
    district = matching.district
    request_id, now = district.needs(ags=ags), district.services.clock()
    with district.db.write() as db:
        helper_id = db.scalars(sa.select(Helper.id).order_by(Helper.id)).all()[place]
        row = Proposal(request_id=request_id, helper_id=helper_id, status=ProposalStatus.OFFERED, rank=1)
        row.score, row.parts, row.lower_because, row.created_at, row.status_at = 50, [], [], now, now
        db.add(row)
        db.flush()
        mission = offers.accept(db, district.services.profile, now, row, "helper")
        assert mission is not None
    return mission


def _listed(page: Page, query: str = "") -> list[str]:
    """The missions' numbers as the list has them."""
    return re.findall(r"Nr\. (\d+)", page.opens(f"/desk/missions/{query}").text)


def test_the_list_begins_with_what_presses_and_is_narrowed(sent: Sent, clock: MovableClock) -> None:
    matching, page = sent.matching, sent.matching.page
    calm, untold, asked, complaint = (
        _agree(matching, place, ags)
        for place, ags in ((0, WOLFHAGEN), (1, HOFGEISMAR), (1, WOLFHAGEN), (2, WOLFHAGEN))
    )
    with sent.district.db.write() as db:
        rows = {each.id: db.get_one(Mission, each.id) for each in (calm, untold, asked, complaint)}
        for each in (calm, asked, complaint):
            missions.briefed(db, clock(), rows[each.id], "worker")
            missions.confirm(db, clock(), rows[each.id], "worker")
        rows[calm.id].planned_at = clock() + timedelta(days=2)
        rows[untold.id].planned_at = clock() - timedelta(days=1)
        helper_words.done(db, clock(), rows[asked.id], "helper")
        teller, verdict = Side.SEEKER, Verdict.MIXED
        reports.tell(db, clock(), rows[complaint.id], teller, verdict, "", True, sent.district.coordinator)
    numbers = [each.number for each in (complaint, untold, asked, sent.mission, calm)]
    assert _listed(page) == numbers
    page.sees("Beschwerde offen", "nicht beide wussten Bescheid", "Nachfragen, wie es war")
    page.sees("Einzelheiten noch nicht gesagt", "Laufende (5)", "Nachzufragen (1)", "Mit Problemen (2)")
    assert _listed(page, "?show=follow_up") == [asked.number]
    assert _listed(page, "?show=trouble") == numbers[:2]
    assert _listed(page, f"?place={HOFGEISMAR}") == [untold.number]
    assert _listed(page, "?words=nachbarin 3") == [complaint.number]
    assert _listed(page, "?words=0152 28895456") == [untold.number, asked.number]
    assert _listed(page, f"?words={calm.number}") == [calm.number]
    assert _listed(page, "?words=nachbarin 3&show=trouble&place=nowhere") == [complaint.number]
    page.follows("Alle zeigen").sees("Mit Problemen (2)")
    page.opens("/desk/missions/?words=niemand").sees("Mit dieser Auswahl gibt es keinen Einsatz.")
    with sent.district.db.write() as db:
        row = db.get_one(Mission, complaint.id)
        missions.close(db, sent.services.profile, clock(), row, M.DONE, False, "worker")
    assert _listed(page, "?show=ended") == [complaint.number]
    assert _listed(page, "?show=trouble") == numbers[:2], "an ended mission with a complaint is not forgotten"


def test_the_list_is_turned_over(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mission_view, "PAGE", 1)
    other = _agree(sent.matching, 1, WOLFHAGEN)
    page = sent.matching.page
    assert _listed(page, "?words=nachbarin") == [sent.mission.number]
    page.follows("Seite 2").sees(f"Nr. {other.number}").sees_nothing_of("Seite 3")
    page.follows("Seite 1").sees(f"Nr. {sent.mission.number}")


def test_the_log_is_a_table_and_a_paper_and_each_is_noted(sent: Sent) -> None:
    page = sent.matching.page.opens("/desk/missions/").follows("Verzeichnis für die Versicherung")
    page.presses("Als Tabelle (CSV) laden", first="2026-11-30", last="2026-11-01").sees(
        "Der letzte Tag liegt vor dem ersten."
    )
    page.presses("Als Tabelle (CSV) laden", first="2026-11-01", last="2026-11-30")
    page.sees(sent.mission.number, "Frau Nachbarin 1", "Clara", "Einkaufen", "Wolfhagen", "24.11.2026")
    page.sees_nothing_of("Erika", "Burgstraße")
    assert sent.matching.actions()[-1] == "mission_log_exported"


def test_what_stands_in_the_log() -> None:
    words = Words(
        "Einsätze", ("Nummer", "Vereinbart", "Wer", "Von", "Wobei", "Wo", "Wann", "Stand"), {}, "Seite"
    )
    lines = [
        Line("482165", "24.11.2026", "=HYPERLINK(1)", "Clara", "Einkaufen", "Wolfhagen", "", "geschafft"),
        Line("482166", "24.11.2026", "Олена محمد Jürgen", "Clara", "Einkaufen", "Wolfhagen", "", "abgesagt"),
    ]
    rows = list(csv.reader(io.StringIO(as_csv(lines, words).decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "Nummer"
    assert rows[1][2] == "'=HYPERLINK(1)", "a spreadsheet must not run what somebody called herself"
    paper = as_pdf(lines, words, "Landkreis Kassel")
    assert paper.startswith(b"%PDF-")


def test_who_waits_too_long_is_told_once_and_can_be_handed_over(
    matching: Matching, clock: MovableClock
) -> None:
    services = matching.desk.services
    assert unmatched.run_due(services) == 0
    clock.moves(days=services.profile.limits.no_helper_days, hours=1)
    assert unmatched.run_due(services) == 1
    assert unmatched.run_due(services) == 0
    person = matching.desk.person("anna")
    with matching.district.db.write() as db:
        callback = db.scalars(sa.select(Callback).where(Callback.kind == CallbackKind.NO_HELPER)).one()
        assert queue.take(db, clock(), callback.id, person.id)
    page = matching.desk.enter(person).opens(f"/desk/callbacks/{callback.id}")
    page.presses("Erreicht: Antwort aufnehmen").sees("Rathaus Wolfhagen", "Kreishaus").sees_nothing_of(
        "Hofgeismar"
    )
    page.presses(
        "Speichern", answer="hand_over", contact_point="rathaus-wolfhagen", said="kennt dort jemanden"
    )
    assert matching.district.status(matching.request) is RequestStatus.HANDED_ON
    with matching.district.db.read() as db:
        assert db.scalars(sa.select(Handover)).one().contact_point == "rathaus-wolfhagen"
    assert unmatched.run_due(services) == 0
    clock.moves(hours=1)
    matching.district.offers(number="+4915254599371")
    assert unmatched.run_due(services) == 1
    assert matching.district.status(matching.request) is RequestStatus.OPEN
