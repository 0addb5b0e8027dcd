"""Every word of the pages in both languages: catalogs, scripts, kinds and statuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import intake.desk
import intake.site
from intake.desk.call_log import QUESTIONS
from intake.desk.scripts import ALWAYS, FOLDER, KEYS, ScriptsError, Situation, load_scripts, script_faults
from intake.desk.wording import WORDS, word
from intake.kinds import AlarmKind, BestTime, CallbackKind, CallOutcome
from intake.lifecycle import HelperStatus, RequestStatus
from intake.profile import Profile
from intake.staff_roles import Role
from tests.support.catalogs import check_catalog

from .conftest import Desk

FOLDERS = [Path(module.__path__[0]) for module in (intake.desk, intake.site)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_catalog_has_every_text_and_none_besides(folder: Path) -> None:
    check_catalog(folder)


@pytest.mark.parametrize(
    "kind", [AlarmKind, BestTime, CallbackKind, CallOutcome, HelperStatus, RequestStatus, Role]
)
def test_every_value_has_a_word(desk: Desk, kind: type) -> None:
    with desk.app.test_request_context():
        assert set(WORDS[kind]) == set(kind)
        assert all(word(value) for value in WORDS[kind])


#: That nobody is ever asked for money, in each caller's language.
NEVER_MONEY = {
    "de": "nie nach Geld",
    "en": "never ask for money",
    "tr": "asla para",
    "ru": "никогда не спрашиваем о деньгах",
    "uk": "ніколи не питаємо про гроші",
    "pl": "nigdy nie pytamy o pieniądze",
    "ar": "لا نسأل أبداً عن المال",
}


def _placeholders(lines: tuple[str, ...]) -> list[set[str]]:
    return [set(re.findall(r"\{(\w+)\}", line)) for line in lines]


def test_every_script_is_there_in_every_callers_language_sentence_by_sentence(profile: Profile) -> None:
    texts = load_scripts(FOLDER).texts
    assert set(texts) == set(profile.languages) == set(NEVER_MONEY)
    for code, scripts in texts.items():
        assert set(scripts) == set(KEYS)
        for key in KEYS:
            assert len(scripts[key]) == len(texts["de"][key]), f"{code} {key}"
            assert _placeholders(scripts[key]) == _placeholders(texts["de"][key]), f"{code} {key}"
        for key in (ALWAYS, *Situation):
            assert NEVER_MONEY[code].lower() in " ".join(scripts[key]).lower(), f"{code} {key}"


def test_what_an_answering_machine_hears_names_nobody() -> None:
    for scripts in load_scripts(FOLDER).texts.values():
        assert not {"me", "place"} & set().union(*_placeholders(scripts[Situation.ANSWERING_MACHINE]))


def test_a_district_has_its_own_wording_where_it_likes(tmp_path: Path) -> None:
    own = tmp_path / "scripts" / "de.toml"
    own.parent.mkdir()
    own.write_text('status = ["Moin, hier ist {me}."]', encoding="utf-8")
    told = load_scripts(tmp_path).tell(
        CallbackKind.STATUS, "de", "en", {"me": "Anna", "hotline": "", "district": "", "number": ""}
    )
    assert told.lines[0].said == "Moin, hier ist Anna."
    assert "nie nach Geld" in told.lines[-1].said
    assert told.lines[0].meant.startswith("Good day")


def test_each_fault_of_a_districts_wording_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "de.toml").write_text(
        'status = ["{you}", "{"]\nfollow_up = "oops"\nhello = ["x"]', encoding="utf-8"
    )
    (folder / "fr.toml").write_text('always = ["Jamais d\'argent."]', encoding="utf-8")
    (folder / "en.toml").write_text("status = [", encoding="utf-8")
    faults = "\n".join(script_faults(tmp_path))
    for words in ("{you} is not known", "a brace", "follow_up must be a list", "hello is not known"):
        assert words in faults
    assert "fr.toml: intake is missing" in faults
    assert "en.toml: is not valid TOML" in faults
    with pytest.raises(ScriptsError):
        load_scripts(tmp_path)


def test_no_question_is_asked_in_the_words_of_another() -> None:
    assert len({str(text) for text in QUESTIONS.values()}) == len(QUESTIONS)
