"""The second step of the login as people meet it: set up, asked for, lost, taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pyotp
import pytest
import sqlalchemy as sa

from intake import staff_factor
from intake.db import Database
from intake.desk.app import make_desk_app
from intake.models import AuditEntry, Staff
from intake.profile import load_profile
from intake.settings import PROFILES
from intake.staff_factor_models import RecoveryCode, SecondFactor
from intake.staff_roles import Role
from intake.staff_tries import CODES
from tests.support.pages import Page

from .conftest import Desk, Person

WRONG = "Dieser Code stimmt nicht oder war schon einmal da"


class App:
    """An app for one-time codes that was told the secret of a page."""

    def __init__(self, page: Page) -> None:
        words = page.text.split()
        groups = [word for word in words if len(word) == 4 and word.isalnum() and word == word.upper()]
        self._totp = pyotp.TOTP("".join(groups[-8:]))

    def shows(self, at: datetime) -> str:
        return self._totp.at(at)


def _recovery_codes(page: Page) -> list[str]:
    return [word for word in page.text.split() if len(word) == 11 and word[5] == "-"]


def _sets_up(desk: Desk, page: Page) -> tuple[App, list[str]]:
    page.opens("/desk/second-factor").presses("Jetzt einrichten").sees("Nehmen Sie dieses Bild")
    app = App(page)
    page.presses("Bestätigen", code=app.shows(desk.clock())).sees("Ihre Ersatzcodes", "nur jetzt gezeigt")
    return app, _recovery_codes(page)


def _gives_password(desk: Desk, person: Person) -> Page:
    page = Page(desk.app).opens("/desk/login")
    page.presses("Anmelden", login=person.login, password=person.password).sees("Ihr Passwort stimmt")
    return page


@pytest.fixture
def strict(desk: Desk) -> Desk:
    """A district that asks operators for the second factor, as it does by default."""
    rules = desk.services.profile.accounts.model_copy(update={"second_factor": (Role.OPERATOR,)})
    profile = desk.services.profile.model_copy(update={"accounts": rules})
    services = replace(desk.services, profile=profile)
    return Desk(make_desk_app(services), services, desk.clock)


def test_where_the_district_asks_for_it_nothing_else_is_opened_before(strict: Desk) -> None:
    page = strict.somebody()
    page.sees("Für Ihre Aufgabe gehört er dazu")
    for path in ("/desk/", "/desk/requests/new", "/desk/me", "/desk/staff/"):
        assert page.opens(path).path == "/desk/second-factor"
    assert page.client.get("/desk/queue-parts").status_code == 303
    _, codes = _sets_up(strict, page)
    assert len(set(codes)) == 10
    page.follows("weiter").sees("Warten jetzt")
    page.opens("/desk/second-factor").sees_nothing_of("Ausschalten")
    assert page.client.post("/desk/second-factor/off").status_code == 400
    other = strict.somebody("vera", Role.ADMINISTRATOR)
    assert other.path == "/desk/staff/", "of whom it is not asked goes on without"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("phone", "base_url", "is_trial"),
    [
        (True, "http://127.0.0.1:8000", True),
        (True, "http://localhost:8000", True),
        (True, "https://hotline.example.org", False),
        (False, "http://127.0.0.1:8000", False),
    ],
)
def test_the_first_district_asks_all_of_its_team_but_in_a_trial(
    desk: Desk, role: Role, phone: bool, base_url: str, is_trial: bool
) -> None:
    settings = desk.services.settings.model_copy(update={"phone": phone, "public_base_url": base_url})
    district = load_profile(PROFILES / "landkreis-kassel")
    services = replace(desk.services, settings=settings, profile=district)
    page = Desk(make_desk_app(services), services, desk.clock).somebody(role=role)
    is_asked = not is_trial and role is not Role.CONTACT_POINT
    assert (page.path == "/desk/second-factor") == is_asked


def test_who_has_set_it_up_is_asked_after_the_password_and_a_code_holds_once(desk: Desk) -> None:
    anna = desk.person("anna")
    first = desk.enter(anna)
    elsewhere = desk.enter(anna)
    app, _ = _sets_up(desk, first)
    first.opens("/desk/").sees("Warten jetzt")
    elsewhere.opens("/desk/").sees("Nur für unser Team")
    page = _gives_password(desk, anna)
    page.opens("/desk/").sees("Nur für unser Team")
    page.opens("/desk/login/code").presses("Anmelden", code=app.shows(desk.clock())).sees(WRONG)
    assert page.status == 401
    desk.clock.moves(seconds=30)
    page.presses("Anmelden", code="000000").sees(WRONG)
    fresh = app.shows(desk.clock())
    page.presses("Anmelden", code=f"{fresh[:3]} {fresh[3:]}").sees("Warten jetzt")
    _gives_password(desk, anna).presses("Anmelden", code=fresh).sees(WRONG)


def test_a_clock_that_differs_by_half_a_minute_does_no_harm(desk: Desk) -> None:
    anna = desk.person("anna")
    app, _ = _sets_up(desk, desk.enter(anna))
    slow = desk.clock()
    desk.clock.moves(minutes=5)
    _gives_password(desk, anna).presses("Anmelden", code=app.shows(slow)).sees(WRONG)
    slow = desk.clock()
    desk.clock.moves(seconds=30)
    _gives_password(desk, anna).presses("Anmelden", code=app.shows(slow)).sees("Warten jetzt")


def test_without_the_app_a_code_from_the_paper_will_do_once(desk: Desk) -> None:
    anna = desk.person("anna")
    _, codes = _sets_up(desk, desk.enter(anna))
    typed = codes[3].upper().replace("-", " ")
    page = _gives_password(desk, anna).presses("Anmelden", code=typed)
    page.sees("Dieser Ersatzcode gilt nun nicht mehr", "noch haben: 9")
    _gives_password(desk, anna).presses("Anmelden", code=codes[3]).sees(WRONG)
    _gives_password(desk, anna).presses("Anmelden", code=codes[4]).sees("noch haben: 8")


def test_guessing_codes_is_slowed_down_also_for_whoever_knows_the_password(desk: Desk) -> None:
    anna = desk.person("anna")
    app, _ = _sets_up(desk, desk.enter(anna))
    page = _gives_password(desk, anna)
    for _ in range(CODES[0].most):
        page.presses("Anmelden", code="123456").sees(WRONG)
    desk.clock.moves(seconds=30)
    page.presses("Anmelden", code=app.shows(desk.clock())).sees("Zu viele falsche Versuche", "Ab 10:15 Uhr")
    assert page.status == 429
    desk.clock.moves(minutes=15)
    page = _gives_password(desk, anna)
    page.presses("Anmelden", code=app.shows(desk.clock())).sees("Warten jetzt")
    with desk.services.db.read() as db:
        assert "codes_rest" in db.scalars(sa.select(AuditEntry.action)).all()


def test_between_password_and_code_lie_ten_minutes_at_most(desk: Desk) -> None:
    anna = desk.person("anna")
    app, _ = _sets_up(desk, desk.enter(anna))
    page = _gives_password(desk, anna)
    desk.clock.moves(minutes=11)
    page.presses("Anmelden", code=app.shows(desk.clock())).sees("Nur für unser Team", "Passwort")
    Page(desk.app).opens("/desk/login/code").sees("Nur für unser Team", "Passwort")


def test_a_password_changed_meanwhile_ends_the_half_login(desk: Desk) -> None:
    anna = desk.person("anna")
    app, _ = _sets_up(desk, desk.enter(anna))
    page = _gives_password(desk, anna)
    vera = desk.somebody("vera", Role.ADMINISTRATOR)
    vera.presses("Neues Einmalpasswort")
    desk.clock.moves(seconds=30)
    page.presses("Anmelden", code=app.shows(desk.clock())).sees("Nur für unser Team", "Passwort")


def test_whoever_sits_at_an_open_desk_changes_nothing_without_a_code(desk: Desk) -> None:
    page = desk.somebody()
    old, codes = _sets_up(desk, page)
    page.opens("/desk/second-factor").sees("noch haben: 10", "24. November 2026")
    for button in ("Neue Ersatzcodes", "Auf einem anderen Gerät einrichten", "Ausschalten"):
        page.presses(button, code="").sees("Bitte ausfüllen")
        page.presses(button, code="1").sees(WRONG)
    desk.clock.moves(seconds=30)
    page.presses("Neue Ersatzcodes", code=old.shows(desk.clock())).sees("Ihre Ersatzcodes")
    renewed = _recovery_codes(page)
    assert not set(renewed) & set(codes)
    page.follows("weiter").presses("Auf einem anderen Gerät", code=codes[0]).sees(WRONG)
    page.presses("Auf einem anderen Gerät", code=renewed[0]).sees("Nehmen Sie dieses Bild")
    new = App(page)
    page.presses("Bestätigen", code=old.shows(desk.clock())).sees("Geht die Uhr ihres Geräts richtig")
    page.presses("Bestätigen", code=new.shows(desk.clock())).sees("Ihre Ersatzcodes")
    desk.clock.moves(seconds=30)
    page.opens("/desk/second-factor").presses("Ausschalten", code=new.shows(desk.clock()))
    page.sees("ist ausgeschaltet", "Jetzt einrichten")
    page.opens("/desk/").sees("Warten jetzt")


def test_an_administrator_takes_a_lost_second_factor_away(desk: Desk) -> None:
    anna = desk.person("anna")
    page = desk.enter(anna)
    _sets_up(desk, page)
    vera = desk.somebody("vera", Role.ADMINISTRATOR).opens("/desk/staff/").sees("mit zweitem Schritt")
    vera.opens(f"/desk/staff/{anna.id}").sees("am besten im Gespräch")
    vera.presses("Zweiten Schritt wegnehmen").sees("Der zweite Schritt von anna ist weggenommen")
    vera.opens(f"/desk/staff/{anna.id}")
    assert "Zweiten Schritt wegnehmen" not in vera.buttons
    page.opens("/desk/").sees("Nur für unser Team")
    page.presses("Anmelden", login="anna", password=anna.password).sees("Warten jetzt")
    with desk.services.db.read() as db:
        entry = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()[-2]
        assert (entry.action, entry.subject) == ("second_factor_removed", f"staff:{anna.id}")
        assert entry.actor.startswith("staff:")


def test_neither_secret_nor_codes_can_be_read_from_the_database(desk: Desk) -> None:
    page = desk.somebody()
    _, codes = _sets_up(desk, page)
    with desk.services.db.read() as db:
        secret = db.scalars(sa.select(SecondFactor.secret)).one()
        raw = db.scalar(sa.text("SELECT secret FROM second_factors"))
        assert secret is not None
        assert secret.encode() not in raw
        kept = db.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert all(len(each) == 32 and each not in {code.encode() for code in codes} for each in kept)


def test_of_a_code_that_comes_twice_at_once_one_is_taken(postgres_db: Database, desk: Desk) -> None:
    now = desk.clock()
    with postgres_db.write() as db:
        row = Staff(login="anna", name="Anna", role=Role.OPERATOR, password_hash="x", created_at=now)
        db.add(row)
        db.flush()
        staff_factor.begin(db, row)
        secret = staff_factor.pending(db, row.id) or ""
        staff_factor.confirm(db, now, row, pyotp.TOTP(secret).at(now))
    desk.clock.moves(seconds=30)
    code = pyotp.TOTP(secret).at(desk.clock())
    with postgres_db.write() as one:
        assert staff_factor.prove(one, desk.clock(), one.get_one(Staff, row.id), code)
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            _proves_at_once(desk, postgres_db, row.id, code)
    with postgres_db.write() as other:
        assert staff_factor.prove(other, desk.clock(), other.get_one(Staff, row.id), code) is None


def _proves_at_once(desk: Desk, db: Database, staff_id: int, code: str) -> None:
    with db.write() as session:
        session.execute(sa.text("SET LOCAL lock_timeout = '1ms'"))  # where it would wait it fails
        staff_factor.prove(session, desk.clock(), session.get_one(Staff, staff_id), code)
