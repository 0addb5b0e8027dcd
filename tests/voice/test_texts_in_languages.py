"""Offers by text in every language: short enough, with the words to answer, and nothing of who asks."""

from __future__ import annotations

import pytest

from intake.models import Request
from intake.profile import Profile
from matching.models import Mission
from matching.text_answers import WORDS as MEANT
from matching.text_answers import Meaning, read
from matching.texts import (
    CALLED_OFF,
    CANCELLED,
    DETAILS,
    OFFER,
    REMINDER,
    THANKS,
    called_off_text,
    cancelled_text,
    details_text,
    offer_text,
)
from voice.text_replies import WORDS, Answer

#: GSM 03.38, the carriers' own alphabet, as far as our texts use it: one sign each, 153 of them in a segment.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

#: How long one segment of a text that has only one is, in those signs and in all others.
ONE = (160, 70)

#: … and each of several.
OF_SEVERAL = (153, 67)

ANSWERS = {
    "de": ("JA", "NEIN", "STOPP", "ERLEDIGT", "ABSAGE", "START"),
    "en": ("YES", "NO", "STOP", "DONE", "CANNOT", "START"),
    "tr": ("EVET", "HAYIR", "DUR", "BİTTİ", "GELEMEM", "BAŞLA"),
    "ru": ("ДА", "НЕТ", "СТОП", "ГОТОВО", "НЕ МОГУ", "СТАРТ"),
    "uk": ("ТАК", "НІ", "СТОП", "ГОТОВО", "НЕ МОЖУ", "СТАРТ"),
    "pl": ("TAK", "NIE", "STOP", "ZROBIONE", "NIE MOGĘ", "START"),
    "ar": ("نعم", "لا", "قف", "تم", "أعتذر", "ابدأ"),
}

M = Meaning


def fits(text: str, lengths: tuple[int, int], segments: int = 1) -> bool:
    return len(text) <= segments * lengths[not set(text) <= GSM]


def test_every_language_of_the_profile_has_its_texts(profile: Profile) -> None:
    assert all(set(texts) == set(OFFER) for texts in (REMINDER, THANKS, DETAILS, CANCELLED, CALLED_OFF))
    assert set(OFFER) == set(WORDS) == set(ANSWERS) == set(profile.languages)
    assert all(set(texts) == set(Answer) for texts in WORDS.values())


@pytest.mark.parametrize("language", ANSWERS)
def test_the_longest_offer_fits_into_two_segments(profile: Profile, language: str) -> None:
    places = {place.municipality: place.ags for place in profile.places.all() if place.in_district}
    for ags in (places[max(places, key=len)], None):
        for category in profile.categories:
            text = offer_text(profile, Request(ags=ags, category=category.id), language, "482168")
            assert category.label[language] in text
            assert "482168" in text
            assert fits(text, OF_SEVERAL, segments=2), f"{len(text)}: {text}"


@pytest.mark.parametrize("language", WORDS)
def test_an_answer_costs_one_segment(language: str) -> None:
    for answer in set(Answer) - {Answer.WHICH}:
        text = WORDS[language][answer].format(number="482168")
        assert fits(text, ONE), f"{len(text)}: {text}"


@pytest.mark.parametrize("language", DETAILS)
def test_details_are_not_longer_than_they_must_be(profile: Profile, language: str) -> None:
    """Two segments in the carriers' own alphabet; in others, of which a segment holds less, five."""
    request = Request(
        ags="06633028",
        category="shopping",
        name="Erika Beispiel",
        address="Burgstr. 1",
        number="+4956925551234",
    )
    mission = Mission(number="482168", code_word="Apfel")
    text = details_text(profile, request, language, mission)
    assert fits(text, OF_SEVERAL, segments=2 if set(text) <= GSM else 5), f"{len(text)}: {text}"
    for known in ("Erika Beispiel", "Burgstr. 1", "Wolfhagen", "05692 555", "Apfel"):
        assert known in text
    assert text.count("482168") == 2, "her mission's number, and where she types it"


@pytest.mark.parametrize("language", CANCELLED)
def test_that_a_mission_is_off_costs_one_segment_or_two(profile: Profile, language: str) -> None:
    mission = Mission(number="482168")
    for text in (cancelled_text(profile, language, mission), called_off_text(profile, language, mission)):
        assert "482168" in text
        assert fits(text, OF_SEVERAL, segments=2), f"{len(text)}: {text}"


@pytest.mark.parametrize(("language", "words"), ANSWERS.items())
def test_the_words_that_a_text_names_are_understood(language: str, words: tuple[str, ...]) -> None:
    meant = [read(word).meaning for word in words]
    assert meant == [M.YES, M.NO, M.STOP, M.DONE, M.CANNOT, M.START]
    yes, no, stop, done, cannot, start = words
    for text, named in (
        (OFFER[language], (yes, no, stop)),
        (DETAILS[language], (done, cannot)),
        (WORDS[language][Answer.NOT_UNDERSTOOD], (yes, no, done, cannot)),
        (WORDS[language][Answer.PROMISED], (cannot,)),
        (WORDS[language][Answer.OPTED_OUT], (start,)),
        (WORDS[language][Answer.OPTED_IN], (stop,)),
    ):
        assert all(word in text for word in named), text


def test_no_word_means_two_things() -> None:
    words = [word for words in MEANT.values() for word in words]
    assert len(words) == len(set(words))
    assert all(word == word.upper() for word in words)
    for meaning, said in MEANT.items():
        assert {read(word.lower()).meaning for word in said if "İ" not in word} == {meaning}


@pytest.mark.parametrize(
    ("text", "meaning", "number"),
    [
        ("Ja, sehr gern! 482168", M.YES, "482168"),
        ("Ich kann leider doch nicht kommen.", M.CANNOT, ""),
        ("Can’t come, sorry", M.CANNOT, ""),
        ("Einsatz 482168 ist erledigt", M.DONE, "482168"),
        ("nicht erledigt", M.UNKNOWN, ""),
        ("Ja, aber erst morgen", M.UNKNOWN, ""),
        ("482160", M.UNKNOWN, ""),
        ("", M.UNKNOWN, ""),
        ("لا أستطيع", M.CANNOT, ""),
    ],
)
def test_politeness_changes_nothing_and_doubt_is_asked_about(
    text: str, meaning: Meaning, number: str
) -> None:
    said = read(text)
    assert (said.meaning, said.number) == (meaning, number)


def test_a_language_without_an_offer_is_asked_in_german(profile: Profile) -> None:
    text = offer_text(profile, Request(ags=None, category="shopping"), "fr", "482168")
    assert "Können Sie in Landkreis Kassel helfen? Einkaufen." in text
