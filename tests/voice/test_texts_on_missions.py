"""A helper tells by text how her mission goes: done, or that she cannot come."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import outbox
from intake.answered_text_models import AnsweredText
from intake.db import Database
from intake.kinds import CallbackKind, OfferWay
from intake.lifecycle import (
    CallbackStatus,
    DutyStatus,
    LetterStatus,
    MissionStatus,
    ProposalStatus,
    RequestStatus,
)
from intake.models import AuditEntry, Callback, Duty, Helper, Letter, Request
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from matching import missions, offers, outgoing, unmatched, ways
from matching.models import Mission, Proposal
from matching.report_models import HelperWord
from tests.conftest import TUESDAY_TEN, MovableClock, Nudges
from tests.matching.district import HOFGEISMAR, WOLFHAGEN, District
from voice.text_replies import WORDS, Answer
from voice.texts import Texts

ANNA, BERTA, STRANGER = "+4915228817386", "+4915228895456", "+4915254599371"
PERSONAL = ("Erika Beispiel", "Burgstraße", "05692")


class Helping:
    """Anna helps wherever she is asked to, and writes to the hotline."""

    def __init__(self, services: Services) -> None:
        self.services, self.db, self.district = services, services.db, District(services)
        self.texts, self.sids = Texts(services), count(1)
        self.anna = self.district.offers(WOLFHAGEN, ANNA, capacity=5, radius_km=50)

    def agrees(self, place: str = WOLFHAGEN, confirmed: bool = True) -> Mission:
        """A new mission of hers; the seeker knows that she comes."""
        self.district.needs(ags=place, name="Erika Beispiel", address="Burgstraße 1")
        offered = self.is_asked()
        with self.db.write() as session:
            now, profile = self.services.clock(), self.services.profile
            row = session.get_one(Proposal, offered.id)
            mission = offers.accept(session, profile, now, row, "helper:1")
            assert mission is not None
            if confirmed:
                missions.confirm(session, now, mission, "staff:1")
                missions.briefed(session, now, mission, "worker")
                session.flush()
                self._close(session, CallbackKind.CONFIRM_MATCH)
            session.expunge(mission)
        return mission

    def is_asked(self, place: str = "") -> Proposal:
        """The newest request's first proposal has gone out to her."""
        if place:
            self.district.needs(ags=place)
        self.district.refreshes()
        with self.db.write() as session:
            open_rows = sa.select(Proposal).where(Proposal.status == ProposalStatus.PROPOSED)
            row = session.scalars(open_rows.order_by(Proposal.id.desc())).first()
            assert row is not None
            now = self.services.clock()
            offers.approve(session, self.services.profile, now, row, self.district.coordinator, "so")
            offers.gone_out(session, self.services.profile, now, row.id)
            session.expunge(row)
        return row

    def writes(self, words: str, number: str = ANNA, sid: str = "") -> str:
        """A text of hers; with a ``sid`` that came before, the carrier brings that one again."""
        return self.texts.receive(sid or f"SM{next(self.sids)}", number, words) or ""

    def mission(self, mission: Mission) -> Mission:
        with self.db.read() as session:
            return session.get_one(Mission, mission.id)

    def request(self, mission: Mission) -> Request:
        with self.db.read() as session:
            return session.get_one(Request, mission.request_id)

    def callbacks(self, kind: CallbackKind) -> list[CallbackStatus]:
        with self.db.read() as session:
            return list(session.scalars(sa.select(Callback.status).where(Callback.kind == kind)))

    def actions(self) -> list[str]:
        with self.db.read() as session:
            return list(session.scalars(sa.select(AuditEntry.action)))

    @staticmethod
    def _close(session: Session, kind: CallbackKind) -> None:
        for callback in session.scalars(sa.select(Callback).where(Callback.kind == kind)):
            callback.status = CallbackStatus.DONE


@pytest.fixture
def helping(services: Services) -> Helping:
    return Helping(services)


@pytest.mark.parametrize("words", ["ABSAGE", "Ich kann leider nicht kommen", "Absage {number}"])
def test_who_cannot_come_is_replaced_and_the_seeker_is_told(helping: Helping, words: str) -> None:
    mission = helping.agrees()
    before = helping.request(mission).urgency
    answer = helping.writes(words.format(number=mission.number))
    assert f"Einsatz {mission.number} ist abgesagt" in answer
    ended, request = helping.mission(mission), helping.request(mission)
    assert (ended.status, ended.helper_word) == (MissionStatus.CANCELLED, HelperWord.CANNOT)
    assert (request.status, request.urgency) == (RequestStatus.OPEN, before + 1)
    assert helping.callbacks(CallbackKind.FELL_THROUGH) == [CallbackStatus.QUEUED]
    assert {"helper_says_cannot", "mission_cancelled"} <= set(helping.actions())
    helping.district.refreshes()
    assert helping.district.proposals(mission.request_id) == [], "she is not proposed for it again"


