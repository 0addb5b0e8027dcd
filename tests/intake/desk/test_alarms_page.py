"""The alarms on the desk: a quiet strip on each first page, what to do, and who takes care of it."""

from __future__ import annotations

import pytest

from intake import alarms, promises
from intake.staff_roles import Role

from .conftest import Desk


def _worker_looks(desk: Desk) -> None:
    with desk.services.db.write() as db:
        before = promises.look(db, desk.services.profile, desk.clock())
        alarms.watch(db, desk.services.profile, desk.clock(), before)


def test_from_the_strip_to_somebody_who_takes_care_of_it(desk: Desk) -> None:
    filing = desk.call_in(minutes=-10)
    other = desk.call_in("+4956715550000", minutes=-20)
    anna = desk.somebody()
    anna.opens("/desk/").sees_nothing_of("Bitte ansehen:")
    _worker_looks(desk)
    anna.opens("/desk/").sees("Bitte ansehen:", "2 × Rückruf überfällig").follows("Bitte ansehen:")
    anna.sees("Die versprochene Zeit ist vorbei.", f"Rückruf {filing.callback_id}", "Alle gesehen")
    anna.sees_nothing_of("05692", "1234", "Einkaufen")
    anna.presses("Ich kümmere mich").sees("1 Alarm gesehen.", "Anna kümmert sich")
    anna.opens("/desk/").sees("1 × Rückruf überfällig")
    ben = desk.somebody("ben", Role.COORDINATOR).opens("/desk/alarms/").sees("Anna kümmert sich")
    ben.follows(f"Rückruf {other.callback_id}").sees("Dieser Rückruf ist nicht in Ihrer Hand")
    ben.presses("Diesen Rückruf nehmen").presses("Nummer zeigen")
    anna.opens(f"/desk/callbacks/{filing.callback_id}").presses("Diesen Rückruf nehmen").presses(
        "Nummer zeigen"
    )
    _worker_looks(desk)
    anna.opens("/desk/alarms/").sees("Nichts ist liegen geblieben.", "gesehen von Anna", "nach 0 Min.")
    anna.opens("/desk/").sees_nothing_of("Bitte ansehen:")


def test_all_of_a_kind_are_seen_at_once_and_a_second_time_changes_nothing(desk: Desk) -> None:
    for number in range(3):
        desk.call_in(f"+495671555000{number}", minutes=-10)
    _worker_looks(desk)
    page = desk.somebody()
    page.opens("/desk/alarms/").presses("Alle gesehen").sees("3 Alarme gesehen.")
    sent = {"data": {"csrf_token": page._page.forms[-1].fields["csrf_token"]}, "follow_redirects": True}
    assert "0 Alarme gesehen." in page.client.post("/desk/alarms/all/callback_overdue/seen", **sent).text
    assert page.client.post("/desk/alarms/all/nonsense/seen", **sent).status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_a_silent_worker_is_told_to_the_whole_team_by_the_page_itself(desk: Desk, role: Role) -> None:
    _worker_looks(desk)
    desk.clock.moves(minutes=6)
    page = desk.somebody(role=role)
    home = "/desk/staff/" if role is Role.ADMINISTRATOR else "/desk/"
    page.opens(home).sees("1 × Verteilung steht still").follows("Bitte ansehen:").sees(
        "Nichts wird zugeteilt"
    )


def test_an_administrator_sees_no_way_into_a_case(desk: Desk) -> None:
    filing = desk.call_in(minutes=-10)
    _worker_looks(desk)
    page = desk.somebody(role=Role.ADMINISTRATOR)
    page.opens("/desk/alarms/").sees(f"Rückruf {filing.callback_id}")
    assert "/callbacks/" not in page.client.get("/desk/alarms/").text


def test_a_town_hall_is_not_bothered_with_them(desk: Desk) -> None:
    page = desk.somebody(role=Role.CONTACT_POINT).opens("/desk/").sees_nothing_of("Alarme")
    assert page.opens("/desk/alarms/").status == 403
