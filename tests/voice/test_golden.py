"""Every prompt in every language as the carrier gets it, beside a file that a reader has approved.

The files show whole sentences with values as they are heard. After a wanted change they are written anew by
``pytest tests/voice/test_golden.py --update-golden``; somebody who speaks the language then has to read the
difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from intake.hours import Window
from intake.profile import Profile
from intake.spoken import spoken_digits, spoken_hours, spoken_number, spoken_window
from tests.conftest import TUESDAY_TEN
from voice.nodes import WAIT
from voice.phone.voices import pair_fault
from voice.prompts import FOLDER, Prompts
from voice.state import Listen, Reply, Saying
from voice.twiml import render
from voice.wording import PROMPTS

from .conftest import LANDLINE, REFERENCE

GOLDEN = Path(__file__).parent / "golden"

LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.toml"))


def words(profile: Profile, language: str) -> Mapping[str, str]:
    """An example for every placeholder, as it is spoken in the language."""
    start = TUESDAY_TEN + timedelta(hours=4)
    return {
        "hotline": profile.hotline_name,
        "district": profile.name,
        "days": str(profile.retention.closed_request_days),
        "number": spoken_number(LANDLINE, language),
        "place": "Wolfhagen",
        "name": "Anna Beispiel",
        "digits": spoken_digits("34466", language),
        "need": profile.category("shopping").label[language],
        "key": "3",
        "promise": spoken_window(
            Window(start, start + timedelta(minutes=90)), TUESDAY_TEN, language, profile.tz
        ),
        "reference": spoken_digits(REFERENCE, language),
        "hours": spoken_hours(profile, language),
    }


def rendered(profile: Profile, prompts: Prompts, language: str) -> str:
    """All prompts of a language, each as the last words of a call under its own key."""
    known, lines = words(profile, language), [f'<prompts language="{language}">']
    for key, names in PROMPTS.items():
        reply = Reply(says=(Saying(key, language, {name: known[name] for name in names}),))
        markup = render(reply, prompts, profile).partition("?>")[2]
        lines += [f"  <!-- {key} -->", f"  {markup}"]
    spoken = Reply(says=(Saying("need", language),), listen=Listen(2, 1, WAIT, language))
    lines += ["  <!-- need, answered by key or by voice -->"]
    lines += [f"  {render(spoken, prompts, profile).partition('?>')[2]}"]
    return "\n".join([*lines, "</prompts>", ""])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_prompt_sounds_as_it_was_approved(
    profile: Profile, prompts: Prompts, language: str, request: pytest.FixtureRequest
) -> None:
    now, file = rendered(profile, prompts, language), GOLDEN / f"{language}.xml"
    if request.config.getoption("--update-golden"):
        file.write_text(now, encoding="utf-8")
    assert now.splitlines() == file.read_text(encoding="utf-8").splitlines()


def test_there_is_one_file_for_each_language_of_the_profile(profile: Profile) -> None:
    assert sorted(file.stem for file in GOLDEN.iterdir()) == LANGUAGES == sorted(profile.languages)


def test_each_language_has_a_voice_that_speaks_it(profile: Profile) -> None:
    faults = {code: pair_fault(voice.voice, voice.locale) for code, voice in profile.voices.items()}
    assert not any(faults.values()), faults


@pytest.mark.parametrize(
    ("language", "letters"),
    [("ru", "а-яё"), ("uk", "а-щьюяґєії"), ("ar", "\u0621-\u064a")],
    ids=["ru", "uk", "ar"],
)
def test_a_text_in_another_script_holds_no_letter_from_elsewhere(
    prompts: Prompts, language: str, letters: str
) -> None:
    """A Latin "c" among Cyrillic letters looks right and is read wrong. Placeholders stay as they are."""
    for key, text in prompts.texts[language].items():
        own = re.sub(r"\{\w+\}", "", text).lower()
        assert not re.search(rf"[^\W\d_ʼ{letters}]", own), key
