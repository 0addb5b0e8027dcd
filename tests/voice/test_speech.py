"""Answers by voice: what is understood at which question, and what becomes of the words."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

import pytest

from intake.db import Database
from intake.kinds import CallOutcome
from intake.profile import Profile, Speech
from intake.settings import Settings
from voice.events import Spoken
from voice.flow import begin
from voice.phone.twiml_reader import read_document
from voice.prompts import Prompts
from voice.speech import FOLDER, Heard, hints, is_understood, keys_of
from voice.state import Step
from voice.twiml import render

from .conftest import LANDLINE, Conversation
from .line import Line, open_line


@pytest.fixture(scope="module")
def hearing(profile: Profile) -> Profile:
    """The district with answers by voice switched on."""
    return profile.model_copy(update={"speech": Speech(enabled=True)})


@pytest.fixture
def voice(hearing: Profile, prompts: Prompts) -> Conversation:
    return Conversation(hearing, prompts)


def says(phone: Conversation, *answers: str, confidence: float = 0.9) -> Conversation:
    for words in answers:
        phone.meets(Spoken(words, confidence, phone.state.at + 3))
    return phone


def read(district: Profile, step: Step, keys: int | None, words: str, language: str = "de") -> str | None:
    state = dataclasses.replace(begin(language), step=step)
    return keys_of(Heard(words, 0.9), keys, state, district)


def test_the_plain_call_by_voice(voice: Conversation) -> None:
    voice.dial().hears("Sie können auch sprechen")
    says(voice, "Ich brauche Hilfe").hears("Worum geht es?")
    says(voice, "Zum Einkaufen, bitte.").hears("null fünf sechs neun zwo")
    says(voice, "Ja, genau").hears("Postleitzahl")
    says(voice, "drei vier, vier sechs, sechs").hears("Wolfhagen")
    says(voice, "Das stimmt").hears("vormittags")
    says(voice, "am Nachmittag").ends_as(CallOutcome.FILED)
    assert [turn.heard for turn in voice.state.log[1:]] == ["1", "1", "1", "34466", "1", "2"]


def test_a_person_and_once_more_are_understood_everywhere(voice: Conversation) -> None:
    says(voice.dial().press("1"), "noch einmal bitte").hears("Worum geht es?")
    says(voice, "Ich möchte mit einem Menschen sprechen").hears("Ein Mensch aus unserem Team ruft Sie an")


def test_nonsense_costs_a_try_and_is_asked_in_other_words(voice: Conversation) -> None:
    says(voice.dial().press("1"), "Kartoffelsuppe").hears("nicht verstanden", "Was brauchen Sie?")
    says(voice, "Bratkartoffeln").hears(PROMISED).ends_as(CallOutcome.FILED)


PROMISED = "Wir klären alles am Telefon"


def test_words_the_carrier_is_not_sure_of_are_not_taken(voice: Conversation) -> None:
    says(voice.dial().press("1"), "Einkaufen", confidence=0.3).hears("nicht verstanden", "Was brauchen Sie?")


def test_the_words_themselves_are_kept_nowhere(voice: Conversation) -> None:
    says(voice.dial(), "Hilfe", "Rumpelstilzchen", "Ich brauche etwas zum Einkaufen, sagt Rumpelstilzchen")
    says(voice, "Nein, Rumpelstilzchen wohnt woanders")
    assert "rumpel" not in json.dumps(voice.state.to_json()).lower()


def test_where_it_is_off_nothing_spoken_is_taken_or_spoken_of(phone: Conversation) -> None:
    phone.dial().hears_nothing_of("sprechen.")
    assert phone.reply.listen is not None
    assert phone.reply.listen.speech is None
    says(phone, "Hilfe").hears("Hilfe brauchen: die Eins")


def test_more_about_privacy_tells_what_becomes_of_speech(voice: Conversation) -> None:
    voice.dial().press("1", "9").hears("90 Tage", "wandelt ein Dienst unseres Telefonanbieters")


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("null fünf sechs neun zwo fünfundfünfzig fünf eins zwei drei vier", "056925551234"),
        ("05692 555 12 34", "056925551234"),
        ("meine Nummer ist die null fünf sechs eins dreißig", "056130"),
        ("null eins siebzehn zwölf einundzwanzig", "01171221"),
        ("das weiß ich nicht", None),
        ("ich möchte lieber mit jemandem sprechen", "0"),
    ],
)
def test_numbers_are_read_as_people_say_them(hearing: Profile, words: str, keys: str | None) -> None:
    assert read(hearing, Step.NUMBER_TYPE, None, words) == keys


@pytest.mark.parametrize(
    ("step", "words", "keys"),
    [
        (Step.MENU, "ich möchte helfen", "2"),
        (Step.MENU, "Hilfe geben", "2"),
        (Step.MENU, "die Eins", "1"),
        (Step.MENU, "andere Sprache", "9"),
        (Step.NEED, "zur Apotheke", "2"),
        (Step.NEED, "eine Fahrt zum Arzt", "3"),
        (Step.NEED, "einkaufen und eine Fahrt", None),
        (Step.NEED, "etwas", None),
        (Step.NUMBER_OFFER, "Nein, eine andere Nummer", "2"),
        (Step.NUMBER_CHECK, "nicht richtig", "2"),
        (Step.NUMBER_CHECK, "richtig", "1"),
        (Step.TIME, "mir egal", "3"),
        (Step.EARLIER, "nicht mehr", "2"),
    ],
)
def test_answers_of_one_key_are_read_by_their_words(
    hearing: Profile, step: Step, words: str, keys: str | None
) -> None:
    assert read(hearing, step, 1, words) == keys


@pytest.mark.parametrize(
    ("language", "number", "yes", "no", "need", "person"),
    [
        ("en", "oh five six nine two fifty five", "yes please", "no thanks", "the pharmacy", "a person"),
        ("tr", "sıfır beş altı dokuz iki", "evet", "hayır", "eczane", "bir insan"),
        ("ru", "ноль пять шесть девять два", "да", "нет", "аптека", "человек"),
        ("uk", "нуль п'ять шість дев’ять два", "так", "ні", "аптека", "людина"),
        ("pl", "zero pięć sześć dziewięć dwa", "tak", "nie", "apteka", "człowiek"),
        ("ar", "صفر خمسة ستة تسعة اثنان", "نعم", "لا", "الصيدلية", "شخص"),
    ],
)
def test_every_language_understands_digits_yes_no_needs_and_a_person(
    hearing: Profile, language: str, number: str, yes: str, no: str, need: str, person: str
) -> None:
    assert str(read(hearing, Step.NUMBER_TYPE, None, number, language)).startswith("05692")
    assert read(hearing, Step.NUMBER_CHECK, 1, yes, language) == "1"
    assert read(hearing, Step.NUMBER_CHECK, 1, no, language) == "2"
    assert read(hearing, Step.NEED, 1, need, language) == "2"
    assert read(hearing, Step.NEED, 1, person, language) == "0"


def test_every_language_of_the_profile_has_its_words_and_short_hints(hearing: Profile) -> None:
    assert {file.stem for file in FOLDER.glob("*.toml")} == set(hearing.languages)
    for language in hearing.languages:
        assert is_understood(language, hearing)
        phrases = [phrase.strip() for phrase in hints(language, 1, hearing).split(",")]
        assert len(phrases) <= 500, "the carrier takes no more"
        assert all(len(phrase) <= 100 for phrase in phrases)


def test_a_district_may_speak_a_language_that_is_answered_by_keys_alone(hearing: Profile) -> None:
    assert not is_understood("fa", hearing)


def test_the_markup_asks_for_words_in_the_callers_locale(voice: Conversation, prompts: Prompts) -> None:
    document = read_document(
        render(voice.dial().reply, prompts, voice.district).encode(), "https://example.org"
    )
    gather = document.verbs[-1]
    assert document.faults == ()
    assert (gather.attributes["input"], gather.attributes["language"]) == ("dtmf speech", "de-DE")
    assert "Einkaufen" in gather.attributes["hints"]


@pytest.fixture
def voice_line(settings: Settings, hearing: Profile, sqlite_db: Database) -> Iterator[Line]:
    with open_line(settings, hearing, sqlite_db) as opened:
        yield opened


def test_a_call_by_voice_through_the_webhooks(voice_line: Line) -> None:
    call = voice_line.phone.dial(LANDLINE).says("Hilfe").hears("Einkaufen: die Eins")
    call.says("in die Apotheke").hears("Rückruf unter").says("hm", confidence=0.2).hears("nicht verstanden")
    call.says("ja").press("34466").says("ja").says("vormittags").hears("Wir rufen Sie an")
    assert voice_line.requests()[0].category == "medicine"
    assert voice_line.only_call.outcome is CallOutcome.FILED
