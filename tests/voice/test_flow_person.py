"""Journeys of callers who want a person, or need one, through the pure flow."""

from __future__ import annotations

from intake.kinds import CallOutcome
from voice.events import Digits, File, Purpose, Rung
from voice.state import Ring, Step

from .conftest import PROMISE, Conversation


def test_a_person_is_asked_for_with_nought(phone: Conversation) -> None:
    phone.dial().press("0").hears("Ein Mensch aus unserem Team ruft Sie an", "null fünf sechs neun zwo")
    phone.press("1").hears(PROMISE).ends_as(CallOutcome.FILED)
    assert phone.state.answers.purpose is Purpose.PERSON


def test_nought_twice_is_asked_nothing_more(phone: Conversation) -> None:
    phone.dial().press("0", "0").hears(PROMISE).ends_as(CallOutcome.FILED)


def test_nought_in_the_middle_keeps_what_was_said(phone: Conversation) -> None:
    phone.dial().press("1", "1", "1", "0").hears(PROMISE).ends_as(CallOutcome.FILED)
    effect = phone.record.asked[0]
    assert isinstance(effect, File)
    assert effect.answers.category == "shopping"


def test_nought_rings_the_team_if_somebody_is_there(phone: Conversation) -> None:
    phone.record.there = (3, 5)
    phone.dial().press("0").hears("Ich verbinde Sie", "bleiben Sie am Apparat")
    assert phone.reply.ring == Ring(2, (3, 5))
    phone.is_taken().hears("Danke für Ihren Anruf").ends_as(CallOutcome.PUT_THROUGH)
    assert phone.record.asked == []


def test_the_carrier_alone_may_tell_that_somebody_talked(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial().press("0").meets(Rung(True, 400)).ends_as(CallOutcome.PUT_THROUGH)


def test_where_nobody_answers_the_call_goes_on_as_if_nobody_were_there(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial().press("0").is_not_taken().hears("niemand frei", "ruft Sie an", "null fünf sechs neun zwo")
    phone.press("1").hears(PROMISE).ends_as(CallOutcome.FILED)


def test_the_team_is_rung_once_a_call(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial().press("1", "1", "0").is_not_taken().press("0").hears(PROMISE).ends_as(CallOutcome.FILED)


def test_ringing_in_vain_keeps_what_was_said(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial().press("1", "2", "1", "0").is_not_taken().hears("niemand frei", PROMISE)
    (effect,) = phone.record.asked
    assert isinstance(effect, File)
    assert effect.answers.category == "medicine"


def test_who_cannot_type_a_number_is_put_through(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial(None).press("1", "1", "112").hears("fehlen noch Ziffern").press("0900123456")
    phone.hears("Ich verbinde Sie").hears_nothing_of("klären alles").is_taken()
    phone.ends_as(CallOutcome.PUT_THROUGH)


def test_who_cannot_type_a_number_and_reaches_nobody_hears_the_hours_twice(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial(None).press("1", "1", "112", "112").is_not_taken().hears("niemand frei")
    phone.ends_as(CallOutcome.LEAD)
    assert phone.words.count("Montag bis Donnerstag von 8 bis 17 Uhr") == 2


def test_who_cannot_type_a_number_outside_the_hours_hears_them_twice(phone: Conversation) -> None:
    phone.dial(None).press("1", "1", "112", "112").ends_as(CallOutcome.LEAD)
    assert phone.words.count("Montag bis Donnerstag von 8 bis 17 Uhr") == 2


def test_hanging_up_while_it_rings_leaves_a_lead(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial().press("0").hangs_up().ends_as(CallOutcome.LEAD)
    assert phone.state.left_at is Step.RINGING


def test_near_the_end_of_its_time_a_call_is_not_put_through_any_more(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial().press("1", "1", "1").meets(Digits("0", 215)).hears(PROMISE).ends_as(CallOutcome.FILED)


def test_a_silent_caller_without_a_number_is_put_through(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial(None).is_silent(2).hears("Ich verbinde Sie").is_taken().ends_as(CallOutcome.PUT_THROUGH)


def test_a_silent_caller_whom_nobody_takes_hears_the_hours_twice(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial(None).is_silent(2).is_not_taken().hears("niemand frei").ends_as(CallOutcome.SILENT_LOST)
    assert phone.words.count("Montag bis Donnerstag von 8 bis 17 Uhr") == 2


def test_a_silent_caller_who_hangs_up_while_it_rings_said_nothing(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial(None).is_silent(2).hangs_up().ends_as(CallOutcome.SILENT_LOST)


def test_a_caller_who_fell_silent_after_the_need_is_put_through_too(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial(None).press("1", "1").is_silent(2).is_not_taken().ends_as(CallOutcome.LEAD)


def test_a_key_while_it_rings_is_no_answer(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.dial().press("0", "1").hears("niemand frei")
