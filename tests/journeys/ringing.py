"""An operator at her desk, the worker, and both telephones of a call that is begun there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from intake import bridges, queue, registry
from intake.bridge_models import Bridge
from intake.db import Database
from intake.hours import Window
from intake.kinds import DutyKind
from intake.lifecycle import BridgeStatus
from intake.models import Attempt, Callback, Duty
from intake.profile import Profile
from intake.settings import Settings
from tests.voice.line import Line, open_line
from tests.worker.office import Office
from voice.bridging import Bridging
from voice.carrier import Carrier
from voice.phone.driver import Call
from voice.prompts import load_prompts
from worker import bridge_sweep, duties

ADA, CITIZEN = "+4915112345678", "+4956925551234"


@dataclass
class Desk:
    """An operator with a callback in her hand, the worker, and both telephones."""

    line: Line
    office: Office
    carrier: Carrier
    staff_id: int
    callback_id: int

    def presses_call(self) -> int:
        """She presses "call"; the worker does not know yet."""
        with self.line.services.db.write() as session:
            callback = session.get_one(Callback, self.callback_id)
            profile, now = self.line.services.profile, self.line.services.clock()
            return bridges.start(session, profile, now, callback, self.staff_id).id

    def presses_end(self) -> None:
        with self.line.services.db.write() as session:
            bridges.end(session, self.line.services.clock(), session.get_one(Bridge, self.bridge.id))

    def works(self, trouble: str = "") -> None:
        """One task of the worker; "trouble" befalls its first request."""
        self.office.trouble = trouble
        duties.run_due(self.line.services, self.carrier)
        self.line.phone.waits(0)

    def rings(self, trouble: str = "") -> Call:
        """She presses "call", and her telephone rings."""
        self.presses_call()
        self.works(trouble)
        return self.line.phone.rings(ADA)

    def rings_the_citizen(self) -> tuple[Call, Call]:
        """She picks up and presses the key: both telephones."""
        hers = self.rings().answers().press("1")
        return hers, self.line.phone.rings(CITIZEN)

    def sweeps(self) -> int:
        services = self.line.services
        bridging = Bridging(services, load_prompts(services.profile.languages))
        return bridge_sweep.sweep(services, bridging, self.carrier)

    @property
    def bridge(self) -> Bridge:
        """The last one."""
        with self.line.services.db.read() as session:
            return session.scalars(sa.select(Bridge).order_by(Bridge.id.desc()).limit(1)).one()

    @property
    def suggested(self) -> list[str]:
        with self.line.services.db.read() as session:
            attempt = session.get_one(Attempt, self.bridge.attempt_id)
            return [outcome.value for outcome in bridges.suggested(self.bridge, attempt)]

    @property
    def stands(self) -> tuple[BridgeStatus, str]:
        return self.bridge.status, self.bridge.reason

    def duty(self, kind: DutyKind) -> Duty:
        with self.line.services.db.read() as session:
            return session.scalars(sa.select(Duty).where(Duty.kind == kind)).one()

    def times_rung(self, number: str) -> int:
        return len(self.line.phone.calls_to(number))


@contextmanager
def opened(settings: Settings, profile: Profile, db: Database) -> Iterator[Desk]:
    with (
        open_line(settings, profile, db) as line,
        Office(line.services.settings, line.phone.network) as office,
    ):
        base = f"http://127.0.0.1:{office.port}"
        carrier = Carrier(line.services.settings.model_copy(update={"api_base": base}))
        ada = line.on_duty("ada", ADA)
        now = line.services.clock()
        told = registry.Told(CITIZEN, "de", "shopping", "34466", "06633028")
        with line.services.db.write() as session:
            filing = registry.file_request(session, now, told, Window(now, now + timedelta(hours=1)))
            assert queue.take(session, now, filing.callback_id, ada)
        yield Desk(line, office, carrier, ada, filing.callback_id)
