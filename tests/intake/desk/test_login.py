"""The door: who gets in, for how long, and what a refusal tells."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

import pytest

from intake import staff
from intake.desk.app import make_desk_app
from intake.models import Staff
from intake.services import Job
from intake.settings import Settings
from intake.staff_roles import Role
from tests.conftest import Nudges
from tests.support.pages import Page

from .conftest import Desk

REFUSED = "Anmeldename oder Passwort stimmen nicht"
OWN = "vier lose Worte hier"


def test_the_first_login_asks_for_a_password_of_ones_own(desk: Desk) -> None:
    with desk.services.db.write() as db:
        _, password = staff.add(db, desk.clock(), "Anna", "Anna Berg", Role.OPERATOR, ("de",))
    page = Page(desk.app).opens("/desk/")
    page.sees("Anmelden").presses("Anmelden", login="anna", password=password).sees("Einmalpasswort")
    page.opens("/desk/requests/new").sees("Wählen Sie jetzt ein eigenes")
    page.presses("ändern", old="falsch", new=OWN, again=OWN).sees("nicht das bisherige")
    page.presses("ändern", old=password, new="kurz", again="kurz").sees("Mindestens 12 Zeichen")
    page.presses("ändern", old=password, new=OWN, again=OWN + "!").sees("verschieden")
    page.presses("ändern", old=password, new=password, again=password).sees("anderes Passwort")
    page.presses("ändern", old=password, new=OWN, again=OWN).sees("Ihr Passwort ist geändert", "Warten jetzt")
    page.presses("Abmelden").sees("Nur für unser Team")
    page.opens("/desk/").presses("Anmelden", login="ANNA ", password=OWN).sees("Warten jetzt")


def test_a_refusal_does_not_tell_whether_the_account_exists(desk: Desk) -> None:
    desk.person("anna")
    page = Page(desk.app).opens("/desk/login")
    known = page.presses("Anmelden", login="anna", password="falsch").sees(REFUSED).text
    unknown = page.presses("Anmelden", login="nobody", password="falsch").sees(REFUSED).text
    assert known == unknown
    assert page.status == 401
    page.presses("Anmelden", login="", password="").sees("Bitte ausfüllen")


def test_guessing_is_slowed_down(desk: Desk) -> None:
    page = Page(desk.app).opens("/desk/login")
    for _ in range(20):
        page.presses("Anmelden", login="nobody", password="x")
    page.presses("Anmelden", login="nobody", password="x").sees("Zu viele Versuche")
    assert page.status == 429


def test_behind_a_proxy_guessing_slows_down_the_guesser_alone(desk: Desk) -> None:
    settings = desk.services.settings.model_copy(update={"trusted_proxies": 1})
    app = make_desk_app(replace(desk.services, settings=settings))

    def guesses(address: str) -> int:
        page = Page(app).opens("/desk/login")
        token = page._page.forms[0].fields["csrf_token"]
        sent = {"login": "nobody", "password": "x", "csrf_token": token}
        # what a guesser has put there himself stands before what the proxy adds
        came = {"X-Forwarded-For": f"{secrets.token_hex(4)}, {address}"}
        return page.client.post("/desk/login", data=sent, headers=came).status_code

    answers = [guesses("198.51.100.1") for _ in range(21)]
    assert (answers[19], answers[20]) == (401, 429)
    assert guesses("198.51.100.2") == 401


def test_a_desk_left_alone_asks_again_and_refreshing_pages_do_not_count(desk: Desk) -> None:
    page = desk.somebody()
    desk.clock.moves(hours=7)
    page.opens("/desk/").sees("Warten jetzt")
    desk.clock.moves(hours=7)
    page.opens("/desk/").sees("Warten jetzt")
    for _ in range(3):
        desk.clock.moves(hours=2.5)
        page.client.get("/desk/queue-parts")
    desk.clock.moves(hours=1)
    page.opens("/desk/").sees("Nur für unser Team")


@pytest.mark.parametrize("what", ["password", "closed", "reset"])
def test_other_sessions_end_when_the_account_changes(desk: Desk, what: str) -> None:
    anna = desk.person("anna")
    page, elsewhere = desk.enter(anna), desk.enter(anna)
    if what == "password":
        page.opens("/desk/password").presses("ändern", old=anna.password, new=OWN, again=OWN)
        page.opens("/desk/").sees("Warten jetzt")
    else:
        with desk.services.db.write() as db:
            row = db.get_one(Staff, anna.id)
            staff.close(db, desk.clock(), "test", row) if what == "closed" else staff.reset(
                db, desk.clock(), "anna"
            )
    elsewhere.opens("/desk/").sees("Nur für unser Team")


def test_every_form_needs_its_token(desk: Desk) -> None:
    filing = desk.call_in()
    page = desk.somebody()
    for path in ("/desk/next", f"/desk/callbacks/{filing.callback_id}/take", "/desk/duty/on", "/desk/logout"):
        assert page.client.post(path).status_code == 400
    assert desk.callback(filing.callback_id).holder_id is None
    assert Page(desk.app).client.post("/desk/login", data={"login": "anna"}).status_code == 400


def test_the_language_is_switched_where_one_stands_and_outlives_the_login(desk: Desk) -> None:
    anna = desk.person("anna")
    page = Page(desk.app).opens("/desk/login").presses("English").sees("Log in")
    page.presses("Log in", login="anna", password=anna.password).sees("Waiting now")
    page.opens("/desk/requests/new").presses("Deutsch").sees("Anliegen aufnehmen", "Straße")


def test_the_way_back_never_leads_elsewhere(desk: Desk) -> None:
    page = desk.somebody()
    for back in ("https://example.org/", "//example.org/", "/elsewhere", "/desk//example.org", "/desk/\\x"):
        page.presses("English" if "English" in page.buttons else "Deutsch", back=back)
        assert page.path == "/desk/"


def test_duty_is_switched_in_the_header_and_wakes_the_assignment(desk: Desk, nudges: Nudges) -> None:
    page = desk.somebody()
    page.sees("Sie sind nicht im Dienst").presses("Dienst beginnen").sees("Sie sind jetzt im Dienst")
    assert nudges == [Job.ASSIGN]
    with desk.services.db.read() as db:
        assert [row.login for row in staff.on_duty(db, desk.clock())] == ["anna"]
    desk.clock.moves(minutes=2)
    page.client.get("/desk/queue-parts")
    desk.clock.moves(minutes=2)
    with desk.services.db.read() as db:
        assert staff.on_duty(db, desk.clock()), "the open page keeps its operator on duty"
    page.opens("/desk/").presses("Dienst beenden").sees("nicht mehr im Dienst")
    with desk.services.db.read() as db:
        assert not staff.on_duty(db, desk.clock())


def test_each_role_begins_where_its_work_is(desk: Desk) -> None:
    assert desk.somebody("anna", Role.OPERATOR).path == "/desk/"
    assert desk.somebody("vera", Role.ADMINISTRATOR).path == "/desk/staff/"
    vera = desk.enter(desk.person("vera2", Role.ADMINISTRATOR))
    assert vera.opens("/desk/").path == "/desk/staff/"
    assert "Dienst beginnen" not in vera.buttons


def test_pages_are_kept_nowhere_and_come_from_nowhere_else(desk: Desk) -> None:
    response = desk.somebody().client.get("/desk/")
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_cookie_is_for_the_desk_alone(desk: Desk, settings: Settings) -> None:
    public = settings.model_copy(update={"public_base_url": "https://hotline.example.org"})
    app = make_desk_app(replace(desk.services, settings=public))
    cookie = app.test_client().get("/desk/login").headers["Set-Cookie"]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/desk"))
    assert "Secure" not in desk.app.test_client().get("/desk/login").headers["Set-Cookie"]


def test_after_a_while_an_account_may_try_again(desk: Desk) -> None:
    anna = desk.person("anna")
    page = Page(desk.app).opens("/desk/login")
    for _ in range(staff.TRIES):
        page.presses("Anmelden", login="anna", password="falsch")
    page.presses("Anmelden", login="anna", password=anna.password).sees(REFUSED)
    desk.clock.now += staff.REST + timedelta(seconds=1)
    page.presses("Anmelden", login="anna", password=anna.password).sees("Warten jetzt")
