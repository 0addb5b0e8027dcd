"""Journeys through the pure flow, in the words that are heard."""

from __future__ import annotations

import pytest

from intake import references
from intake.kinds import BestTime, CallOutcome
from intake.lifecycle import RequestStatus
from voice.events import (
    Answered,
    Digits,
    Failed,
    File,
    FileAgain,
    HashAlone,
    HungUp,
    Refusal,
    StillNeeded,
    TimeUp,
    Withdraw,
)
from voice.state import Step

from .conftest import LANDLINE, PROMISE, Conversation

KNOWN = references.make(4711)


def test_the_plain_call(phone: Conversation) -> None:
    phone.dial().hears(
        "Bürgertelefon", "Landkreis Kassel", "Im Notfall wählen Sie 112", "Hilfe bekommen: die Eins"
    )
    phone.press("1").hears("nur unser Team", "Worum geht es?", "Einkaufen: die Eins")
    phone.press("1").hears("null fünf sechs neun zwo. fünf fünf, fünf eins, zwo drei, vier")
    phone.press("1").hears("Postleitzahl")
    phone.press("34466").hears("Wolfhagen. drei vier, vier sechs, sechs. Richtig: die Eins")
    phone.press("1").hears("vormittags: die Eins")
    phone.press("1").hears(PROMISE, "vier acht, zwo eins, sechs null", "Noch einmal", "nie nach Geld")
    phone.ends_as(CallOutcome.FILED)
    (effect,) = phone.record.asked
    assert isinstance(effect, File)
    assert effect.number == LANDLINE
    answers = effect.answers
    assert (answers.category, answers.postcode, answers.ags) == ("shopping", "34466", "06633028")
    assert (answers.best_time, answers.in_district) == (BestTime.MORNING, True)


def test_greeting_and_privacy_cannot_be_cut_short(phone: Conversation) -> None:
    phone.dial()
    assert [saying.key for saying in phone.reply.first] == ["greeting", "emergency"]
    phone.press("1")
    assert [saying.key for saying in phone.reply.first] == ["privacy"]


def test_a_second_call_about_the_same_need_adds_to_the_first(phone: Conversation) -> None:
    phone.record.added = True
    phone.dial().press("1", "1", "1", "34466", "1", "1").hears("schon notiert", PROMISE)
    phone.ends_as(CallOutcome.ADDED)


def test_a_withheld_number_is_typed_and_read_back(phone: Conversation) -> None:
    phone.dial(None).press("1", "1").hears("tippen Sie die Nummer")
    phone.press("056925551234").hears("null fünf sechs neun zwo. fünf fünf")
    phone.press("1", "34466", "1", "3").ends_as(CallOutcome.FILED)
    assert phone.state.answers.number == LANDLINE


@pytest.mark.parametrize("typed", ["056925551234", "00495692 5551234".replace(" ", ""), "5551234"])
def test_numbers_are_taken_as_people_type_them(phone: Conversation, typed: str) -> None:
    phone.dial("+495692999888").press("1", "1", "2", typed).hears("null fünf sechs neun zwo. fünf fünf")


@pytest.mark.parametrize("typed", ["09001234567", "0137123456789", "11833", "00431234567", "112"])
def test_numbers_that_may_not_be_called_back_are_refused_in_words(phone: Conversation, typed: str) -> None:
    phone.dial(None).press("1", "1", typed).hears_nothing_of("Richtig: die Eins")
    said = [saying.key for saying in phone.reply.says]
    assert said[0] in ("number_refused", "number_incomplete")
    assert said[1] == "number_type_short"


def test_a_local_number_gets_its_area_code_from_the_place(phone: Conversation) -> None:
    phone.dial(None).press("1", "1", "5551234").hears("Postleitzahl")
    phone.press("34369").hears("Hofgeismar")
    phone.press("1").hears("null fünf sechs sieben eins. fünf fünf, fünf eins, zwo drei, vier")
    phone.press("1").hears("vormittags")
    assert phone.state.answers.number == "+4956715551234"


def test_a_local_number_without_any_area_code_is_asked_for_it(phone: Conversation) -> None:
    phone.dial(None).press("0").hears("Nummer für den Rückruf").press("5551234").hears("Vorwahl")


