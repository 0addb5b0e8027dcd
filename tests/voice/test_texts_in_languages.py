"""Offers by text in every language: short enough, with the words to answer, and nothing of who asks."""

from __future__ import annotations

import pytest

from intake.models import Request
from intake.profile import Profile
from matching.texts import CANCELLED, DETAILS, NO, OFFER, REMINDER, STOP, THANKS, YES, offer_text
from voice.texts import WORDS, Answer

#: GSM 03.38, the carriers' own alphabet, as far as our texts use it: one sign each, 153 of them in a segment.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

ANSWERS = {
    "de": ("JA", "NEIN", "STOPP"),
    "en": ("YES", "NO", "STOP"),
    "tr": ("EVET", "HAYIR", "DUR"),
    "ru": ("ДА", "НЕТ", "СТОП"),
    "uk": ("ТАК", "НІ", "СТОП"),
    "pl": ("TAK", "NIE", "STOP"),
    "ar": ("نعم", "لا", "قف"),
}


def test_every_language_of_the_profile_has_its_texts(profile: Profile) -> None:
    assert all(set(texts) == set(OFFER) for texts in (REMINDER, THANKS, DETAILS, CANCELLED))
    assert set(OFFER) == set(WORDS) == set(ANSWERS) == set(profile.languages)
    assert all(set(texts) == set(Answer) for texts in WORDS.values())


@pytest.mark.parametrize("language", ANSWERS)
def test_the_longest_offer_fits_into_two_segments(profile: Profile, language: str) -> None:
    places = {place.municipality: place.ags for place in profile.places.all() if place.in_district}
    for ags in (places[max(places, key=len)], None):
        for category in profile.categories:
            text = offer_text(profile, Request(ags=ags, category=category.id), language, "482160")
            assert category.label[language] in text
            assert "482160" in text
            assert len(text) <= 2 * (153 if set(text) <= GSM else 67), f"{len(text)}: {text}"


@pytest.mark.parametrize("language", WORDS)
def test_an_answer_costs_one_segment(language: str) -> None:
    for text in WORDS[language].values():
        assert len(text) <= (160 if set(text) <= GSM else 70), f"{len(text)}: {text}"


@pytest.mark.parametrize(("language", "words"), ANSWERS.items())
def test_the_words_that_an_offer_names_are_understood(language: str, words: tuple[str, str, str]) -> None:
    yes, no, stop = words
    assert yes in YES
    assert no in NO
    assert stop in STOP
    assert all(word in OFFER[language] for word in words)
    assert yes in WORDS[language][Answer.NOT_UNDERSTOOD]


def test_no_word_means_two_things() -> None:
    assert not YES & NO
    assert not STOP & (YES | NO)
    assert all(word == word.upper() for word in YES | NO | STOP)


def test_a_language_without_an_offer_is_asked_in_german(profile: Profile) -> None:
    text = offer_text(profile, Request(ags=None, category="shopping"), "fr", "482160")
    assert "Können Sie in Landkreis Kassel helfen? Einkaufen." in text
