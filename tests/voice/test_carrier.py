"""The carrier's REST side over real HTTP: what was surely not done is told apart from what may have been."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from intake.settings import Settings
from tests.support.serving import running
from voice.carrier import Carrier, CarrierRefused, CarrierUnreachable

CITIZEN = "+4956925551234"
SINCE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CREATED = "Tue, 24 Nov 2026 09:00:02 +0000"
EARLIER = "Tue, 24 Nov 2026 08:00:00 +0000"


class Answering(BaseHTTPRequestHandler):
    """Answers every request with what the test laid ready, and keeps what was asked."""

    server: Office

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(parse_qs(body))

    def do_GET(self) -> None:
        self._answer(parse_qs(urlsplit(self.path).query))

    def _answer(self, asked: dict[str, list[str]]) -> None:
        self.server.asked.append((self.command, urlsplit(self.path).path, asked))
        if self.server.hangs_up:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        body = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing; the tests look at ``asked``."""


class Office(ThreadingHTTPServer):
    """A carrier that answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        self.status, self.answer, self.hangs_up = 201, dict[str, object](), False


@pytest.fixture
def office() -> Iterator[Office]:
    server = Office()
    with running(server):
        yield server


@pytest.fixture
def carrier(settings: Settings, office: Office) -> Carrier:
    base = f"http://127.0.0.1:{office.server_port}/carrier"
    return Carrier(settings.model_copy(update={"api_base": base}))


def test_a_text_goes_out_from_the_hotlines_number(carrier: Carrier, office: Office) -> None:
    office.answer = {"sid": "SM1"}
    assert carrier.send_text(CITIZEN, "Guten Tag", "https://hotline.example/voice/text-status") == "SM1"
    method, path, form = office.asked[0]
    assert (method, path) == ("POST", f"/carrier/2010-04-01/Accounts/AC{'0' * 32}/Messages.json")
    assert form["To"] == [CITIZEN]
    assert form["From"] == ["+4956110031177"]
    assert form["Body"] == ["Guten Tag"]


def test_a_call_reports_each_of_its_steps(carrier: Carrier, office: Office) -> None:
    office.answer = {"sid": "CA1"}
    assert (
        carrier.place_call(CITIZEN, "https://h.example/voice/offer", "https://h.example/voice/status")
        == "CA1"
    )
    _, path, form = office.asked[0]
    assert path.endswith("/Calls.json")
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    assert form["StatusCallback"] == ["https://h.example/voice/status"]
    assert form["Timeout"] == ["30"]


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [(400, 21211, True), (400, 21610, True), (404, 20404, True), (429, 20429, False), (401, 20003, False)],
)
def test_a_refusal_says_whether_asking_again_helps(
    carrier: Carrier, office: Office, status: int, code: int, permanent: bool
) -> None:
    office.status = status
    office.answer = {"code": code, "message": f"{CITIZEN} is not valid", "status": status}
    with pytest.raises(CarrierRefused) as caught:
        carrier.send_text(CITIZEN, "Guten Tag", "https://h.example/s")
    assert (caught.value.code, caught.value.permanent) == (code, permanent)
    assert CITIZEN not in str(caught.value)


def test_an_answer_that_broke_off_may_have_been_done(carrier: Carrier, office: Office) -> None:
    office.hangs_up = True
    with pytest.raises(CarrierUnreachable) as caught:
        carrier.place_call(CITIZEN, "https://h.example/o", "https://h.example/s")
    assert caught.value.answer_lost
    assert len(office.asked) == 1, "a call is never placed a second time by itself"


def test_a_fault_at_the_carrier_may_have_been_done(carrier: Carrier, office: Office) -> None:
    office.status = 500
    with pytest.raises(CarrierUnreachable) as caught:
        carrier.place_call(CITIZEN, "https://h.example/o", "https://h.example/s")
    assert caught.value.answer_lost


def test_a_closed_door_was_surely_not_passed(settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(CarrierUnreachable) as caught:
        Carrier(settings.model_copy(update={"api_base": base})).send_text(CITIZEN, "x", "https://h.example/s")
    assert not caught.value.answer_lost


def test_a_lost_text_is_found_by_its_words_and_time(carrier: Carrier, office: Office) -> None:
    office.status = 200
    office.answer = {
        "messages": [
            {"sid": "SM3", "body": "Anderes", "date_created": CREATED},
            {"sid": "SM2", "body": "Guten Tag", "date_created": CREATED},
            {"sid": "SM1", "body": "Guten Tag", "date_created": EARLIER},
        ]
    }
    assert carrier.find_text(CITIZEN, "Guten Tag", SINCE) == "SM2"
    assert office.asked[0][2]["To"] == [CITIZEN]


@pytest.mark.parametrize(
    ("created", "direction", "found"),
    [
        (CREATED, "outbound-api", "CA1"),
        (EARLIER, "outbound-api", None),
        (CREATED, "outbound-dial", None),
    ],
    ids=["ours", "an older one", "a caller who was put through"],
)
def test_a_lost_call_is_found_unless_it_is_another(
    carrier: Carrier, office: Office, created: str, direction: str, found: str | None
) -> None:
    office.status = 200
    office.answer = {"calls": [{"sid": "CA1", "direction": direction, "date_created": created}]}
    assert carrier.find_call(CITIZEN, SINCE) == found


def test_a_call_is_ended(carrier: Carrier, office: Office) -> None:
    office.status, office.answer = 200, {"sid": "CA1", "status": "completed"}
    carrier.end_call("CA1")
    method, path, form = office.asked[0]
    assert (method, path) == ("POST", f"/carrier/2010-04-01/Accounts/AC{'0' * 32}/Calls/CA1.json")
    assert form == {"Status": ["completed"]}


@pytest.mark.parametrize(("status", "code"), [(400, 21220), (404, 20404)])
def test_a_call_that_is_over_may_be_ended_again(
    carrier: Carrier, office: Office, status: int, code: int
) -> None:
    office.status, office.answer = status, {"code": code, "message": "over", "status": status}
    carrier.end_call("CA1")


def test_a_call_that_may_go_on_is_told_of(carrier: Carrier, office: Office) -> None:
    office.status, office.answer = 429, {"code": 20429, "message": "later", "status": 429}
    with pytest.raises(CarrierRefused) as caught:
        carrier.end_call("CA1")
    assert not caught.value.permanent


def test_where_a_call_stands_is_asked(carrier: Carrier, office: Office) -> None:
    office.status, office.answer = 200, {"sid": "CA1", "status": "in-progress"}
    assert carrier.call_status("CA1") == "in-progress"


def test_no_number_reaches_the_log(
    carrier: Carrier, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.answer = {"sid": "SM1", "to": CITIZEN}
    with caplog.at_level(logging.DEBUG, logger="twilio"):
        carrier.send_text(CITIZEN, "Guten Tag", "https://h.example/s")
    assert CITIZEN not in caplog.text