def test_a_local_number_whose_place_is_not_asked_any_more_is_asked_anew(phone: Conversation) -> None:
    phone.dial(None).press("1", "1", "5551234").hears("Postleitzahl").press("0").hears(
        "Nummer für den Rückruf"
    )
    phone.press("056715551234", "1").ends_as(CallOutcome.FILED)


def test_the_caller_id_may_be_the_wrong_one(phone: Conversation) -> None:
    phone.dial().press("1", "1", "2").hears("tippen Sie die Nummer")
    phone.press("056711234", "2").hears("tippen").press("056715551234", "1").hears("Postleitzahl")
    assert phone.state.answers.number == "+4956715551234"


@pytest.mark.parametrize("answers", [("0900123456", "0900123456"), ()], ids=["no number typed", "silent"])
def test_who_refuses_the_caller_id_and_types_no_other_is_told_that_it_is_tried(
    phone: Conversation, answers: tuple[str, ...]
) -> None:
    phone.dial().press("1", "1", "2")
    phone.press(*answers) if answers else phone.is_silent(2)
    phone.hears("Wir versuchen es unter der Nummer, von der Sie anrufen.", PROMISE)
    phone.ends_as(CallOutcome.FILED if answers else CallOutcome.SILENT_FILED)


def test_who_refuses_the_caller_id_and_wants_a_person_is_told_that_it_is_tried(phone: Conversation) -> None:
    phone.dial().press("1", "1", "2", "0", "0").hears("unter der Nummer, von der Sie anrufen", PROMISE)
    phone.ends_as(CallOutcome.FILED)


def test_a_forwarded_number_is_offered_and_may_be_confirmed(phone: Conversation) -> None:
    phone.meets(Answered(LANDLINE, forwarded=True)).press("1", "1").hears("null fünf sechs neun zwo")
    phone.press("1", "34466", "1", "1").hears(PROMISE).ends_as(CallOutcome.FILED)


def test_a_forwarded_number_is_never_assumed(phone: Conversation) -> None:
    phone.meets(Answered(LANDLINE, forwarded=True)).is_silent(2).hears("sehen Ihre Nummer leider nicht")
    phone.ends_as(CallOutcome.LEAD)
    assert phone.record.asked == []


def test_a_forwarded_number_is_not_assumed_on_the_way_out_either(phone: Conversation) -> None:
    phone.meets(Answered(LANDLINE, forwarded=True)).press("1", "1", "7", "7").ends_as(CallOutcome.LEAD)


def test_a_switchboards_number_is_typed_over(phone: Conversation) -> None:
    phone.meets(Answered("+4956920", forwarded=True)).press("1", "1", "2").hears("mit Vorwahl")
    phone.press("056925551234", "1", "34466", "1", "1").ends_as(CallOutcome.FILED)
    assert phone.state.answers.number == LANDLINE


def test_a_silent_forwarded_caller_is_put_through(phone: Conversation) -> None:
    phone.record.there = (3,)
    phone.meets(Answered(LANDLINE, forwarded=True)).is_silent(2).hears("Ich verbinde Sie")
    phone.is_not_taken().ends_as(CallOutcome.LEAD)


def test_an_unknown_postcode_does_not_end_the_call(phone: Conversation) -> None:
    phone.dial().press("1", "1", "1", "99999").hears("neun neun, neun neun, neun kenne ich nicht")
    phone.press("99998").hears("fragen wir Sie am Telefon", "vormittags")
    phone.press("2").ends_as(CallOutcome.FILED)
    assert phone.state.answers.postcode == "99998"


def test_a_place_outside_the_district_is_taken_and_told_honestly(phone: Conversation) -> None:
    phone.dial().press("1", "1", "1", "34117").hears("Kassel")
    phone.press("1").hears("außerhalb", "geben Ihren Wunsch weiter")
    phone.press("1").ends_as(CallOutcome.FILED)
    assert not phone.state.answers.in_district


def test_a_number_called_wrong_twice_is_given_up_and_the_caller_id_taken(phone: Conversation) -> None:
    phone.dial().press("1", "1", "2", "056925551235", "2").hears("tippen Sie die Nummer")
    phone.press("056925551236", "2").hears("unter der Nummer, von der Sie anrufen", PROMISE)
    phone.ends_as(CallOutcome.FILED)
    (effect,) = phone.record.asked
    assert isinstance(effect, File)
    assert effect.number == LANDLINE


