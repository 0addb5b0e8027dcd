"""The queue page: what stands where, who gets what, and what it must not show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from intake import assignment, attempts, queue, staff
from intake.desk import queue_view
from intake.kinds import CallOutcome
from intake.lifecycle import CallbackStatus
from intake.models import Call, Callback, Staff
from intake.services import Job
from tests.conftest import Nudges

from .conftest import CALLER, Desk

OTHERS = tuple(f"+49567155500{n:02}" for n in range(10, 30))


def test_each_callback_stands_where_it_belongs(desk: Desk) -> None:
    anna, bert = desk.person("anna"), desk.person("bert")
    mine = desk.call_in(CALLER, minutes=-40)
    desk.call_in(CALLER, minutes=-40)
    held = desk.call_in(OTHERS[0], category="medicine")
    desk.call_in(OTHERS[1], minutes=25, category="driving", language="tr")
    desk.call_in(OTHERS[2], minutes=-10, category=None, ags=None, urgency=2)
    later = desk.call_in(OTHERS[3], category="other")
    with desk.services.db.write() as db:
        queue.take(db, desk.clock(), mine.callback_id, anna.id)
        queue.take(db, desk.clock(), held.callback_id, bert.id)
        db.get_one(Callback, later.callback_id).not_before = desk.clock() + timedelta(hours=5)
    page = desk.enter(anna)
    text = page.text[page.text.index("1 überfällig") :]
    order = ("In Ihrer Hand", "Warten jetzt", "Anliegen noch nicht", "Fahrt", "Später", "Bert")
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    page.sees("Braucht Hilfe: Einkaufen", "Wolfhagen", "2-mal angerufen", "08:20 bis 09:20 Uhr")
    page.sees("seit 40 Min. überfällig", "in 25 Min.", "Türkisch", "heute noch", "15:00 Uhr")
    page.sees("1 überfällig", "2 warten jetzt", "1 später", "1 in anderer Hand")
    for secret in ("555", "1234", "••"):
        page.sees_nothing_of(secret)
    page.presses("English").sees("Needs help: Shopping", "overdue for 40 min", "Turkish", "called 2 times")


def test_taking_leads_to_the_case(desk: Desk) -> None:
    first, second = desk.call_in(minutes=30), desk.call_in(OTHERS[0], minutes=60)
    page = desk.somebody()
    page.presses("Nächsten Rückruf nehmen")
    assert page.path == f"/desk/callbacks/{first.callback_id}"
    page.opens("/desk/").follows("Öffnen")
    assert page.path == f"/desk/callbacks/{first.callback_id}"
    page.opens("/desk/").presses("Nehmen")
    assert page.path == f"/desk/callbacks/{second.callback_id}"
    page.opens("/desk/").presses("Nächsten Rückruf nehmen").sees("Gerade wartet kein Rückruf")


def test_of_two_who_take_one_callback_one_gets_it(desk: Desk) -> None:
    filing = desk.call_in()
    pages = [desk.somebody("anna"), desk.somebody("bert")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda page: page.presses("Nehmen"), pages))
    got = [page for page in pages if page.path == f"/desk/callbacks/{filing.callback_id}"]
    lost = [page for page in pages if page.path == "/desk/"]
    assert len(got) == len(lost) == 1
    lost[0].sees("hat schon", "in der Hand")
    assert desk.callback(filing.callback_id).status is CallbackStatus.ASSIGNED
    got[0].opens("/desk/").sees("Öffnen")


def test_a_callback_that_is_done_cannot_be_taken(desk: Desk) -> None:
    filing = desk.call_in()
    page = desk.somebody()
    with desk.services.db.write() as db:
        queue.move(db.get_one(Callback, filing.callback_id), CallbackStatus.DONE)
    page.presses("Nehmen").sees("schon erledigt")


def test_the_lists_are_sent_again_only_when_something_changed(desk: Desk) -> None:
    page = desk.somebody()
    first = page.client.get("/desk/queue-parts")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert page.client.get("/desk/queue-parts", headers=etag).status_code == 304
    desk.call_in()
    second = page.client.get("/desk/queue-parts", headers=etag)
    assert second.status_code == 200
    assert "Einkaufen" in second.text
    assert "<html" not in second.text
    desk.clock.moves(minutes=1)
    third = page.client.get("/desk/queue-parts", headers={"If-None-Match": second.headers["ETag"]})
    assert "in 59 Min." in third.text


def test_who_called_within_this_minute_is_not_put_off(desk: Desk) -> None:
    desk.clock.moves(seconds=20)
    desk.call_in()
    desk.clock.moves(seconds=10)
    desk.somebody().sees("10:00 bis 11:00 Uhr").sees_nothing_of("ab dann")


def test_a_long_queue_is_cut_and_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_view, "ROWS", 2)
    monkeypatch.setattr(queue_view, "COUNT_AT_MOST", 4)
    for number in OTHERS[:5]:
        desk.call_in(number)
    page = desk.somebody()
    page.sees("4+ warten jetzt", "Die ersten 2, der älteste zuerst")
    assert page.buttons.count("Nehmen") == 2


def test_filters_choose_hold_and_are_cleared_without_a_script(desk: Desk) -> None:
    desk.call_in(OTHERS[0])
    desk.call_in(OTHERS[1], category="driving", language="tr")
    desk.call_in(OTHERS[2], category="medicine", language="tr")
    desk.offer(OTHERS[3])
    page = desk.somebody().sees("4 warten jetzt")
    page.presses("Auswählen", language="tr").sees("2 warten jetzt", "Sie sehen nur eine Auswahl")
    page.presses("Auswählen", need="driving").sees("1 wartet jetzt")
    page.opens("/desk/").sees("1 wartet jetzt")
    assert page.buttons.count("Nehmen") == 1
    page.follows("Alle zeigen").sees("4 warten jetzt").opens("/desk/").sees("4 warten jetzt")
    page.opens("/desk/?kind=helper_lead").sees("1 wartet jetzt", "Möchte helfen")
    page.opens("/desk/?place=06633028").sees("4 warten jetzt")
    page.opens("/desk/?place=06633001").sees("Mit dieser Auswahl wartet niemand")
    page.opens("/desk/?language=nonsense&kind='").sees("4 warten jetzt")
    parts = page.client.get("/desk/queue-parts?language=tr")
    assert "2 warten jetzt" in parts.text


def test_whose_hand_and_whether_it_is_being_rung(desk: Desk) -> None:
    first, second = desk.call_in(OTHERS[0]), desk.call_in(OTHERS[1])
    bert = desk.person("bert")
    with desk.services.db.write() as db:
        for filing in (first, second):
            queue.take(db, desk.clock(), filing.callback_id, bert.id)
        callback = db.get_one(Callback, first.callback_id)
        attempts.start(db, desk.services.profile, desk.clock(), callback, bert.id)
    desk.somebody().sees("2 in anderer Hand", "Bert telefoniert gerade", "Bert hat ihn noch nicht begonnen")


def test_what_somebody_left_to_others_is_told_and_does_not_come_back(desk: Desk, nudges: Nudges) -> None:
    filing = desk.call_in()
    anna = desk.person("anna")
    page = desk.enter(anna).presses("Nehmen").presses("Ich kenne die Person")
    page.sees("jemand anderes übernimmt", "1-mal weitergegeben")
    assert nudges[-1] is Job.ASSIGN
    page.presses("Nächsten Rückruf nehmen").sees("Gerade wartet kein Rückruf")
    with desk.services.db.write() as db:
        staff.set_duty(db, desk.clock(), db.get_one(Staff, anna.id), on=True)
        assert assignment.assign(db, desk.clock()) == 0
    desk.somebody("bert").presses("Nächsten Rückruf nehmen").sees("An andere weitergegeben", "Ich kenne")
    assert desk.callback(filing.callback_id).status is CallbackStatus.ASSIGNED


LEFT = {"purpose": "help", "category": "shopping", "number": OTHERS[0], "postcode": "34466"}


def _lead(desk: Desk, **said: str) -> int:
    state = {"answers": {**LEFT, **said}, "log": []}
    return desk.log_call(None, state, outcome=CallOutcome.LEAD, step="postcode")


def test_an_unfinished_call_is_called_back_without_a_promise(desk: Desk, nudges: Nudges) -> None:
    call_id = _lead(desk)
    page = desk.somebody().sees("Abgebrochene Anrufe", "aufgelegt bei: Postleitzahl", "Einkaufen")
    page.presses("Zurückrufen").sees("steht jetzt als Rückruf in der Liste", "1 wartet jetzt")
    page.sees("0 abgebrochene Anrufe").sees_nothing_of("aufgelegt bei")
    assert nudges == [Job.ASSIGN]
    with desk.services.db.read() as db:
        call = db.get_one(Call, call_id)
        callback = db.get_one(Callback, call.callback_id)
        assert callback.number == OTHERS[0]
        assert callback.promised_from is None
        assert callback.due_at == desk.clock() + timedelta(days=1)
        assert call.request_id == callback.request_id is not None


def test_an_unfinished_call_of_a_helper_becomes_a_helpers_callback(desk: Desk) -> None:
    _lead(desk, purpose="helper", category="")
    page = desk.somebody().sees("Möchte helfen").presses("Zurückrufen")
    page.presses("Nächsten Rückruf nehmen").sees("Sie möchten helfen, das freut uns sehr")


def test_an_unfinished_call_is_put_aside_once(desk: Desk) -> None:
    _lead(desk)
    page, other = desk.somebody("anna"), desk.somebody("bert")
    page.presses("Ablegen").sees("Der Anruf ist abgelegt", "0 abgebrochene Anrufe")
    other.presses("Ablegen").sees("schon bearbeitet")


def test_an_unfinished_call_without_a_number_can_only_be_put_aside(desk: Desk) -> None:
    desk.log_call(None, {}, outcome=CallOutcome.LEAD, step="number_type", number=None)
    page = desk.somebody().sees("ohne Nummer", "Anliegen noch nicht bekannt")
    assert "Zurückrufen" not in page.buttons
    assert "Ablegen" in page.buttons


def test_at_night_an_unfinished_call_waits_for_the_morning(desk: Desk) -> None:
    _lead(desk)
    desk.clock.moves(hours=12)
    page = desk.somebody().presses("Zurückrufen")
    page.sees("Später", "Mi. 25.11., 08:00 Uhr")
