"""Real telephone calls on loopback: SIP, sound, keypad tones, and what stands in the record after them."""

from __future__ import annotations

from pathlib import Path

from intake.kinds import BestTime, CallOutcome
from intake.lifecycle import RequestStatus
from tests.voice.line import Line

from . import telephone
from .gateway import Gateway

LANDLINE = "+4956925551234"


def test_a_telephone_call_files_a_request(quick_line: Line, tmp_path: Path) -> None:
    with Gateway(quick_line.phone) as gateway:
        telephone.calls(gateway, tmp_path, LANDLINE, ["1", "1", "1", "34466", "1", "1"])
    assert gateway.call is not None
    gateway.call.hears("heute Vormittag zwischen")
    assert gateway.call.keys_pressed == "1113446611"
    assert gateway.echoed > 0, "the telephone sends back what it hears"
    (request,), row = quick_line.requests(), quick_line.only_call
    assert (request.status, request.category) == (RequestStatus.NEW, "shopping")
    assert (request.postcode, request.ags, request.in_district) == ("34466", "06633028", True)
    assert (request.number, request.best_time) == (LANDLINE, BestTime.MORNING)
    assert (row.outcome, row.request_id, row.carrier_status) == (CallOutcome.FILED, request.id, "completed")


def test_a_telephone_that_hides_its_number_types_one(quick_line: Line, tmp_path: Path) -> None:
    """Repeated digits are what gateways lose and double; the number has three fives in a row."""
    with Gateway(quick_line.phone) as gateway:
        telephone.calls(gateway, tmp_path, "anonymous", ["1", "1", "056925551144#", "1"], hangs_up=True)
    row = quick_line.only_call
    assert (row.outcome, row.number) == (CallOutcome.LEAD, "+4956925551144")


def test_hanging_up_in_the_middle_leaves_a_lead(quick_line: Line, tmp_path: Path) -> None:
    with Gateway(quick_line.phone) as gateway:
        telephone.calls(gateway, tmp_path, LANDLINE, ["1", "1"], hangs_up=True)
    row = quick_line.only_call
    assert (row.outcome, row.step, row.number) == (CallOutcome.LEAD, "number_offer", LANDLINE)
    assert (row.carrier_status, quick_line.requests()) == ("completed", [])