def test_who_can_only_type_may_call_a_number_wrong_more_often_and_then_meets_a_person(
    phone: Conversation,
) -> None:
    phone.record.there = (7,)
    phone.dial(None).press("1", "1")
    for _ in range(3):
        phone.press("056925551235", "2").hears("tippen Sie die Nummer")
    phone.press("056925551235", "2")
    assert phone.state.step is Step.RINGING


def test_the_wrong_place_is_typed_again(phone: Conversation) -> None:
    phone.dial().press("1", "1", "1", "34369").hears("Hofgeismar")
    phone.press("2").hears("Postleitzahl").press("34466").hears("Wolfhagen")


def test_a_postcode_of_several_places_names_them_before_the_key_for_none_of_them(phone: Conversation) -> None:
    phone.dial().press("1", "1", "1", "37194")
    phone.hears("mehrere Orte. Wesertal: die Eins. Bodenfelde: die Zwei. Keiner davon: die Neun.")
    phone.press("9").hears("Postleitzahl").press("37194")
    phone.press("7").hears("Welcher Ort? Wesertal: die Eins. Bodenfelde: die Zwei. Keiner davon: die Neun.")
    phone.press("1", "1").ends_as(CallOutcome.FILED)
    assert phone.state.answers.ags == "06633030"


@pytest.mark.parametrize(("postcode", "no"), [("37194", "9"), ("34369", "2")], ids=["none of them", "wrong"])
def test_who_does_not_find_the_place_twice_is_asked_for_it_on_the_telephone(
    phone: Conversation, postcode: str, no: str
) -> None:
    phone.dial().press("1", "1", "1", postcode, no).hears("Postleitzahl")
    phone.press(postcode, no).hears("Nach dem Ort fragen wir Sie am Telefon", "Rückruf vormittags")
    phone.press("1").hears(PROMISE).ends_as(CallOutcome.FILED)
    assert phone.state.answers.place_later


def test_more_about_privacy_is_a_key_away_and_costs_no_try(phone: Conversation) -> None:
    phone.dial().press("1", "9").hears("90 Tage", "mit der Post", "Einkaufen: die Eins")
    phone.press("9", "9", "1").hears("Rückruf unter")


@pytest.mark.parametrize("keys", [("0",), ("1", "1"), ("1", "1", "1", "34466", "1"), ("2",)])
def test_more_about_privacy_is_told_at_whichever_question_comes_after_it(
    phone: Conversation, keys: tuple[str, ...]
) -> None:
    question = phone.dial().press(*keys).state.step
    phone.press("9").hears("90 Tage", "mit der Post")
    assert (phone.state.step, phone.state.tries) == (question, 0)


def test_a_hash_out_of_habit_costs_no_try(phone: Conversation) -> None:
    phone.dial().press("1").meets(HashAlone(20)).hears("Worum geht es?")
    phone.press("1").meets(HashAlone(40)).hears("Rückruf unter").press("1").meets(HashAlone(60))
    phone.press("34466").meets(HashAlone(80)).hears("Wolfhagen").press("1", "1").ends_as(CallOutcome.FILED)


def test_a_second_hash_in_a_row_is_no_answer(phone: Conversation) -> None:
    phone.dial().press("1").meets(HashAlone(20)).meets(HashAlone(21)).hears("Was brauchen Sie?")


def test_the_star_says_it_again_and_clears_a_number(phone: Conversation) -> None:
    phone.dial(None).press("1")
    need = phone.words
    phone.press("*")
    assert need.endswith(phone.words)
    phone.press("1", "0569*056925551234").hears("null fünf sechs neun zwo. fünf fünf")
    phone.press("1", "344*6").hears("noch einmal von vorn", "Postleitzahl").press("34466").hears("Wolfhagen")


def test_a_wrong_key_is_named_and_asked_again_in_other_words(phone: Conversation) -> None:
    phone.dial().press("1", "7").hears("Diese Taste gibt es hier nicht", "Was brauchen Sie?")
    phone.press("8").hears("Das macht nichts", PROMISE).ends_as(CallOutcome.FILED)


