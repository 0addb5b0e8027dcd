"""The prompts' files: every fault is named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.prompts import FOLDER, PromptsError, load_prompts
from voice.state import Saying


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    text = (FOLDER / "de.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "de.toml").write_text(text, encoding="utf-8")
    return folder


def test_placeholders_are_filled() -> None:
    saying = Saying("need_1", "de", {"need": "Einkaufen"})
    assert load_prompts(["de"]).text(saying) == "Einkaufen: die Eins."


def test_every_fault_of_every_file_is_named(tmp_path: Path) -> None:
    folder = changed(
        tmp_path,
        ("wrong_key =", "wrong_kay ="),
        ("{number}. Richtig: die Eins. Andere", "{nummer}. Richtig: die Eins. Andere"),
        ('need = "Worum geht es?"', 'need = " "'),
        ("{hours}", "{hours"),
    )
    with pytest.raises(PromptsError) as caught:
        load_prompts(["de", "en"], folder)
    assert sorted(caught.value.faults) == [
        "de.toml: hours has a brace without its partner; mend it",
        "de.toml: need has no words; write them",
        "de.toml: number_offer_short has {nummer}, which is not filled in there; remove it",
        "de.toml: number_offer_short lacks {number}; say it",
        "de.toml: wrong_kay is never said; remove it or mend its spelling",
        "de.toml: wrong_key is missing; write it",
        "en.toml: cannot be read (No such file or directory); put the file there",
    ]


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text("greeting = Guten Tag", encoding="utf-8")
    with pytest.raises(PromptsError, match=r"de\.toml: is not valid TOML"):
        load_prompts(["de"], tmp_path)


def test_a_language_whose_numbers_cannot_be_said_is_named(tmp_path: Path) -> None:
    text = (FOLDER / "en.toml").read_text(encoding="utf-8")
    (tmp_path / "fr.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PromptsError) as caught:
        load_prompts(["fr"], tmp_path)
    assert caught.value.faults == [
        "fr: numbers and times cannot be said in it; add their words to spoken_words"
    ]
