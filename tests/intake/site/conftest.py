"""The public site with somebody at it, and what has come of it in the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from intake.db import Database
from intake.models import Callback, Helper, Request
from intake.services import Services
from intake.site.app import make_site_app
from intake.web_form_models import WebForm, WebReceipt
from tests.conftest import MovableClock
from tests.support.pages import Page

NUMBER = "05692 555 1234"

#: What is filled in for shopping in Wolfhagen.
HELP = {"category": "shopping", "number": NUMBER, "postcode": "34466", "consent": "y"}
HELPER = {"number": NUMBER, "postcode": "34466", "consent": "y"}
GROUP = {**HELPER, "group": "Nachbarn Wolfhagen"}


@dataclass(frozen=True)
class Site:
    """The site, and the record behind it."""

    app: Flask
    services: Services
    clock: MovableClock

    def opens(self, path: str) -> Page:
        """A page as somebody opens it and looks at it for a while."""
        page = Page(self.app).opens(path)
        self.clock.moves(seconds=20)
        return page  # type: ignore[return-value]  # it is the same browser

    def sends(self, path: str = "/hilfe", **fields: str | list[str]) -> Page:
        """Somebody fills in a form and sends it."""
        usual: dict[str, Any] = {"/hilfe": HELP, "/mithelfen": HELPER, "/gruppen": GROUP}[path]
        return self.opens(path).presses("Absenden", **{**usual, **fields})  # type: ignore[return-value]

    def rows(self, table: type[Any]) -> Sequence[Any]:
        """Every row of a table."""
        with self.services.db.read() as db:
            return db.scalars(sa.select(table)).all()

    @property
    def requests(self) -> Sequence[Request]:
        """Every request."""
        return self.rows(Request)

    @property
    def callbacks(self) -> Sequence[Callback]:
        """Every callback."""
        return self.rows(Callback)

    @property
    def helpers(self) -> Sequence[Helper]:
        """Every helper."""
        return self.rows(Helper)

    @property
    def forms(self) -> Sequence[WebForm]:
        """Every form that was taken."""
        return self.rows(WebForm)

    @property
    def receipts(self) -> Sequence[WebReceipt]:
        """Every reference of its own that a form was given."""
        return self.rows(WebReceipt)


@pytest.fixture
def site(services: Services, clock: MovableClock) -> Site:
    return Site(make_site_app(services), services, clock)


@pytest.fixture
def any_site(services: Services, any_db: Database, clock: MovableClock) -> Site:
    """The same on each kind of database in turn."""
    services = replace(services, db=any_db)
    return Site(make_site_app(services), services, clock)


def reference_on(page: Page) -> str:
    """The reference that the page tells."""
    _, _, after = page.text.partition("Ihre Vorgangsnummer ")
    return "".join(after.split()[:3])