def test_the_next_one_comes_before_the_coordinator(helping: Helping) -> None:
    mission = helping.agrees()
    berta = helping.district.offers(HOFGEISMAR, BERTA, radius_km=50)
    helping.writes("ABSAGE")
    helping.district.refreshes()
    assert [row.helper_id for row in helping.district.proposals(mission.request_id)] == [berta]


def test_an_absage_that_comes_twice_is_answered_twice_and_counted_once(helping: Helping) -> None:
    mission = helping.agrees()
    assert helping.writes("ABSAGE") == helping.writes("ABSAGE")
    assert helping.callbacks(CallbackKind.FELL_THROUGH) == [CallbackStatus.QUEUED]
    assert helping.request(mission).urgency == 1
    assert helping.actions().count("mission_cancelled") == 1


def test_an_absage_that_the_carrier_brings_again_late_ends_no_second_mission(helping: Helping) -> None:
    first, second = helping.agrees(WOLFHAGEN), helping.agrees(HOFGEISMAR)
    asked = helping.writes("ABSAGE", sid="SM900")
    assert "Welche Nummer" in asked
    called_off = helping.writes(f"ABSAGE {first.number}", sid="SM901")
    assert helping.writes("ABSAGE", sid="SM900") == asked
    assert helping.writes(f"ABSAGE {first.number}", sid="SM901") == called_off
    assert helping.mission(first).status is MissionStatus.CANCELLED
    assert helping.mission(second).status is MissionStatus.CONFIRMED
    helping.writes("ABSAGE")
    assert helping.mission(second).status is MissionStatus.CANCELLED, "a new text does its work"


def test_the_same_text_from_two_webhooks_at_one_moment_is_taken_once(
    settings: Settings, profile: Profile, any_db: Database, nudges: Nudges
) -> None:
    helping = Helping(Services(settings, profile, any_db, MovableClock(TUESDAY_TEN), nudges))
    first, second = helping.agrees(WOLFHAGEN), helping.agrees(HOFGEISMAR)
    helping.writes(f"ERLEDIGT {first.number}")
    together = Barrier(2)

    def says_done(_: int) -> str:
        together.wait()
        return helping.writes("ERLEDIGT", sid="SM900")

    with ThreadPoolExecutor(2) as webhooks:
        assert set(webhooks.map(says_done, range(2))) == {WORDS["de"][Answer.DONE]}
    assert helping.mission(second).helper_word is HelperWord.DONE
    with helping.db.read() as session:
        assert session.scalars(sa.select(AnsweredText.sid)).all().count("SM900") == 1


def test_a_seeker_who_knows_of_nobody_yet_is_not_disturbed(helping: Helping) -> None:
    mission = helping.agrees(confirmed=False)
    helping.writes("ABSAGE")
    assert helping.callbacks(CallbackKind.CONFIRM_MATCH) == [CallbackStatus.DONE]
    assert helping.callbacks(CallbackKind.FELL_THROUGH) == []
    with helping.db.read() as session:
        key = ways.key(ways.DETAILS, mission.id)
        details = session.scalars(sa.select(Duty).where(Duty.key == key)).one()
        assert details.error == "taken back", "name and address do not go out any more"


def test_a_helper_who_was_told_the_number_may_have_rung_there_herself(helping: Helping) -> None:
    mission = helping.agrees(confirmed=False)
    with helping.db.write() as session:
        outgoing.done(
            session, helping.services.profile, helping.services.clock(), ways.key(ways.DETAILS, mission.id)
        )
    helping.writes("ABSAGE")
    assert helping.callbacks(CallbackKind.FELL_THROUGH) == [CallbackStatus.QUEUED]


def test_once_somebody_else_is_found_nobody_rings_about_the_loss(helping: Helping) -> None:
    mission = helping.agrees()
    helping.writes("ABSAGE")
    helping.district.offers(HOFGEISMAR, BERTA, radius_km=50)
    helping.is_asked()
    helping.writes("JA", BERTA)
    assert helping.request(mission).status is RequestStatus.MATCHED
    assert helping.callbacks(CallbackKind.FELL_THROUGH) == [CallbackStatus.DONE]
    assert CallbackStatus.QUEUED in helping.callbacks(CallbackKind.CONFIRM_MATCH)