def test_a_silent_caller_is_called_back(phone: Conversation) -> None:
    phone.dial().is_silent().hears("Hilfe brauchen: die Eins")
    phone.is_silent().hears("unter dieser Nummer zurück", PROMISE).ends_as(CallOutcome.SILENT_FILED)


def test_a_silent_caller_without_a_number_hears_the_hours_twice(phone: Conversation) -> None:
    phone.dial(None).is_silent(2).ends_as(CallOutcome.SILENT_LOST)
    assert phone.words.count("Montag bis Donnerstag von 8 bis 17 Uhr") == 2


def test_silence_after_the_number_was_confirmed_still_files(phone: Conversation) -> None:
    phone.dial().press("1", "1", "1", "34466", "1").is_silent(2).hears(PROMISE)
    phone.ends_as(CallOutcome.FILED)


def test_silence_after_the_need_without_a_number_leaves_a_lead(phone: Conversation) -> None:
    phone.dial(None).press("1", "1").is_silent(2).ends_as(CallOutcome.LEAD)


@pytest.mark.parametrize("keys", [("1",), ("1", "1"), ("1", "1", "1"), ("1", "1", "1", "34466")])
def test_hanging_up_after_something_was_said_leaves_a_lead(
    phone: Conversation, keys: tuple[str, ...]
) -> None:
    phone.dial().press(*keys)
    question = phone.state.step
    phone.hangs_up().ends_as(CallOutcome.LEAD)
    assert phone.state.left_at is question
    assert phone.record.asked == []


def test_hanging_up_when_all_is_confirmed_but_the_time_files(phone: Conversation) -> None:
    phone.dial().press("1", "1", "1", "34466", "1").hangs_up().ends_as(CallOutcome.FILED)


def test_hanging_up_at_once_is_nothing(phone: Conversation) -> None:
    phone.dial().hangs_up().ends_as(CallOutcome.SILENT_LOST)


def test_hanging_up_after_the_end_changes_nothing(phone: Conversation) -> None:
    phone.dial().press("1", "1", "1", "34466", "1", "1")
    ended = phone.state
    phone.hangs_up().press("1").is_silent()
    assert phone.state == ended


def test_somebody_wants_to_help(phone: Conversation) -> None:
    phone.dial().press("2").hears("nur unser Team", "dass Sie helfen möchten", "Postleitzahl")
    phone.press("34466", "1").hears("null fünf sechs neun zwo")
    phone.press("1").hears("Vielen Dank", PROMISE).hears_nothing_of("Für Nachfragen")
    phone.ends_as(CallOutcome.HELPER_LEAD)


def test_an_earlier_call_is_told_about_by_its_digits(phone: Conversation) -> None:
    phone.record.known[KNOWN] = RequestStatus.OPEN
    phone.dial().press("3").hears("sechs Ziffern")
    phone.press(KNOWN).hears("Wir suchen gerade jemanden", "Nicht mehr: die Zwei")
    phone.press("2").hears("zurückgenommen").ends_as(CallOutcome.WITHDRAWN)
    assert phone.record.asked[-1] == Withdraw(KNOWN)


def test_an_earlier_call_is_still_wanted(phone: Conversation) -> None:
    phone.record.known[KNOWN] = RequestStatus.OPEN
    phone.dial().press("3", KNOWN, "1").hears("es bleibt dabei", "rufen Sie an", "Auf Wiederhören")
    phone.ends_as(CallOutcome.STATUS_TOLD)
    assert phone.record.asked[-1] == StillNeeded(KNOWN)


def test_an_earlier_caller_wants_to_be_called(phone: Conversation) -> None:
    phone.record.known[KNOWN] = RequestStatus.MATCHED
    phone.dial(None).press("3", KNOWN, "4").hears(PROMISE).ends_as(CallOutcome.FILED)
    assert phone.record.asked[-1] == FileAgain(KNOWN)


def test_who_gets_lost_after_the_status_is_promised_nothing(phone: Conversation) -> None:
    phone.record.known[KNOWN] = RequestStatus.OPEN
    phone.dial().press("3", KNOWN, "8", "8").hears("Danke").hears_nothing_of("am Telefon", PROMISE)
    phone.ends_as(CallOutcome.STATUS_TOLD)


