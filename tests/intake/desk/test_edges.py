"""What nobody types on purpose: row numbers beyond the database, NULs, years before Christ. No error page."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import Database
from intake.desk.app import make_desk_app
from intake.services import Services
from intake.staff_roles import Role

from .conftest import Desk

BEYOND = 2**63


@pytest.mark.parametrize(
    "path",
    [
        f"callbacks/{BEYOND}",
        f"callbacks/1/merge/{BEYOND}",
        f"requests/{2**31}/complete",
        f"letters/{BEYOND}",
        f"paper/{BEYOND}",
        "callbacks/\N{ARABIC-INDIC DIGIT ONE}",
    ],
)
def test_a_row_number_that_no_row_can_have_is_a_page_that_does_not_exist(desk: Desk, path: str) -> None:
    page = desk.somebody("anna", Role.COORDINATOR).opens(f"/desk/{path}")
    page.sees("Diese Seite gibt es nicht")
    assert page.status == 404


def test_a_nul_in_a_login_is_a_wrong_login(services: Services, postgres_db: Database, desk: Desk) -> None:
    on_postgres = replace(services, db=postgres_db)
    anna = Desk(make_desk_app(on_postgres), on_postgres, desk.clock).person("anna")
    door = replace(desk, app=make_desk_app(on_postgres))
    door.enter(replace(anna, login="nobody\0")).sees("stimmen nicht")
    door.enter(replace(anna, login="an\0na")).sees("Nicht im Dienst", "Rückrufe")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("0001-01-01T00:00", "Diese Zeit ist schon vorbei."),
        ("9999-12-31T23:59", "Das ist zu spät: höchstens 60 Tage voraus."),
        ("2027-11-24T10:00", "Das ist zu spät: höchstens 60 Tage voraus."),
    ],
)
def test_a_mistyped_year_forgets_nobody(desk: Desk, at: str, words: str) -> None:
    filing = desk.call_in()
    page = desk.somebody().presses("Nehmen")
    page.presses("Erreicht, bittet um späteren Anruf", again_at=at, note="Ruft gern").sees(words, "Ruft gern")
    assert page.status == 422
    assert desk.callback(filing.callback_id).tries == 0


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("0001-01-01", "0001-01-02", "Dieser Tag liegt zu lange zurück."),
        ("2026-11-01", "9999-12-31", "Dieser Tag kommt erst noch."),
    ],
)
def test_figures_of_days_that_never_were_are_refused(desk: Desk, first: str, last: str, words: str) -> None:
    vera = desk.somebody("vera", Role.ADMINISTRATOR)
    vera.opens(f"/desk/figures/?first={first}&last={last}").sees(words)
    assert vera.status == 422


def test_an_outcome_pressed_twice_is_one_and_says_so_again(desk: Desk) -> None:
    filing = desk.call_in()
    page = desk.somebody().presses("Nehmen")
    path, token = page.path, page._page.forms[-1].fields["csrf_token"]  # type: ignore[attr-defined]
    sent = {"csrf_token": token, "note": "besetzt"}
    twice = [page.client.post(f"{path}/outcome/busy", data=sent) for _ in range(2)]  # type: ignore[attr-defined]
    assert [answer.status_code for answer in twice] == [303, 303]
    page.opens("/desk/").sees("Notiert. Nächster Versuch", "Rückgängig machen")
    assert desk.callback(filing.callback_id).tries == 1
    desk.clock.moves(minutes=1)
    late = page.client.post(f"{path}/outcome/busy", data=sent)  # type: ignore[attr-defined]
    assert (late.status_code, "Ihre Notiz, zum Kopieren" in late.text) == (409, True)


def test_where_the_database_is_gone_the_desk_says_so_in_plain_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = desk.somebody()

    def gone() -> AbstractContextManager[Session]:
        raise sa.exc.OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(desk.services.db, "read", gone)
    answer = page.client.get("/desk/")  # type: ignore[attr-defined]
    assert answer.status_code == 500
    assert "Da ist uns ein Fehler passiert" in answer.text
