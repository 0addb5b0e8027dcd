"""What the desk sees of what came by the public pages: whence, and the sender's words."""

from __future__ import annotations

from datetime import timedelta

from intake import queue, registry, reports, retention
from intake.lifecycle import CallbackStatus
from intake.models import Callback
from intake.staff_roles import Role
from intake.web_forms import WEB, Words, note

from .conftest import CALLER, Desk


def test_whence_it_came_and_the_senders_words_stand_with_the_case(desk: Desk) -> None:
    with desk.services.db.write() as db:
        filing = registry.file_request(db, desk.clock(), desk.told(), desk.window(), WEB)
        callback = db.get_one(Callback, filing.callback_id)
        note(callback, Words("Frau Beispiel", "Bitte lange klingeln.", "für jemand anderen"))
    page = desk.somebody()
    page.opens("/desk/").presses("Dienst beginnen").presses("Nehmen")
    page.sees("Eingegangen über das Internet", "Gemeldet einmal", "Sie haben sich bei uns gemeldet")
    page.sees("Hinweis Internet – für jemand anderen, Frau Beispiel: Bitte lange klingeln.")


def test_words_from_the_web_do_not_grow_without_end(desk: Desk) -> None:
    filing = desk.call_in()
    with desk.services.db.write() as db:
        callback = db.get_one(Callback, filing.callback_id)
        for number in range(20):
            note(callback, Words(text=f"{number} " + "x" * 490))
        assert callback.note is not None
        assert len(callback.note) == 4000
        assert "19 x" in callback.note


def test_a_group_that_got_in_touch_is_rung_and_forgotten_in_time(desk: Desk) -> None:
    with desk.services.db.write() as db:
        told = desk.told(category=None)
        filing = registry.file_group_lead(db, desk.clock(), told, desk.window())
        again = registry.file_group_lead(db, desk.clock(), told, desk.window())
        assert (again.callback_id, again.added) == (filing.callback_id, True)
    page = desk.somebody()
    page.opens("/desk/").presses("Dienst beginnen").sees("Eine Gruppe möchte helfen").presses("Nehmen")
    page.sees("Sie haben sich als Gruppe gemeldet", "Eine Gruppe nimmt die Koordination auf")
    page.presses("Nummer zeigen").sees("05692 555 1234").presses("Erreicht und besprochen")
    page.sees("Der Rückruf ist abgeschlossen.")
    rules = desk.services.profile.retention
    for days, is_kept in ((rules.helper_days - 1, True), (rules.helper_days + 1, False)):
        with desk.services.db.write() as db:
            retention.purge(db, desk.clock() + timedelta(days=days), rules)
            callback = db.get_one(Callback, filing.callback_id)
            assert callback.status is CallbackStatus.DONE
            assert (callback.number == CALLER) is is_kept


def test_figures_tell_how_requests_came(desk: Desk) -> None:
    for number in range(3):
        with desk.services.db.write() as db:
            told = desk.told(f"+495692555120{number}")
            registry.file_request(db, desk.clock(), told, desk.window(), WEB)
    desk.call_in()
    today = desk.local(desk.clock()).date()
    with desk.services.db.read() as db:
        report = reports.collect(db, desk.services.profile, today, today)
    assert report.requests == {"web": 3, "phone": 1}
    rows = list(reports.rows(report))
    assert (today.isoformat(), "requests.web", "3") in rows
    assert (today.isoformat(), "requests.phone", "< 3") in rows
    page = desk.somebody("eva", Role.COORDINATOR).opens("/desk/figures/")
    page.sees("Woher die Anliegen kamen", "über das Internet 3", "am Telefon < 3")


def test_who_is_told_a_window_is_rung_by_its_end(desk: Desk) -> None:
    filing = desk.call_in(minutes=60 * 24)
    window = desk.window(90)
    with desk.services.db.write() as db:
        callback = db.get_one(Callback, filing.callback_id)
        queue.bring_forward(callback, desk.clock(), window)
        assert (callback.due_at, callback.promised_until) == (window.end, window.end)
        queue.bring_forward(callback, desk.clock(), desk.window(120))
        assert callback.due_at == window.end, "an earlier one stays"
