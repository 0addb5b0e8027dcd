"""The page of figures: for whom, for which days, as a picture, as a table, as a file."""

from __future__ import annotations

import csv
from io import StringIO

import sqlalchemy as sa

from intake import promises
from intake.models import AuditEntry
from intake.staff_roles import Role

from .conftest import CALLER, Desk


def _busy_morning(desk: Desk) -> None:
    """Three calls with a promise; one is rung in time, two are forgotten until the worker looks."""
    filings = [desk.call_in(f"+495671555000{number}") for number in range(3)]
    for number, filing in enumerate(filings):
        desk.log_call(filing.callback_id, {"n": number})
    anna = desk.somebody("rings")
    anna.opens(f"/desk/callbacks/{filings[0].callback_id}").presses("Diesen Rückruf nehmen").presses(
        "Nummer zeigen"
    )
    desk.clock.moves(hours=2)
    with desk.services.db.write() as db:
        promises.decide(db, desk.clock())


def test_a_coordinator_reads_the_figures_of_the_last_days(desk: Desk) -> None:
    _busy_morning(desk)
    page = desk.somebody("eva", Role.COORDINATOR).opens("/desk/").follows("Zahlen")
    page.sees("3 Anrufe", "1 gehalten, 2 gebrochen: 33 %", "Rückruf versprochen 3", "Di. 24.11.2026 1 2")
    page.sees("Zu wenige, um etwas zu sagen")
    assert page.client.get("/desk/figures/").text.count('role="img"') == 3
    page.follows("letzte 7 Tage").sees("3 Anrufe").sees_nothing_of("17.11.2026")
    page.presses("Anzeigen", first="2026-11-01", last="2026-11-02").sees("0 Anrufe", "Nichts in dieser Zeit.")


def test_days_that_cannot_be_are_named_and_what_was_typed_stays(desk: Desk) -> None:
    page = desk.somebody(role=Role.ADMINISTRATOR).opens("/desk/figures/")
    page.presses("Anzeigen", first="2026-11-10", last="2026-11-01").sees("Das Ende liegt vor dem Anfang.")
    assert page.status == 422
    page.holds(first="2026-11-10", last="2026-11-01")  # type: ignore[attr-defined]  # a Page
    page.presses("Anzeigen", first="2026-01-01", last="2026-11-01").sees(
        "Bitte höchstens 92 Tage auf einmal."
    )
    page.opens("/desk/figures/?first=nonsense&last=2026-11-01").sees("Bitte sehen Sie sich diese Angaben")


def test_the_file_holds_the_same_figures_and_the_export_is_on_record(desk: Desk) -> None:
    _busy_morning(desk)
    page = desk.somebody("eva", Role.COORDINATOR)
    first = page.opens("/desk/figures/?first=2026-11-24&last=2026-11-24")
    token = first._page.forms[-1].fields["csrf_token"]
    sent = {"csrf_token": token, "first": "2026-11-24", "last": "2026-11-24"}
    answer = page.client.post("/desk/figures/csv", data=sent)
    assert (
        answer.headers["Content-Disposition"]
        == 'attachment; filename="buergertelefon-2026-11-24-2026-11-24.csv"'
    )
    text = answer.data.decode("utf-8-sig")
    table = {(period, figure): value for period, figure, value in csv.reader(StringIO(text), delimiter=";")}
    assert table["2026-11-24", "calls"] == "3"
    assert (table["2026-11-24", "promises.kept"], table["2026-11-24", "promises.missed"]) == ("1", "2")
    assert table["weekday 2, 11:00", "promises.missed"] == "< 3"
    assert CALLER not in text
    with desk.services.db.read() as db:
        subject = db.scalar(sa.select(AuditEntry.subject).where(AuditEntry.action == "figures_exported"))
    assert subject == "2026-11-24..2026-11-24"
    assert page.client.post("/desk/figures/csv", data={**sent, "last": "x"}).status_code == 422


def test_an_operator_is_not_measured_in_front_of_the_others(desk: Desk) -> None:
    page = desk.somebody().opens("/desk/figures/")
    assert page.status == 403
    page.opens("/desk/").sees_nothing_of("Zahlen")
