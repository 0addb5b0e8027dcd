"""From a coordinator's choice to a mission, by text and by telephone, and what may come between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from intake.db import Database
from intake.kinds import OfferCallOutcome, OfferWay
from intake.lifecycle import MissionStatus, ProposalStatus, RequestStatus
from intake.models import Duty
from intake.profile import Profile
from intake.settings import Settings
from matching.models import OfferCall, Proposal
from tests.voice.line import broken
from voice.phone.carrier import Answer, Line, Texts
from voice.phone.http import WebRequest

from .asking import Asking, open_asking

ANNA, BERTA, CARLA = "+4917604069001", "+4917604069002", "+4917604069003"
LANDLINE, OTHER_LANDLINE = "+493023125001", "+493023125002"
PERSONAL = ("Erika", "Beispiel", "Burgstraße", "692 5")
S = ProposalStatus


@pytest.fixture
def asking(settings: Settings, profile: Profile, sqlite_db: Database) -> Iterator[Asking]:
    with open_asking(settings, profile, sqlite_db) as asking:
        yield asking


def test_by_text_from_the_choice_to_the_details(asking: Asking) -> None:
    asking.is_needed(ANNA).asks(ANNA)
    (offer,) = asking.texts(ANNA)
    assert "Wolfhagen" in offer
    assert not any(word in offer for word in PERSONAL)
    asking.phone.texts_the_hotline(ANNA, ["Ja", " gern"][0])
    asking.works()
    mission = asking.mission
    assert mission.number in offer
    details = asking.texts(ANNA)[-1]
    assert all(
        word in details for word in ("Erika Beispiel", "Burgstraße 1", mission.number, mission.code_word)
    )
    assert mission.briefed_at is not None
    assert asking.request_status is RequestStatus.MATCHED
    assert asking.callbacks() >= {"confirm_match"}


def test_a_text_that_the_carrier_brings_again_gets_its_answer_again_and_does_nothing(asking: Asking) -> None:
    asking.is_needed(ANNA).asks(ANNA)
    asking.phone.texts_the_hotline(ANNA, "JA")
    yes = asking.phone.chaos.wire.sent[-1]
    asking.phone.texts_the_hotline(ANNA, "ABSAGE")
    assert yes.url.endswith("/voice/text")
    assert "Sie übernehmen das" in asking.phone.chaos.repeat(yes).body.decode()
    assert asking.mission.status is MissionStatus.CANCELLED


def test_of_two_offers_the_one_that_is_named_is_answered(asking: Asking) -> None:
    asking.is_needed(ANNA).asks(ANNA)
    number = asking.rows(Proposal)[0].number
    asking.phone.texts_the_hotline(ANNA, f"ja {number}")
    asking.works()
    assert asking.status(ANNA) == [S.ACCEPTED]
    asking.phone.texts_the_hotline(ANNA, f"nein {number}")
    assert asking.mission.status is MissionStatus.AGREED


def test_by_an_automated_call(asking: Asking) -> None:
    asking.is_needed(LANDLINE).asks(LANDLINE)
    call = asking.picks_up(LANDLINE)
    call.hears("Bürgertelefon", "Zum Anhören").hears_nothing_of("Nachbarin", "Wolfhagen", *PERSONAL)
    call.press("1").hears("Frau Nachbarin 1").hears_nothing_of("Wolfhagen", *PERSONAL)
    call.press("1").hears("Wolfhagen", "Einkaufen").hears_nothing_of(*PERSONAL)
    assert asking.status(LANDLINE) == [S.OFFERED]
    call.press("3").hears("Wolfhagen", "Einkaufen")
    call.press("1").hears("Vielen Dank", "ruft Sie an").hears_nothing_of(*PERSONAL)
    assert call.ended
    assert asking.mission.status is MissionStatus.AGREED
    assert asking.callbacks() >= {"confirm_match", "briefing"}


def test_a_no_by_key_and_the_next_is_asked_at_once(asking: Asking) -> None:
    asking.is_needed(LANDLINE, ANNA).asks(LANDLINE, auto_next=True)
    asking.picks_up(LANDLINE).press("1").press("1").press("2").hears("fragen jemand anderen")
    asking.works().works()
    assert asking.status(LANDLINE) == [S.DECLINED]
    assert len(asking.texts(ANNA)) == 1


def test_a_machine_hears_nothing_but_whom_to_call(asking: Asking) -> None:
    asking.phone.set_line(LANDLINE, Line(Answer.VOICEMAIL))
    asking.is_needed(LANDLINE).asks(LANDLINE)
    asking.phone.waits(90)
    (call,) = asking.phone.calls_to(LANDLINE)
    said = " ".join(text for speaker, text, _ in call.transcript if speaker == "hotline")
    assert "Bitte rufen Sie das Bürgertelefon an" in said
    assert not any(word in said for word in ("Nachbarin", "Wolfhagen", "Einkaufen", *PERSONAL))
    assert asking.rows(OfferCall)[0].outcome is OfferCallOutcome.MACHINE


def test_nobody_at_home_is_tried_again_and_then_a_person_is_asked_to_ring(asking: Asking) -> None:
    asking.phone.set_line(LANDLINE, Line(Answer.BUSY))
    asking.is_needed(LANDLINE).asks(LANDLINE)
    for _ in range(6):
        asking.passes(minutes=16)
    (row,) = asking.rows(Proposal)
    assert (row.way, row.trouble, row.status) == (OfferWay.IN_PERSON, "busy", S.APPROVED)
    rule = asking.services.profile.offer_retry[asking.rows(OfferCall)[0].outcome]
    assert len(asking.phone.calls_to(LANDLINE)) == rule.max_tries


@pytest.mark.parametrize(
    ("texts", "trouble"),
    [(Texts.LANDLINE, "landline"), (Texts.OPTED_OUT, "opted_out"), (Texts.UNDELIVERED, "landline")],
)
def test_where_no_text_arrives_the_telephone_rings(asking: Asking, texts: Texts, trouble: str) -> None:
    asking.phone.set_line(ANNA, Line(texts=texts))
    asking.is_needed(ANNA).asks(ANNA)
    asking.phone.waits(5)
    asking.works()
    (row,) = asking.rows(Proposal)
    assert (row.way, row.trouble) == (OfferWay.CALL, trouble)
    asking.picks_up(ANNA).press("1").press("1").press("1").hears("Vielen Dank")
    assert asking.mission.number == row.number


def test_three_are_asked_two_say_yes_one_comes_and_the_other_is_thanked(asking: Asking) -> None:
    asking.is_needed(ANNA, BERTA, LANDLINE).asks(ANNA, BERTA, LANDLINE)
    asking.phone.texts_the_hotline(ANNA, "JA")
    asking.phone.texts_the_hotline(BERTA, "JA")
    call = asking.picks_up(LANDLINE).press("1").press("1").hears("hat sich erledigt", "Vielen Dank")
    assert call.ended
    asking.works()
    assert asking.status(ANNA) == [S.ACCEPTED]
    assert asking.status(BERTA) == asking.status(LANDLINE) == [S.OVERTAKEN]
    assert any(
        "hat schon jemand zugesagt" in text or "hat sich erledigt" in text for text in asking.texts(BERTA)
    )
    assert asking.mission.status is MissionStatus.AGREED


def test_who_pondered_on_the_telephone_is_rung_to_be_thanked(asking: Asking) -> None:
    asking.is_needed(LANDLINE, ANNA).asks(LANDLINE, ANNA)
    asking.picks_up(LANDLINE).press("1").press("1").hangs_up()
    asking.phone.texts_the_hotline(ANNA, "JA")
    asking.works()
    call = asking.picks_up(LANDLINE).press("1").press("1").hears("hat sich erledigt")
    assert call.ended


def test_nobody_answers_everybody_is_asked_once_and_reminded_once(asking: Asking) -> None:
    asking.is_needed(ANNA, BERTA).asks(ANNA, auto_next=True)
    for _ in range(14):
        asking.passes(hours=5)
    assert sorted(asking.status(ANNA) + asking.status(BERTA)) == [S.EXPIRED, S.EXPIRED]
    for number in (ANNA, BERTA):
        offer, reminder = asking.texts(number)
        assert "noch einmal" in reminder
        assert "noch einmal" not in offer
    assert asking.request_status is RequestStatus.OPEN


def test_a_turn_that_comes_twice_hears_the_same_words_and_counts_once(asking: Asking) -> None:
    asking.phone.chaos.double_everything()
    asking.is_needed(LANDLINE).asks(LANDLINE)
    asking.picks_up(LANDLINE).press("1").press("1").press("1").hears("Vielen Dank")
    assert asking.mission.status is MissionStatus.AGREED
    assert asking.phone.chaos.wire.differing == []
    assert len(asking.rows(OfferCall)) == 1


def test_a_call_whose_end_nobody_tells_is_tried_again(asking: Asking) -> None:
    asking.phone.chaos.drop("busy")
    asking.phone.set_line(LANDLINE, Line(Answer.BUSY))
    asking.is_needed(LANDLINE).asks(LANDLINE)
    asking.passes(minutes=10)
    assert asking.rows(OfferCall)[0].outcome is None
    asking.passes(hours=1)
    assert asking.rows(OfferCall)[0].outcome is OfferCallOutcome.FAILED


def test_a_forged_answer_accepts_nothing(asking: Asking) -> None:
    asking.is_needed(LANDLINE).asks(LANDLINE)
    call = asking.picks_up(LANDLINE).press("1").press("1").listens()
    url = f"{asking.line.base}/voice/offer/1/turn/3"
    assert asking.phone.chaos.forge(url, {"CallSid": call.call.sid, "Digits": "1"}).status == 403
    assert asking.status(LANDLINE) == [S.OFFERED]


def test_a_broken_record_is_told_to_the_helper(asking: Asking) -> None:
    asking.is_needed(LANDLINE).asks(LANDLINE)
    call = asking.picks_up(LANDLINE).press("1")
    with asking.services.db.write() as session:
        session.execute(OfferCall.__table__.update().values(state={"no": "state"}))
    call.press("1").hears("bei uns ist gerade etwas gestört")
    assert call.ended
    assert {duty.error for duty in asking.rows(Duty)} == {""}


def test_words_that_were_lost_on_the_way_are_said_again_by_the_fallback(asking: Asking) -> None:
    broken(asking.line, "/voice/offer/1/turn/3", times=1, after=True)
    asking.is_needed(LANDLINE).asks(LANDLINE)
    call = asking.picks_up(LANDLINE).press("1").press("1").press("1")
    call.hears("Vielen Dank", "ruft Sie an").hears_nothing_of("We are sorry")
    assert asking.mission.status is MissionStatus.AGREED


def test_a_question_that_got_no_answer_ends_with_an_apology_and_is_asked_another_time(asking: Asking) -> None:
    broken(asking.line, "/voice/offer/1/turn/2", times=1, after=False)
    asking.is_needed(LANDLINE).asks(LANDLINE)
    call = asking.picks_up(LANDLINE).press("1").press("1")
    call.hears("bei uns ist gerade etwas gestört").hears_nothing_of("We are sorry")
    assert call.ended
    assert asking.rows(OfferCall)[0].outcome is OfferCallOutcome.FAILED
    asking.passes(hours=1)
    asking.picks_up(LANDLINE).press("1").press("1").press("1").hears("Vielen Dank")


def test_a_call_whose_first_words_were_lost_begins_all_the_same(asking: Asking) -> None:
    broken(asking.line, "/voice/offer/1", times=1, after=False)
    asking.is_needed(LANDLINE).asks(LANDLINE)
    asking.picks_up(LANDLINE).hears("Wir haben eine Bitte").hears_nothing_of("Nachbarin", *PERSONAL)


def test_markup_that_cannot_be_used_is_not_said_again(asking: Asking) -> None:
    asking.is_needed(LANDLINE).asks(LANDLINE)
    call = asking.picks_up(LANDLINE).press("1").listens()
    base = f"{asking.line.base}/voice/offer/1"
    form = {"CallSid": call.call.sid, "ErrorCode": "12100", "ErrorUrl": f"{base}/turn/1"}
    wire = asking.phone.chaos.wire
    reply = asking.phone.chaos.repeat(wire.prepare(WebRequest(f"{base}/fallback", form)))
    assert "bei uns ist gerade etwas gestört" in reply.body.decode()


def test_a_helper_rings_back_and_names_the_number_of_the_offer(asking: Asking) -> None:
    asking.is_needed(ANNA).asks(ANNA)
    number = asking.rows(Proposal)[0].number or ""
    call = asking.phone.dial(ANNA).press("3").press(number)
    call.hears("Wolfhagen", "Einkaufen").hears_nothing_of("Nachbarin", *PERSONAL)
    call.press("1").hears("Vielen Dank")
    assert call.ended
    assert asking.mission.number == number


def test_from_another_telephone_the_number_of_an_offer_tells_nothing(asking: Asking) -> None:
    asking.is_needed(ANNA).asks(ANNA)
    number = asking.rows(Proposal)[0].number or ""
    asking.phone.dial(BERTA).press("3").press(number).hears("Diese Ziffern finde ich nicht")
    assert asking.status(ANNA) == [S.OFFERED]
