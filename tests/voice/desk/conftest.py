"""The telephone and the desk of one district: a coordinator changes a prompt, and somebody calls."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from intake import staff
from intake.desk.app import make_desk_app
from intake.staff_roles import Role
from tests.support.pages import Page
from voice.desk.pages import SECTION
from voice.phone.driver import Call

from ..line import Line


@dataclass(frozen=True)
class House:
    """The telephone's line, and a coordinator's browser."""

    line: Line
    page: Page

    def calls(self) -> Call:
        """Somebody calls, after the telephone had time to notice what the desk did."""
        self.line.phone.waits(5)
        return self.line.phone.dial().listens()

    def played(self) -> list[str]:
        """The recordings that a caller is played before pressing a key, as paths."""
        call = self.calls().hangs_up().call
        return [entry.text.removeprefix(self.line.base) for entry in call.log if entry.kind == "played"]


@pytest.fixture
def house(quick_line: Line) -> House:
    services = quick_line.services
    with services.db.write() as db:
        row, password = staff.add(db, services.clock(), "clara", "Clara", Role.COORDINATOR, ("de",))
        row.must_change = False
    page = Page(make_desk_app(services, more=(SECTION,))).opens("/desk/login")
    page.presses("Anmelden", login="clara", password=password)
    return House(quick_line, page)
