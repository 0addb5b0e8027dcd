"""The door: who gets in, for how long, and what a refusal tells."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from intake import staff
from intake.desk.app import make_desk_app
from intake.models import Staff
from intake.services import Job
from intake.settings import Settings
from intake.staff_roles import Role
from intake.staff_tries import ADDRESS, PASSWORDS
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


def test_guessing_at_one_account_is_slowed_down_whether_it_exists_or_not(desk: Desk) -> None:
    anna = desk.person("anna")
    page = Page(desk.app).opens("/desk/login")
    for login in ("anna", "nobody"):
        for _ in range(PASSWORDS[0].most):
            page.presses("Anmelden", login=login, password="falsch").sees(REFUSED)
    known = page.presses("Anmelden", login="anna", password=anna.password).sees("Ab 10:15 Uhr geht es wieder")
    assert page.status == 429
    assert page.presses("Anmelden", login="nobody", password="x").text == known.text
    desk.clock.moves(minutes=15)
    page.presses("Anmelden", login="anna", password=anna.password).sees("Warten jetzt")


def test_the_time_that_is_named_is_never_too_early(desk: Desk) -> None:
    anna = desk.person("anna")
    page = Page(desk.app).opens("/desk/login")
    desk.clock.moves(seconds=20)
    for _ in range(PASSWORDS[0].most):
        page.presses("Anmelden", login="anna", password="falsch")
    page.presses("Anmelden", login="anna", password=anna.password).sees("Ab 10:16 Uhr geht es wieder")
    desk.clock.moves(minutes=15, seconds=40)
    page.presses("Anmelden", login="anna", password=anna.password).sees("Warten jetzt")


def test_guesses_from_elsewhere_do_not_keep_out_whoever_was_in_before(desk: Desk) -> None:
    anna = desk.person("anna")
    at_her_desk = desk.enter(anna).presses("Abmelden")
    stranger = Page(desk.app).opens("/desk/login")
    for _ in range(PASSWORDS[0].most + 1):
        stranger.presses("Anmelden", login="anna", password="falsch")
    stranger.presses("Anmelden", login="anna", password=anna.password).sees("Zu viele falsche Versuche")
    at_her_desk.presses("Anmelden", login="anna", password=anna.password).sees("Warten jetzt")
    at_her_desk.presses("Abmelden")
    for _ in range(PASSWORDS[0].most):
        at_her_desk.presses("Anmelden", login="anna", password="falsch").sees(REFUSED)
    at_her_desk.presses("Anmelden", login="anna", password=anna.password).sees("Zu viele falsche Versuche")


def test_what_a_browser_says_of_itself_must_be_signed_and_about_the_same_account(desk: Desk) -> None:
    anna, ben = desk.person("anna"), desk.person("ben")
    page = desk.enter(ben).presses("Abmelden")
    for _ in range(PASSWORDS[0].most):
        page.presses("Anmelden", login="anna", password="falsch").sees(REFUSED)
    page.presses("Anmelden", login="anna", password=anna.password).sees("Zu viele falsche Versuche")
    page.client.set_cookie("desk_known", "made.up", path="/desk")
    page.presses("Anmelden", login="anna", password=anna.password).sees("Zu viele falsche Versuche")


def test_an_administrator_sees_who_is_kept_out_and_lets_her_in_with_a_new_password(desk: Desk) -> None:
    desk.person("anna")
    vera = desk.somebody("vera", Role.ADMINISTRATOR)
    page = Page(desk.app).opens("/desk/login")
    for _ in range(PASSWORDS[0].most):
        page.presses("Anmelden", login="anna", password="falsch")
    vera.opens("/desk/staff/").sees("ruht bis 10:15 Uhr").presses("Neues Einmalpasswort")
    fresh = next(word for word in vera.text.split() if word.count("-") == 3 and len(word) == 19)
    page.presses("Anmelden", login="anna", password=fresh).sees("Wählen Sie jetzt ein eigenes")


def test_behind_a_proxy_guessing_at_many_accounts_slows_down_the_guesser_alone(desk: Desk) -> None:
    settings = desk.services.settings.model_copy(update={"trusted_proxies": 1})
    # several web processes count together
    apps = [make_desk_app(replace(desk.services, settings=settings)) for _ in range(2)]

    def guesses(address: str, at: int) -> int:
        page = Page(apps[at % 2]).opens("/desk/login")
        token = page._page.forms[0].fields["csrf_token"]
        sent = {"login": f"nobody{at}", "password": "x", "csrf_token": token}
        # what a guesser has put there himself stands before what the proxy adds
        came = {"X-Forwarded-For": f"{secrets.token_hex(4)}, {address}"}
        return page.client.post("/desk/login", data=sent, headers=came).status_code

    answers = [guesses("198.51.100.1", at) for at in range(ADDRESS.most + 1)]
    assert (answers[-2], answers[-1]) == (401, 429)
    assert guesses("198.51.100.2", 0) == 401


def test_a_desk_left_alone_asks_again_and_refreshing_pages_do_not_count(desk: Desk) -> None:
    page = desk.somebody()
    desk.clock.moves(hours=3)
    page.opens("/desk/").sees("Warten jetzt")
    desk.clock.moves(hours=3)
    page.opens("/desk/").sees("Warten jetzt")
    for _ in range(3):
        desk.clock.moves(hours=1.25)
        page.client.get("/desk/queue-parts")
    desk.clock.moves(minutes=20)
    page.opens("/desk/").sees("Nur für unser Team")


def test_a_session_ends_after_a_working_day_however_busy(desk: Desk) -> None:
    page = desk.somebody()
    for _ in range(10):
        desk.clock.moves(hours=1)
        page.opens("/desk/").sees("Warten jetzt")
    desk.clock.moves(minutes=1)
    page.opens("/desk/").sees("Nur für unser Team")


def test_somebody_logs_out_at_every_desk_at_once(desk: Desk) -> None:
    anna = desk.person("anna")
    page, elsewhere = desk.enter(anna), desk.enter(anna)
    page.opens("/desk/me").presses("Überall abmelden").sees(
        "Sie sind überall abgemeldet", "Nur für unser Team"
    )
    elsewhere.opens("/desk/").sees("Nur für unser Team")
    elsewhere.presses("Anmelden", login="anna", password=anna.password).sees("Warten jetzt")


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


def test_by_https_a_browser_is_told_to_stay_with_it(desk: Desk, settings: Settings) -> None:
    public = settings.model_copy(update={"public_base_url": "https://hotline.example.org"})
    answer = make_desk_app(replace(desk.services, settings=public)).test_client().get("/desk/login")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in desk.app.test_client().get("/desk/login").headers


@pytest.mark.parametrize(
    ("host", "told", "warned"),
    [
        ("desk.intern", {}, True),
        ("hotline.example.org", {"X-Forwarded-Proto": "http"}, True),
        ("hotline.example.org", {}, False),
        ("desk.intern", {"X-Forwarded-Proto": "https"}, False),
    ],
)
def test_a_desk_opened_unencrypted_says_why_nobody_gets_in(
    desk: Desk, settings: Settings, host: str, told: dict[str, str], warned: bool
) -> None:
    public = settings.model_copy(update={"public_base_url": "https://hotline.example.org"})
    app = make_desk_app(replace(desk.services, settings=public))
    page = app.test_client().get("/desk/login", base_url=f"http://{host}", headers=told).text
    assert ("Diese Seite ist mit http:// geöffnet" in page) == warned
    # a browser keeps the cookie to itself, as this second client does, and so the form's token fits nothing
    sent = {"login": "anna", "password": "x"}
    refused = app.test_client().post("/desk/login", base_url=f"http://{host}", data=sent)
    assert refused.status_code == 400
    assert "das Cookie der Anmeldung nicht mitgeschickt" in refused.text
