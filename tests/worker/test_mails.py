"""Alarms and the daily figure by mail: to a real mail server on loopback, once, and nobody is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import alarms, registry
from intake.db import Database
from intake.hours import Window
from intake.kinds import AlarmKind
from intake.lifecycle import DutyStatus, PromiseStatus
from intake.models import Duty
from intake.profile_languages import PAGE_LANGUAGES
from intake.promise_models import Promise
from intake.registry import Told
from intake.services import Services
from intake.settings import Settings
from tests.conftest import TUESDAY_TEN, MovableClock
from worker import duties, mails, preflight, smtp, watch

from .post_office import PostOffice

NUMBER = "+4956925551234"


@dataclass
class Worker:
    """A worker with a mail server, and a record on which promises are broken."""

    services: Services
    office: PostOffice
    clock: MovableClock

    def breaks_promises(self, count: int = 1) -> None:
        """So many callbacks are overdue when this is over."""
        with self.services.db.write() as session:
            for number in range(count):
                told = Told(f"+49569255{number:05}" if count > 1 else NUMBER, "de", "shopping")
                window = Window(self.clock() - timedelta(hours=1), self.clock() - timedelta(minutes=1))
                registry.file_request(session, self.clock(), told, window)

    def looks(self) -> None:
        watch.look_after(self.services)
        mails.send_due(self.services)

    def duty(self, key: str = "alarms:") -> Duty:
        with self.services.db.read() as session:
            return session.scalars(sa.select(Duty).where(Duty.key.startswith(key)).order_by(Duty.id)).all()[
                -1
            ]


@pytest.fixture
def worker(settings: Settings, services: Services, any_db: Database, clock: MovableClock) -> Iterator[Worker]:
    with PostOffice() as office:
        told = {"smtp_url": office.url, "mail_from": "hotline@kreis.example", "mail_to": "team@kreis.example"}
        with_mail = replace(services, settings=settings.model_copy(update=told), db=any_db)
        yield Worker(with_mail, office, clock)


def test_a_batch_of_alarms_is_one_mail_with_ids_only(worker: Worker, clock: MovableClock) -> None:
    worker.breaks_promises(25)
    worker.looks()
    (mail,) = [mail for mail in worker.office.mails if "Alarme" in mail["Subject"]]
    assert mail["Subject"] == "Bürgertelefon: Alarme (26)", "25 callbacks, and that promises slip"
    assert (mail["From"], mail["To"]) == ("hotline@kreis.example", "team@kreis.example")
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_content().replace("\r\n", "\n")
    assert "Rückruf überfällig: 25\n  callback:1, 24.11., 10:00 Uhr\n" in body
    assert "… und 5 weitere" in body
    assert "Zu viele Versprechen gebrochen: 1" in body
    german, english = body.split("\n* * *\n")
    assert "Callback overdue: 25\n  callback:1, 24 Nov, 10:00\n" in english
    assert "and 5 more" in english
    assert "overdue" not in german
    assert "56925" not in body
    assert worker.duty().status is DutyStatus.DONE


def test_what_follows_is_gathered_for_a_quarter_of_an_hour(worker: Worker, clock: MovableClock) -> None:
    worker.breaks_promises()
    worker.looks()
    before = len(worker.office.mails)
    clock.moves(minutes=5)
    worker.breaks_promises(3)
    worker.looks()
    worker.looks()
    assert len(worker.office.mails) == before
    clock.moves(minutes=4)
    worker.looks()
    clock.moves(minutes=4)
    worker.looks()
    clock.moves(minutes=2)
    worker.looks()
    worker.looks()
    assert [mail["Subject"] for mail in worker.office.mails[before:]] == ["Bürgertelefon: Alarme (3)"]


def test_each_morning_the_figure_of_the_day_before_goes_out_once(worker: Worker, clock: MovableClock) -> None:
    yesterday = TUESDAY_TEN - timedelta(days=1)
    results = [PromiseStatus.KEPT] * 8 + [PromiseStatus.MISSED] * 2 + [PromiseStatus.VOID]
    with worker.services.db.write() as session:
        for number, result in enumerate(results):
            session.add(
                Promise(
                    callback_id=number, kind="intake", result=result, filed_at=yesterday,
                    promised_from=yesterday, promised_until=yesterday, decided_at=yesterday,
                )
            )  # fmt: skip
    clock.now = TUESDAY_TEN.replace(hour=4, minute=59)  # a minute before six in the district
    worker.looks()
    assert worker.office.mails == []
    clock.moves(minutes=1)
    worker.looks()
    worker.looks()
    (mail,) = worker.office.mails
    assert mail["Subject"] == "Bürgertelefon: Montag, 23. November"
    body = mail.get_content()
    assert "Rückrufe wie versprochen: 8 (80 %)" in body
    assert "zu spät oder gar nicht: 2" in body
    assert "nicht mehr nötig waren: 1" in body
    assert "keinen Alarm" in body
    assert "Callbacks as promised: 8 (80 %)" in body
    clock.moves(days=4)  # Saturday: of Friday there is one, of Saturday none
    worker.looks()
    clock.moves(days=1)
    worker.looks()
    assert [m["Subject"] for m in worker.office.mails[1:] if "Alarme" not in m["Subject"]] == [
        "Bürgertelefon: Freitag, 27. November"
    ]


def test_a_server_that_is_down_gets_the_mail_later(worker: Worker, clock: MovableClock) -> None:
    worker.breaks_promises()
    worker.office.refuses = "451"
    worker.looks()
    refused = worker.duty()
    assert (refused.status, refused.error) == (DutyStatus.DUE, "code 451")
    clock.moves(seconds=11)
    worker.looks()
    assert worker.duty().status is worker.duty("digest:").status is DutyStatus.DONE
    assert len({mail["Message-ID"] for mail in worker.office.mails}) == len(worker.office.mails) == 2


def test_an_answer_that_was_lost_sends_it_again_under_the_same_name(
    worker: Worker, clock: MovableClock
) -> None:
    worker.office.hangs_up = True
    worker.looks()
    assert worker.duty("digest:").status is DutyStatus.DUE
    clock.moves(seconds=11)
    worker.looks()
    first, again = worker.office.mails
    assert first["Message-ID"] == again["Message-ID"] == "<digest-2026-11-23@kreis.example>"


def test_a_worker_that_died_over_a_mail_leaves_it_to_the_next(worker: Worker, clock: MovableClock) -> None:
    watch.look_after(worker.services)
    assert mails._claim(worker.services) is not None, "taken, and never heard of again"
    assert mails.send_due(worker.services) == 0
    clock.now += duties.LEASE + timedelta(seconds=1)
    assert mails.send_due(worker.services) == 1
    assert len(worker.office.mails) == 1


def test_a_mail_that_never_goes_out_is_an_alarm_and_breeds_no_further_mails(
    worker: Worker, clock: MovableClock
) -> None:
    url = "smtp://127.0.0.1:1"
    worker.services = replace(
        worker.services, settings=worker.services.settings.model_copy(update={"smtp_url": url})
    )
    worker.breaks_promises()
    for _ in range(20):
        worker.looks()
        clock.moves(minutes=16)
    with worker.services.db.read() as session:
        assert alarms.counts(session, clock())[AlarmKind.DUTY_FAILED] == 2, "the alarms', and the day's"
        assert session.scalar(sa.select(sa.func.count(Duty.id))) == 2
    clock.now += mails.GIVEN_UP_AFTER
    worker.looks()
    worker.looks()
    assert worker.duty("digest:2026-11-23").status is DutyStatus.FAILED


def test_without_an_address_nothing_is_filed(services: Services, clock: MovableClock) -> None:
    clock.moves(days=1)
    watch.look_after(services)
    with services.db.read() as session:
        assert session.scalar(sa.select(Duty.id)) is None


def test_a_password_is_never_said_in_the_clear(worker: Worker) -> None:
    url = worker.office.url.replace("smtp://", "smtp://team:geheim@")
    told = worker.services.settings.model_copy(update={"smtp_url": url})
    with pytest.raises(smtp.MailError, match="unencrypted"):
        smtp.send(told, TUESDAY_TEN, "alarms:1", "subject", "body")
    assert worker.office.recipients == []


def test_every_kind_of_alarm_has_a_word() -> None:
    said = mails.words()
    assert tuple(said) == PAGE_LANGUAGES
    for language in said.values():
        assert set(language["kinds"]) == set(AlarmKind)
        for which in ("alarms", "digest"):
            assert language[which].keys() == said["de"][which].keys()


def test_the_preflight_says_whether_mails_go_out(settings: Settings) -> None:
    assert preflight._mail(settings).ok
    half = settings.model_copy(update={"mail_to": "team@kreis.example"})
    assert not preflight._mail(half).ok
    whole = half.model_copy(update={"smtp_url": "smtps://mail.example", "mail_from": "a@kreis.example"})
    assert "MAIL_TO" in preflight._mail(whole).words
