"""The contract, and the two carriers that are measured by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from intake.settings import Settings
from tests.conftest import TUESDAY_TEN
from tests.support import npm
from voice.phone.carrier import Carrier as SimulatedCarrier
from voice.phone.clock import VirtualClock
from voice.phone.driver import Telephone

from . import offices
from .openapi import Contract, mended


@pytest.fixture(scope="session")
def contract_file() -> dict[str, Any]:
    """Twilio's file, mended."""
    return mended(npm.contract_file())


@pytest.fixture(scope="session")
def contract(contract_file: dict[str, Any]) -> Contract:
    return Contract(contract_file)


@pytest.fixture
def office(settings: Settings) -> Iterator[offices.SimulatorOffice]:
    """The simulator's REST side; no hotline stands behind it, calls get their words with the request."""
    account = SimulatedCarrier(
        account_sid=settings.account_sid,
        auth_token=settings.auth_token,
        number=settings.carrier_number,
        voice_url="http://127.0.0.1:9/voice/answer",
    )
    with offices.simulator(Telephone(account, VirtualClock(TUESDAY_TEN), strict=False)) as served:
        yield served


@pytest.fixture(scope="session")
def prism(contract_file: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Prism, which plays the carrier from Twilio's file alone."""
    program = npm.prism_program()
    with offices.prism(program, contract_file, tmp_path_factory.mktemp("prism")) as base:
        yield base
