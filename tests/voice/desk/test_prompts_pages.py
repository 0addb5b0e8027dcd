"""A coordinator changes what callers hear: in other words, by a recording, and back to the original."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from intake.web import LARGEST_BODY
from tests.support.pages import Page
from voice import recordings
from voice.desk import pages

from ..sound import mp3, wav
from .conftest import House

EMERGENCY = "/desk/prompts/de/emergency"


class _Audio(HTMLParser):
    """Where the page's sound comes from."""

    found: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "audio":
            self.found = dict(attrs)["src"]


def sound_on(page: Page) -> str | None:
    """The address of the sound that the page lets one hear."""
    reader = _Audio()
    reader.feed(page.client.get(page.path).text)
    return reader.found


def file(sound: bytes, name: str = "ansage.wav") -> Any:
    """A file as a browser sends it."""
    return io.BytesIO(sound), name


def test_a_changed_wording_is_what_the_next_caller_hears(house: House) -> None:
    house.calls().hears("Im Notfall wählen Sie 112.").hangs_up()
    page = house.page.opens("/desk/").follows("Ansagen")
    page.sees("Was die Anrufenden hören").follows("Im Notfall wählen Sie 112.")
    page.presses("Wortlaut speichern", text=" Bei Lebensgefahr\r\nwählen Sie 112. ")
    page.sees("Gespeichert", "Bei Lebensgefahr wählen Sie 112.", "Original", "von Clara")
    house.calls().hears("Bei Lebensgefahr wählen Sie 112.").hears_nothing_of("Im Notfall").hangs_up()
    page.follows("Zurück zu allen Ansagen").sees("geändert", "Original: Im Notfall wählen Sie 112.")
    page.opens(EMERGENCY).presses("Zurück zum Original").sees("Es gilt wieder")
    assert "Zurück zum Original" not in page.buttons
    house.calls().hears("Im Notfall wählen Sie 112.").hangs_up()


def test_the_originals_words_typed_again_are_no_change(house: House) -> None:
    page = house.page.opens(EMERGENCY).presses("Wortlaut speichern", text="Etwas anderes.")
    page.presses("Wortlaut speichern", text="Im Notfall wählen Sie 112.").sees("Es gilt wieder")
    page.sees_nothing_of("Zuletzt geändert")


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("", ["Bitte schreiben Sie, was gesagt werden soll.", "Es fehlt {need}."]),
        ("Die Eins.", ["Es fehlt {need}."]),
        ("{need} in {ort}: die Eins.", ["{ort} gibt es in dieser Ansage nicht."]),
        ("{need: die Eins.", ["Eine geschweifte Klammer hat kein Gegenstück."]),
        ("{need:>999}", ["Bei {need} darf in den Klammern nur der Name stehen."]),
        ("{need}" + "a" * 500, ["Bitte höchstens 500 Zeichen."]),
        ("{need}\x07", ["Der Text enthält ein Steuerzeichen."]),
    ],
)
def test_a_faulty_wording_comes_back_with_what_was_typed_and_why(
    house: House, text: str, reasons: list[str]
) -> None:
    page = house.page.opens("/desk/prompts/de/need_1").sees("{need} was gebraucht wird")
    page.presses("Wortlaut speichern", text=text).sees(*reasons).holds(text=text)
    assert page.status == 422
    page.opens("/desk/prompts/de/need_1").holds(text="{need}: die Eins.")
    call = house.calls().press("1").listens()
    call.hears("Einkaufen: die Eins.").hangs_up()


def test_two_at_one_prompt_do_not_overwrite_each_other(house: House) -> None:
    second = Page(house.page.client.application)
    second.client.set_cookie("desk", house.page.client.get_cookie("desk", path="/desk").value, path="/desk")
    second.opens(EMERGENCY)
    house.page.opens(EMERGENCY).presses("Wortlaut speichern", text="Die Erste.")
    second.presses("Wortlaut speichern", text="Die Zweite.").holds(text="Die Zweite.")
    second.sees("Jemand anderes hat diese Ansage inzwischen geändert.", "Die Erste.")
    assert second.status == 409
    second.presses("Wortlaut speichern").sees("Gespeichert", "Die Zweite.")


