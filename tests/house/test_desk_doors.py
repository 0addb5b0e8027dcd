"""Every door of the desk, with every role: nobody gets further than the tables of permissions say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from intake import staff
from intake.desk.app import SECTIONS, make_desk_app
from intake.desk.guard import OPEN
from intake.desk.sections import Section
from intake.services import Services
from intake.staff_roles import PERMISSIONS, Role
from tests.support.pages import Page
from worker.wsgi import DESK_SECTIONS

ALL_SECTIONS = (*SECTIONS, *DESK_SECTIONS)

#: Whoever goes through one of these stands outside.
WAYS_OUT = {"account.logout", "account.logout_everywhere"}


@pytest.fixture
def app(services: Services) -> Flask:
    """The desk as the house puts it together; tokens are left out, so that only the guard refuses."""
    app = make_desk_app(services, more=DESK_SECTIONS)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def _doors(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Each rule with a method and a path that fits it; ids lead to nothing."""
    for rule in app.url_map.iter_rules():
        built = rule.build(dict.fromkeys(rule.arguments, 999_999), append_unknown=False)
        assert built is not None, f"{rule} needs an argument that is no number"
        for method in (rule.methods or set()) & {"GET", "POST"}:
            yield rule, method, f"/desk{built[1]}"


def _section(rule: Rule) -> Section | None:
    name = rule.endpoint.rpartition(".")[0]
    return next((section for section in ALL_SECTIONS if section.blueprint.name == name), None)


def _answer(client: FlaskClient, method: str, path: str) -> tuple[int, str]:
    response = client.open(path, method=method)
    return response.status_code, response.headers.get("Location", "")


def test_the_anonymous_are_sent_to_the_login_from_everywhere(app: Flask) -> None:
    for rule, method, path in _doors(app):
        if rule.endpoint in OPEN:
            continue
        answer = _answer(app.test_client(), method, path)
        assert answer == (303, "/desk/login"), f"{method} {path}: {answer}"
    assert _answer(app.test_client(), "GET", "/desk/nothing") == (303, "/desk/login")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_own_doors_only(app: Flask, services: Services, role: Role) -> None:
    with services.db.write() as db:
        row, password = staff.add(db, services.clock(), "somebody", "Somebody", role, ("de",))
        row.must_change = False
    page = Page(app).opens("/desk/login").presses("Anmelden", login="somebody", password=password)
    refused = 0
    for rule, method, path in _doors(app):
        if rule.endpoint in OPEN | WAYS_OUT:
            continue
        section = _section(rule)
        allowed = section is not None and (
            section.permission is None or section.permission in PERMISSIONS[role]
        )
        status, target = _answer(page.client, method, path)
        if rule.rule == "/" and not allowed:
            assert status == 303, "the desk's address leads on to one's own work"
            assert target not in ("/desk/", "/desk/login")
        else:
            assert (status == 403) == (not allowed), f"{role} {method} {path}: {status}"
        refused += not allowed
        assert status < 500
    assert refused > 3


def test_every_blueprint_belongs_to_a_section(app: Flask) -> None:
    assert set(app.blueprints) - {"bootstrap"} == {section.blueprint.name for section in ALL_SECTIONS}
    for section in ALL_SECTIONS:
        for entry in section.nav:
            assert entry.endpoint in app.view_functions
