"""The street that the tests of the house walk along, and a browser to walk it with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from intake.services import Services
from tests.conftest import MovableClock

from .street import Street


@pytest.fixture
def street(services: Services, clock: MovableClock) -> Iterator[Street]:
    street = Street(services, clock)
    yield street
    street.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    yield page
    context.close()