def test_who_has_no_time_left_and_no_number_is_promised_nothing(phone: Conversation) -> None:
    phone.dial(None).press("1").meets(Digits("1", 299)).hears("hier Schluss machen", "Unsere Sprechzeit")
    phone.hears_nothing_of("klären alles").ends_as(CallOutcome.LEAD)


def test_an_earlier_caller_has_another_need(phone: Conversation) -> None:
    phone.record.known[KNOWN] = RequestStatus.OPEN
    phone.dial().press("3", KNOWN, "3").hears("Worum geht es?")
    phone.press("2", "1", "34466", "1", "1").ends_as(CallOutcome.FILED)


@pytest.mark.parametrize("typed", ["123456", KNOWN])
def test_without_known_digits_nothing_is_said_but_a_callback_offered(phone: Conversation, typed: str) -> None:
    phone.dial().press("3", typed).hears("Ihre sechs Ziffern")
    phone.press(typed).hears("darf ich nichts sagen", "null fünf sechs neun zwo")
    phone.press("1").ends_as(CallOutcome.FILED)


def test_who_has_guessed_too_often_is_told_nothing_but_offered_a_callback(phone: Conversation) -> None:
    phone.record.known[KNOWN] = RequestStatus.OPEN
    phone.record.guessed = True
    phone.dial().press("3", KNOWN).hears("kann ich gerade nichts sagen", "null fünf sechs neun zwo")
    phone.press("1").ends_as(CallOutcome.FILED)


def test_no_digits_at_hand_is_no_dead_end(phone: Conversation) -> None:
    phone.dial().press("3").is_silent(2).hears("Wir rufen Sie gern an").press("1").ends_as(CallOutcome.FILED)


def test_hanging_up_after_the_status_was_told(phone: Conversation) -> None:
    phone.record.known[KNOWN] = RequestStatus.DONE
    phone.dial().press("3", KNOWN).hangs_up().ends_as(CallOutcome.STATUS_TOLD)


def test_english_is_named_in_english(phone: Conversation) -> None:
    phone.dial().hears("Languages: nine").press("9").hears("Deutsch: 1", "English: 2")
    phone.press("2").hears("To get help: press one", "Sprachen: die Neun")
    phone.press("1").hears("How can we help?", "Shopping: one")
    phone.press("1").hears("zero five six nine two. five five")
    phone.press("1", "34466", "1", "1").hears("We will call you", "never ask for money")
    assert isinstance(phone.record.asked[0], File)
    assert phone.record.asked[0].language == "en"


def test_a_failure_is_spoken_and_what_is_known_is_filed(phone: Conversation) -> None:
    phone.dial().press("1", "1").meets(Failed("11200", 30)).hears("Es tut uns leid", PROMISE)
    phone.ends_as(CallOutcome.FILED)


def test_a_failure_without_a_number_is_an_apology(phone: Conversation) -> None:
    phone.dial(None).meets(Failed("11200", 5)).hears("Es tut uns leid").ends_as(CallOutcome.FAILED)


def test_a_call_that_lasts_too_long_is_filed(phone: Conversation) -> None:
    phone.dial().press("1", "1").meets(Digits("1", 299)).hears(
        "hier Schluss machen", "Wir klären alles am Telefon", PROMISE
    )
    phone.ends_as(CallOutcome.FILED)


def test_time_can_be_called(phone: Conversation) -> None:
    phone.dial().press("1").meets(TimeUp(300)).hears(PROMISE).ends_as(CallOutcome.FILED)


@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_refused_call_is_told_so(phone: Conversation, refusal: Refusal) -> None:
    phone.meets(Answered(LANDLINE, refusal)).hears("Im Notfall wählen Sie 112").ends_as(CallOutcome.BLOCKED)


def test_keys_before_the_greeting_are_greeted(phone: Conversation) -> None:
    phone.press("1").hears("Guten Tag")
    assert phone.state.step is Step.MENU


def test_each_turn_is_kept_with_its_reply(phone: Conversation) -> None:
    phone.dial()
    greeting = phone.reply
    phone.press("1", "1").meets(HungUp(60))
    assert phone.state.reply_of(0) == greeting
    assert [(turn.step, turn.heard) for turn in phone.state.log] == [
        (Step.PICK_UP, "answered"),
        (Step.MENU, "1"),
        (Step.NEED, "1"),
        (Step.NUMBER_OFFER, "hungup"),
    ]
