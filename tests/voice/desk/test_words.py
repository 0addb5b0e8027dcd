"""The prompts' pages have every word in both languages, and a word for whatever they may have to tell."""

from __future__ import annotations

from pathlib import Path

import voice.desk
from tests.intake.desk.test_words import test_the_catalog_has_every_text_and_none_besides as check_catalog
from voice.desk.words import PLACEHOLDERS, RECORDING_FAULTS, TEXT_FAULTS
from voice.prompts import TextFault
from voice.recordings import RecordingFault
from voice.wording import PROMPTS


def test_the_english_catalog_is_complete() -> None:
    check_catalog(Path(voice.desk.__path__[0]))


def test_every_placeholder_and_fault_has_its_words() -> None:
    assert set(PLACEHOLDERS) == {name for names in PROMPTS.values() for name in names}
    assert set(TEXT_FAULTS) == set(TextFault)
    assert set(RECORDING_FAULTS) == set(RecordingFault)
