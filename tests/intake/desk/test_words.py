"""Every word of the pages in both languages: catalogs, scripts, kinds and statuses."""

from __future__ import annotations

from pathlib import Path

import pytest

import intake.desk
import intake.site
from intake.desk.call_log import QUESTIONS
from intake.desk.scripts import FOLDER, load_scripts
from intake.desk.wording import WORDS, word
from intake.lifecycle import BestTime, CallbackKind, CallOutcome, HelperStatus, RequestStatus
from intake.staff_roles import Role
from tests.support.catalogs import check_catalog

from .conftest import Desk

FOLDERS = [Path(module.__path__[0]) for module in (intake.desk, intake.site)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_catalog_has_every_text_and_none_besides(folder: Path) -> None:
    check_catalog(folder)


@pytest.mark.parametrize("kind", [BestTime, CallbackKind, CallOutcome, HelperStatus, RequestStatus, Role])
def test_every_value_has_a_word(desk: Desk, kind: type) -> None:
    with desk.app.test_request_context():
        assert set(WORDS[kind]) == set(kind)
        assert all(word(value) for value in WORDS[kind])


def test_every_kind_of_callback_has_a_script_in_both_languages() -> None:
    scripts = load_scripts()
    assert set(scripts) == {"de", "en"} == {path.stem for path in FOLDER.iterdir()}
    for kind in CallbackKind:
        assert len(scripts["de"][kind]) == len(scripts["en"][kind]) >= 3
        assert "nie nach Geld" in scripts["de"][kind][-1]
        assert "never ask for money" in scripts["en"][kind][-1]


def test_no_question_is_asked_in_the_words_of_another() -> None:
    assert len({str(text) for text in QUESTIONS.values()}) == len(QUESTIONS)