@pytest.mark.parametrize(("sound", "mime"), [(wav(), "audio/wav"), (mp3(), "audio/mpeg")])
def test_an_uploaded_recording_is_heard_on_the_page_and_played_to_the_next_caller(
    house: House, sound: bytes, mime: str
) -> None:
    page = house.page.opens(EMERGENCY)
    page.presses("Aufnahme hochladen", recording=file(sound, "ganz egal.txt"))
    page.sees("Gespeichert", "wird anstelle des Wortlauts gespielt")
    heard = sound_on(page)
    assert heard
    served = page.client.get(heard)
    assert (served.data, served.mimetype) == (sound, mime)
    assert served.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert house.played() == [heard.replace("/desk/prompts/audio/", "/voice/audio/")]
    page.opens("/desk/prompts/").sees("Aufnahme")
    page.opens(EMERGENCY).presses("Aufnahme entfernen").sees("wieder von der Stimme gesprochen")
    assert house.played() == []
    house.calls().hears("Im Notfall wählen Sie 112.").hangs_up()


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (b"", "Bitte wählen Sie eine Datei aus."),
        (b"MZ\x90\x00 no sound at all", "Das ist keine WAV- oder MP3-Datei."),
        (wav()[:30], "beschädigt oder verdichtet"),
        (wav(0), "In dieser Datei ist nichts zu hören."),
    ],
    ids=["none", "a program", "cut", "empty"],
)
def test_a_file_that_cannot_be_played_is_refused_with_the_reason(
    house: House, sound: bytes, reason: str
) -> None:
    page = house.page.opens(EMERGENCY).presses("Aufnahme hochladen", recording=file(sound))
    page.sees(reason).holds(text="Im Notfall wählen Sie 112.")
    assert page.status == 422
    assert sound_on(page.opens(EMERGENCY)) is None
    assert house.played() == []


@pytest.mark.parametrize(("frames", "status"), [(20_000, 422), (90_000, 413)])
def test_a_file_that_is_too_large_is_refused_whether_it_is_read_or_not(
    house: House, monkeypatch: pytest.MonkeyPatch, frames: int, status: int
) -> None:
    """With smaller limits than life's: the test client leaves its temporary files open."""
    monkeypatch.setattr(recordings, "LARGEST_RECORDING", 10_000)
    monkeypatch.setattr(pages, "_LARGEST_UPLOAD", 80_000)
    page = house.page.opens(EMERGENCY).presses("Aufnahme hochladen", recording=file(wav(frames)))
    page.sees("Die Datei ist größer als 1 MB.").holds(text="Im Notfall wählen Sie 112.")
    assert page.status == status


def test_a_recording_may_be_larger_than_any_other_form(house: House) -> None:
    assert LARGEST_BODY < 300_000 < recordings.LARGEST_RECORDING
    house.page.opens(EMERGENCY).presses("Aufnahme hochladen", recording=file(wav(300_000)))
    house.page.sees("Gespeichert")


def test_a_prompt_with_placeholders_takes_no_recording_and_says_why(house: House) -> None:
    page = house.page.opens("/desk/prompts/de/greeting").sees("keine Aufnahme möglich", "Name des Telefons")
    assert "Aufnahme hochladen" not in page.buttons
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.client.get(page.path).text)
    assert token
    sent = {"recording": file(wav()), "csrf_token": token[1]}
    assert page.client.post("/desk/prompts/de/greeting/recording", data=sent).status_code == 404


def test_every_language_has_its_list_beside_the_teams_own(house: House) -> None:
    profile = house.line.services.profile
    page = house.page.opens("/desk/prompts/")
    for language in profile.languages[1:]:
        page.opens(f"/desk/prompts/?language={language}").sees("Im Notfall wählen Sie 112.")
    page.opens("/desk/prompts/ar/emergency").sees("Arabisch", "Im Notfall wählen Sie 112.")
    for path in ("?language=xx", "xx/menu", "de/nothing", "audio/" + "0" * 64 + ".wav"):
        assert page.opens(f"/desk/prompts/{path}").status == 404


def test_the_pages_speak_english(house: House) -> None:
    page = house.page.presses("English").opens("/desk/prompts/").sees("What callers hear", "Prompts")
    page.opens("/desk/prompts/de/need_1").sees("Change a prompt", "{need} What is needed")
    page.presses("Save the wording", text="Eins.").sees("{need} is missing.")


def test_a_stranger_hears_nothing_at_the_desk(house: House) -> None:
    heard = sound_on(house.page.opens(EMERGENCY).presses("Aufnahme hochladen", recording=file(wav())))
    assert heard
    assert house.page.client.application.test_client().get(heard).status_code == 303