def test_that_nobody_was_found_is_not_told_on_top_of_the_loss(helping: Helping, clock: MovableClock) -> None:
    helping.agrees()
    days = helping.services.profile.limits.no_helper_days
    clock.moves(days=days, hours=1)
    helping.writes("ABSAGE")
    assert unmatched.run_due(helping.services) == 0
    clock.moves(days=days, hours=1)
    assert unmatched.run_due(helping.services) == 1
    assert helping.callbacks(CallbackKind.NO_HELPER) == [CallbackStatus.QUEUED]


def test_done_has_the_seeker_asked_at_once_and_closes_nothing(helping: Helping) -> None:
    mission = helping.agrees()
    assert missions.run_due(helping.services) == 0
    assert "Vielen Dank für Ihre Hilfe" in helping.writes("Erledigt!")
    assert helping.writes("erledigt") == WORDS["de"][Answer.DONE]
    assert missions.run_due(helping.services) == 1
    assert helping.callbacks(CallbackKind.FOLLOW_UP) == [CallbackStatus.QUEUED]
    said = helping.mission(mission)
    assert (said.status, said.helper_word, said.done_at) == (MissionStatus.CONFIRMED, HelperWord.DONE, None)
    assert helping.request(mission).status is RequestStatus.MATCHED
    assert helping.actions().count("helper_says_done") == 1


def test_with_several_missions_she_is_asked_which_by_number_and_place_alone(helping: Helping) -> None:
    first, second = helping.agrees(WOLFHAGEN), helping.agrees(HOFGEISMAR)
    answer = helping.writes("ABSAGE")
    assert f"{first.number} Wolfhagen, {second.number} Hofgeismar" in answer
    assert answer.endswith(f"ABSAGE {first.number}")
    assert not any(word in answer for word in PERSONAL)
    assert helping.mission(first).status is helping.mission(second).status is MissionStatus.CONFIRMED
    helping.writes(f"ABSAGE {second.number}")
    assert helping.mission(first).status is MissionStatus.CONFIRMED
    assert helping.mission(second).status is MissionStatus.CANCELLED


def test_of_two_missions_the_one_that_is_not_done_yet_is_meant(helping: Helping) -> None:
    first, second = helping.agrees(WOLFHAGEN), helping.agrees(HOFGEISMAR)
    helping.writes(f"ERLEDIGT {first.number}")
    helping.writes("ERLEDIGT")
    assert helping.mission(first).helper_word is helping.mission(second).helper_word is HelperWord.DONE


def test_with_two_offers_a_yes_asks_which(helping: Helping) -> None:
    first, second = helping.is_asked(WOLFHAGEN), helping.is_asked(HOFGEISMAR)
    answer = helping.writes("Ja")
    assert f"{first.number} Wolfhagen, {second.number} Hofgeismar" in answer
    assert answer.endswith(f"JA {first.number}")
    assert "übernehmen das" in helping.writes(f"Ja {second.number}")
    with helping.db.read() as session:
        assert session.get_one(Proposal, first.id).status is ProposalStatus.OFFERED


def test_a_mission_and_an_offer_are_two_that_she_may_mean(helping: Helping) -> None:
    mission, offer = helping.agrees(WOLFHAGEN), helping.is_asked(HOFGEISMAR)
    assert "Welche Nummer" in helping.writes("kann nicht")
    assert "jemand anderen" in helping.writes(f"kann nicht {offer.number}")
    assert helping.mission(mission).status is MissionStatus.CONFIRMED


@pytest.mark.parametrize("words", ["ABSAGE {number}", "ERLEDIGT {number}", "NEIN {number}"])
def test_from_another_telephone_the_number_of_a_mission_does_nothing(helping: Helping, words: str) -> None:
    mission = helping.agrees()
    helping.district.offers(HOFGEISMAR, BERTA)
    text = words.format(number=mission.number)
    assert helping.texts.receive("SM0", STRANGER, text) is None
    assert helping.writes(text, BERTA) == WORDS["de"][Answer.NOTHING_OPEN]
    assert helping.mission(mission).helper_word is None


