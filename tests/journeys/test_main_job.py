"""The main job, end to end: a call becomes a callback becomes a match. Everything in it is real."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.browser import Browser
from tests.support.hotline import Hotline, until
from tests.support.postgres import PostgresDatabases

pytestmark = pytest.mark.long

CALLER = "05692 555 1234"
OTHER = "05671 555 9876"
TOLD = {
    "category": "shopping",
    "postcode": "34466",
    "details": "Einmal in der Woche ein großer Einkauf",
    "name": "Xanthippe Mustermann",
    "address": "Verborgene Gasse 77",
    "half_days": "1-morning",
    "consent": "y",
}
NOTE = "spricht sehr leise"


def _sees(browser: Browser, path: str, words: str) -> Browser:
    until(lambda: words in browser.opens(path).text, f"{words!r} on {path}")
    return browser


def _the_main_job(hotline: Hotline) -> None:
    operator, coordinator = hotline.somebody("operator"), hotline.somebody("coordinator")
    operator.opens("/desk/").presses("Dienst beginnen").sees("Im Dienst")

    call = hotline.telephone().dial(CALLER).hears("112", "Hilfe bekommen: die Eins").press("1")
    call.hears("Einkaufen: die Eins").press("1")
    call.hears("null fünf sechs neun zwo", "fünf fünf, fünf eins, zwo drei, vier").press("1")
    call.press("34466").hears("Wolfhagen").press("1")
    call.hears("vormittags").press("1").hears("Wir rufen Sie an", "zwischen", "Noch einmal", "nie nach Geld")
    assert call.ended
    assert call.keys_pressed == "11134466" + "11"

    _sees(operator, "/desk/", "Öffnen").follows("Öffnen").sees("Wolfhagen", "Einkaufen")
    operator.sees_nothing_of("555 1234").presses("Nummer zeigen").sees(CALLER)
    operator.presses("Erreicht: Anliegen aufnehmen", note=NOTE)
    operator.presses("speichern", **TOLD).sees("Das Anliegen ist aufgenommen")

    _sees(coordinator, "/desk/matching/", "Vorschläge").follows("Einkaufen, Wolfhagen")
    coordinator.sees("Platz 1", "Punkten", "Wohnt in derselben Gemeinde.", TOLD["name"])
    coordinator.presses("Auswählen und fragen").sees("Ausgewählt")

    # the sign of life of a worker that has too much to do may come late
    until(lambda: hotline.status()["workers"] == 1, "a sign of life of the worker")
    status = json.loads(hotline.run("status", "--json"))
    assert status["calls"] == {"filed": 1}
    assert status["leads"] == 0
    assert status["requests"] == {"proposed": 1}
    assert status["callbacks"] == {"done": 1}
    assert status["attempts"] == 1
    assert sum(status["proposals"].get(name, 0) for name in ("approved", "offered")) == 1
    assert status["broker"] == "up"
    assert status["workers"] == 1

    coordinator.presses("Hat zugesagt").sees("Zugesagt")
    assert hotline.status()["missions"] == {"agreed": 1}
    _sees(operator, "/desk/", "Hilfe gefunden").follows("Hilfe gefunden")


def test_with_nothing_but_python_and_nothing_personal_in_the_clear() -> None:
    with Hotline("--demo") as hotline:
        _the_main_job(hotline)
        hotline.telephone().dial(OTHER).press("1").hangs_up()
        until(lambda: hotline.status()["leads"] == 1, "the lead")
        hotline.stop()
        _nothing_personal_lies_in(hotline.home)


def _nothing_personal_lies_in(home: Path) -> None:
    told = [TOLD[name] for name in ("details", "name", "address")]
    secrets = [*told, NOTE, "6925551234", "692 555 1234", "6715559876", "555 9876"]
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        content = path.read_bytes()
        for secret in secrets:
            for spelling in (secret, secret.replace(" ", ""), secret.replace(" ", "+")):
                assert spelling.encode() not in content, f"{secret} stands in {path.name}"


def test_on_postgresql(postgres: PostgresDatabases) -> None:
    with postgres.fresh() as url, Hotline("--demo", DATABASE_URL=url) as hotline:
        _the_main_job(hotline)


def test_whatever_dies_in_the_middle_of_a_call_nothing_is_lost() -> None:
    with Hotline() as hotline:
        _the_web_process_dies(hotline)
        _everything_is_started_again(hotline)
        _the_broker_dies(hotline)


def _the_web_process_dies(hotline: Hotline) -> None:
    call = hotline.telephone().dial(CALLER).press("1").press("1").press("1")
    hotline.kill_part("worker web")
    until(hotline._is_ready, "the web side to be back")
    call.press("34466").hears("Wolfhagen").press("1").press("1").hears("Wir rufen Sie an")
    assert hotline.status()["requests"] == {"new": 1}


def _everything_is_started_again(hotline: Hotline) -> None:
    hotline.stop()
    hotline.start()
    assert hotline.status()["callbacks"] == {"queued": 1}
    again = hotline.telephone().dial(CALLER).press("1").press("1").press("1").press("34466").press("1")
    again.press("1").hears("hatten Sie schon notiert")
    status = hotline.status()
    assert status["calls"] == {"filed": 1, "added": 1}
    assert status["callbacks"] == {"queued": 1}


def _the_broker_dies(hotline: Hotline) -> None:
    call = hotline.telephone().dial(OTHER).press("1").press("1").press("1")
    hotline.kill_part("valkey")
    call.press("34466").hears("Wolfhagen").press("1").press("1").hears("Wir rufen Sie an")
    assert hotline.status()["calls"] == {"filed": 2, "added": 1}
    hotline.somebody("operator").opens("/desk/").presses("Dienst beginnen")
    until(lambda: hotline.status()["broker"] == "up", "the broker to be back")
    until(lambda: hotline.status()["callbacks"] == {"assigned": 2}, "the sweep to assign them")
