"""The preflight: each thing that can be wrong is one line that says what to do about it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import staff
from intake.crypto import KeyRing, add_key
from intake.db import Database
from intake.models import AuditEntry
from intake.settings import Settings
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN
from tests.support.hotline import free_port
from tests.support.serving import served
from voice.phone.clock import VirtualClock
from voice.phone.engine import Exchange
from voice.phone.network import Network
from worker import carrier_check, migrate, preflight
from worker.finding import Finding
from worker.simulator import simulated_carrier

from .office import Office


def told(findings: Iterator[Finding] | list[Finding], what: str) -> list[str]:
    """What is said about one thing, where it is not well."""
    return [finding.words for finding in findings if finding.what == what and not finding.ok]


class TestCarrier:
    """What is asked of the carrier, answered by the simulated one."""

    def look(self, settings: Settings, **changes: str) -> list[Finding]:
        """The findings where the carrier was told ``changes`` of how it is to be set up."""
        carrier = replace(simulated_carrier(settings, "DE"), **changes)
        with Office(settings, Network(Exchange(carrier, VirtualClock(TUESDAY_TEN)))) as office:
            here = settings.model_copy(update={"api_base": f"http://127.0.0.1:{office.port}"})
            return list(carrier_check.look(here))

    def test_a_number_that_is_set_up_for_us_is_well(self, settings: Settings) -> None:
        findings = self.look(settings)
        assert [finding.what for finding in findings if finding.ok][:2] == ["carrier", "number"]

    @pytest.mark.parametrize("name", ["voice_url", "fallback_url", "status_callback_url", "sms_url"])
    def test_an_address_that_is_not_set_is_told_with_ours(self, settings: Settings, name: str) -> None:
        was = getattr(simulated_carrier(settings, "DE"), name)
        (words,) = told(self.look(settings, **{name: ""}), "number")
        assert "is not set" in words
        assert f"set it to {was} by POST" in words

    def test_another_address_is_told_with_ours(self, settings: Settings) -> None:
        (words,) = told(self.look(settings, voice_url="https://elsewhere.example/a"), "number")
        assert "https://elsewhere.example/a" in words
        assert f"{settings.public_base_url}/voice/answer" in words

    def test_settings_behind_the_address_and_last_words_elsewhere_are_well(self, settings: Settings) -> None:
        voice_url = f"{settings.public_base_url}/voice/answer#rc=2"
        findings = self.look(settings, voice_url=voice_url, fallback_url="https://cdn.example/last.xml")
        assert told(findings, "number") == []

    def test_a_number_of_somebody_elses_is_told(self, settings: Settings) -> None:
        (words,) = told(self.look(settings, number="+4956110031178"), "carrier")
        assert "TWILIO_NUMBER" in words

    def test_wrong_credentials_are_told(self, settings: Settings) -> None:
        (words,) = told(self.look(settings, auth_token="another"), "carrier")
        assert "TWILIO_AUTH_TOKEN" in words

    def test_a_carrier_that_is_not_reached_is_told(self, settings: Settings) -> None:
        nowhere = settings.model_copy(update={"api_base": f"http://127.0.0.1:{free_port()}"})
        (words,) = told(carrier_check.look(nowhere), "carrier")
        assert "is the network down?" in words

    def test_without_tls_the_address_is_told_but_not_in_the_trial(self, settings: Settings) -> None:
        assert "not https" in carrier_check._address(settings).words
        secret = settings.model_copy(update={"public_base_url": "https://hotline.example.org"})
        assert carrier_check._address(secret).ok
        assert carrier_check._address(settings.model_copy(update={"phone": True})).ok


@pytest.mark.parametrize(
    ("status", "words"),
    [("403 No", "PUBLIC_BASE_URL"), ("503 No", "'hotline web'"), ("204 Yes", "something else answers")],
)
def test_what_answers_in_our_place_is_told(settings: Settings, status: str, words: str) -> None:
    def app(_environ: object, start_response: object) -> list[bytes]:
        start_response(status, [])  # type: ignore[operator]  # as WSGI has it
        return []

    with served(app) as address:
        finding = carrier_check._signature(settings.model_copy(update={"public_base_url": address}))
    assert not finding.ok
    assert words in finding.words


class TestRecord:
    """What is asked of the record."""

    @pytest.fixture
    def there(self, settings: Settings) -> Settings:
        logging.getLogger("alembic").setLevel(logging.WARNING)
        migrate.migrate(settings)
        return settings

    def look(self, settings: Settings, keys: KeyRing | None = None) -> list[Finding]:
        ours = settings.model_copy(update={"keys": keys or settings.keys})
        return list(preflight._record(ours))

    def test_a_key_that_was_taken_out_too_soon_is_told(self, there: Settings) -> None:
        database = Database(there.database_url, there.keys)
        with database.write() as session:
            staff.add(session, TUESDAY_TEN, "eva", "Eva", Role.OPERATOR, ("de",), staff.make_password())
        database.close()
        rotated = add_key(there.keys)
        assert told(self.look(there, rotated), "keys") == []
        without = KeyRing({rotated.active: rotated.keys[rotated.active]}, rotated.lookup)
        findings = self.look(there, without)
        assert "k1 sealed" in told(findings, "keys")[0]
        assert told(findings, "audit log") == []

    def test_a_newer_programs_record_is_told(self, there: Settings) -> None:
        database = Database(there.database_url, there.keys)
        with database.write() as session:
            session.execute(sa.text("UPDATE alembic_version SET version_num = '9999_later'"))
        database.close()
        assert "install the newer one" in told(self.look(there), "schema")[0]

    def test_a_record_without_tables_is_told(self, settings: Settings) -> None:
        Path(settings.database_url.removeprefix("sqlite:///")).touch()
        assert "hotline migrate" in told(self.look(settings), "schema")[0]


def test_entries_from_the_future_tell_of_a_wrong_clock(any_db: Database) -> None:
    with any_db.write() as session:
        later = TUESDAY_TEN.replace(year=2999)
        session.add(AuditEntry(at=later, actor="a", action="b", subject="c", detail="", hash=b""))
        session.flush()
        assert "from the future" in preflight._clock(session).words


def test_each_rule_of_the_alarms_has_its_words() -> None:
    assert preflight._WRONG.keys() == preflight.alarms.RULES.keys()