def test_somebody_without_a_telephone_is_told_by_letter(helping: Helping) -> None:
    mission = helping.agrees()
    with helping.db.write() as session:
        request = session.get_one(Request, mission.request_id)
        request.number = request.number_hash = None
    helping.writes("ABSAGE")
    assert helping.callbacks(CallbackKind.FELL_THROUGH) == []
    with helping.db.read() as session:
        assert [letter.kind for letter in session.scalars(sa.select(Letter))] == [CallbackKind.FELL_THROUGH]
    helping.district.offers(HOFGEISMAR, BERTA, radius_km=50)
    helping.is_asked()
    helping.writes("JA", BERTA)
    with helping.db.read() as session:
        letters = session.scalars(sa.select(Letter).order_by(Letter.id)).all()
        assert [(letter.kind, letter.status) for letter in letters] == [
            (CallbackKind.FELL_THROUGH, LetterStatus.DROPPED),
            (CallbackKind.CONFIRM_MATCH, LetterStatus.DUE),
        ]
    helping.writes("ABSAGE", BERTA)
    with helping.db.read() as session:
        due = sa.select(Letter.kind).where(Letter.status == LetterStatus.DUE)
        assert session.scalars(due).all() == [], "who comes was never written to him"


def test_the_same_yes_from_two_webhooks_at_one_moment_is_answered_alike(
    settings: Settings, profile: Profile, any_db: Database, nudges: Nudges
) -> None:
    helping = Helping(Services(settings, profile, any_db, MovableClock(TUESDAY_TEN), nudges))
    helping.is_asked(WOLFHAGEN)
    together = Barrier(2)

    def says_yes(_: int) -> str:
        together.wait()
        return helping.writes("JA")

    with ThreadPoolExecutor(2) as webhooks:
        assert set(webhooks.map(says_yes, range(2))) == {WORDS["de"][Answer.ACCEPTED]}


def test_two_absagen_at_one_moment_end_the_mission_once(
    settings: Settings, profile: Profile, any_db: Database, nudges: Nudges
) -> None:
    helping = Helping(Services(settings, profile, any_db, MovableClock(TUESDAY_TEN), nudges))
    mission = helping.agrees()
    together = Barrier(2)

    def backs_out(_: int) -> str:
        together.wait()
        return helping.writes("ABSAGE")

    with ThreadPoolExecutor(2) as webhooks:
        answers = set(webhooks.map(backs_out, range(2)))
    assert len(answers) == 1
    assert f"Einsatz {mission.number} ist abgesagt" in answers.pop()
    assert helping.actions().count("mission_cancelled") == 1
    assert helping.callbacks(CallbackKind.FELL_THROUGH) == [CallbackStatus.QUEUED]


def test_who_was_too_late_is_thanked_once(helping: Helping) -> None:
    offer = helping.is_asked(WOLFHAGEN)
    with helping.db.write() as session:
        key, now = ways.key(ways.OFFER, offer.id), helping.services.clock()
        session.scalars(sa.select(Duty).where(Duty.key == key)).one().status = DutyStatus.DONE
        offers.overtake_others(session, helping.services.profile, now, offer.request_id)
    assert helping.writes("JA") == WORDS["de"][Answer.TAKEN]
    with helping.db.read() as session:
        assert outbox.texts_to(session, ANNA) == []


def test_who_has_no_mission_is_told_so_kindly(helping: Helping) -> None:
    assert helping.writes("ERLEDIGT") == helping.writes("ABSAGE") == WORDS["de"][Answer.NOTHING_OPEN]


def test_what_has_not_gone_out_to_somebody_who_opts_out_goes_another_way(helping: Helping) -> None:
    mission, offer = helping.agrees(confirmed=False), helping.is_asked(HOFGEISMAR)
    with helping.db.write() as session:
        session.get_one(Proposal, offer.id).status = ProposalStatus.APPROVED
    helping.writes("STOPP")
    with helping.db.read() as session:
        row = session.get_one(Proposal, offer.id)
        assert (row.way, row.trouble) == (OfferWay.CALL, "opted_out")
        assert outbox.texts_to(session, ANNA) == []
        briefings = sa.select(Callback.need).where(Callback.kind == CallbackKind.BRIEFING)
        assert list(session.scalars(briefings)) == [f"briefing:{mission.id}"]


def test_a_number_that_the_carrier_does_not_text_any_more_is_remembered(helping: Helping) -> None:
    mission = helping.agrees(confirmed=False)
    with helping.db.write() as session:
        key, now = ways.key(ways.DETAILS, mission.id), helping.services.clock()
        session.scalars(sa.select(Duty).where(Duty.key == key)).one().status = DutyStatus.FAILED
        outgoing.failed(session, helping.services.profile, now, key, "21610")
    with helping.db.read() as session:
        assert not ways.can_be_texted(session.get_one(Helper, helping.anna))
    assert helping.callbacks(CallbackKind.BRIEFING) == [CallbackStatus.QUEUED]
