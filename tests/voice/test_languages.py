"""Each language is heard, chosen and kept, and no call takes longer in it than it may."""

from __future__ import annotations

import pytest

from intake.kinds import CallOutcome
from intake.profile import Profile
from voice.measure import measure, seconds
from voice.prompts import Prompts
from voice.state import Saying
from voice.twiml import render

from .conftest import LANDLINE, Conversation

PLAIN = ["1", "1", "1", "34466", "1", "1"]
TYPED = ["1", "1", "056925551234", "1", "34466", "1", "1"]

LANGUAGES = ("de", "en", "tr", "ru", "uk", "pl", "ar")
OTHERS = LANGUAGES[1:]


def greeting_in(profile: Profile, language: str) -> Profile:
    """The same district with this language first, so that it greets."""
    others = (code for code in profile.languages if code != language)
    return profile.model_copy(update={"languages": (language, *others)})


def key_of(profile: Profile, language: str) -> str:
    return str(profile.languages.index(language) + 1)


def test_the_seven_languages_are_the_profiles(profile: Profile) -> None:
    assert profile.languages == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plain_call_is_short_in_every_language(profile: Profile, prompts: Prompts, language: str) -> None:
    plain = measure(prompts, greeting_in(profile, language), LANDLINE, PLAIN)
    assert plain.outcome is CallOutcome.FILED
    assert plain.keys <= 10
    assert plain.spoken <= 90
    assert plain.first_choice <= 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_with_a_typed_number_is_short_enough_in_every_language(
    profile: Profile, prompts: Prompts, language: str
) -> None:
    typed = measure(prompts, greeting_in(profile, language), None, TYPED)
    assert typed.outcome is CallOutcome.FILED
    assert typed.spoken + typed.keys <= 150


@pytest.mark.parametrize("language", OTHERS)
def test_a_call_that_begins_by_choosing_the_language_stays_far_from_the_cap(
    profile: Profile, prompts: Prompts, language: str
) -> None:
    """Two keys more, two menus more, and every word of them listened to."""
    chosen = measure(prompts, profile, LANDLINE, ["9", key_of(profile, language), *PLAIN])
    assert chosen.outcome is CallOutcome.FILED
    assert chosen.keys == 12
    assert chosen.spoken <= 150


@pytest.mark.parametrize("language", OTHERS)
def test_a_caller_chooses_a_language_and_hears_it_to_the_end(
    phone: Conversation, profile: Profile, language: str
) -> None:
    texts = phone.prompts.texts[language]
    phone.dial().press("9").hears(texts["language_option"].format(key=key_of(profile, language)))
    phone.press(key_of(profile, language)).hears(texts["menu"])
    for keys in PLAIN:
        phone.press(keys)
        assert {saying.language for saying in (*phone.reply.first, *phone.reply.says)} == {language}
    phone.hears(texts["close_fraud"]).ends_as(CallOutcome.FILED)
    assert phone.record.asked[-1].language == language  # type: ignore[union-attr]  # the last effect files
    assert profile.voices[language].voice in render(phone.reply, phone.prompts, profile)


def test_the_greeting_hints_at_all_languages_at_once_and_names_each_to_a_silent_caller(
    phone: Conversation,
) -> None:
    phone.dial().hears("Languages: nine.").hears_nothing_of("Türkçe")
    phone.is_silent()
    phone.hears("Türkçe: dokuz.", "По-русски: девять.", "Українською: девʼять.")
    phone.hears("English: nine.", "Po polsku: dziewięć.", "بالعربية: تسعة.")


def test_a_district_with_two_languages_names_the_other_at_once(profile: Profile, prompts: Prompts) -> None:
    phone = Conversation(profile.model_copy(update={"languages": ("de", "en")}), prompts)
    phone.dial().hears("English: nine.").hears_nothing_of("Languages")


def test_the_languages_are_all_named_soon(profile: Profile, prompts: Prompts) -> None:
    hints = [prompts.text(Saying("menu_language", code)) for code in OTHERS]
    assert sum(map(seconds, hints)) <= 10
    named = [
        prompts.text(Saying("language_option", code, {"key": key_of(profile, code)})) for code in LANGUAGES
    ]
    assert sum(map(seconds, named)) <= 15
