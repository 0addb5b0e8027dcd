"""The judge is judged: what the carrier itself wrote down passes, and each kind of fault is found."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from .openapi import FORM, Contract, Exchange

ACCOUNT = "AC" + "0" * 32
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
CALL = {
    "To": "+4956925551234",
    "From": "+4956110031177",
    "Url": "https://hotline.example/voice/offer",
    "StatusCallbackEvent": ["initiated", "completed"],
    "Timeout": "30",
}
GOOD = Exchange("POST", f"{ROOT}/Calls.json", "", "Basic x", FORM, urlencode(CALL, True), 201, "", b"")

#: What this house asks the carrier for. (An unset address of a number is "" in the carrier's own example.)
EXAMPLES = [
    ("post", "Calls.json"),
    ("get", "Calls.json"),
    ("get", "Calls/{Sid}.json"),
    ("post", "Calls/{Sid}.json"),
    ("post", "Messages.json"),
    ("get", "Messages.json"),
    ("get", "Messages/{Sid}.json"),
]


def form(**change: str | None) -> str:
    """The good call's form, changed; None leaves a field out."""
    return urlencode({name: value for name, value in (CALL | change).items() if value is not None}, True)


@pytest.mark.parametrize(("method", "path"), EXAMPLES)
def test_the_carriers_own_examples_pass(
    contract: Contract, contract_file: dict[str, Any], method: str, path: str
) -> None:
    answers = contract_file["paths"][f"/2010-04-01/Accounts/{{AccountSid}}/{path}"][method]["responses"]
    ((status, answer),) = answers.items()
    examples = answer["content"]["application/json"]["examples"].values()
    real = f"{ROOT}/{path.replace('{Sid}', ('SM' if 'Messages' in path else 'CA') + '0' * 32)}"
    for example in examples:
        body = json.dumps(example["value"]).encode()
        seen = Exchange(method.upper(), real, "", "", "", "", int(status), "application/json", body)
        assert contract.answer_faults(seen) == []


def test_a_good_request_passes(contract: Contract) -> None:
    assert contract.request_faults(GOOD) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"form": form(From=None)}, "'From' is a required property"),
        ({"form": form(From="05692 5551234")}, "is not a 'endpoint'"),
        ({"form": form(Url="the offer")}, "is not a 'uri'"),
        ({"form": form(Method="PUT")}, "is not one of ['GET', 'POST']"),
        ({"form": form(Timeout="soon")}, "is not of type 'integer'"),
        ({"form": form(Tmeout="30")}, "Additional properties are not allowed"),
        ({"form": form() + "&Timeout=31"}, "is not of type 'integer'"),
        ({"content_type": "application/json"}, "content type"),
        ({"authorization": ""}, "no credentials"),
        ({"query": "Page=1"}, "Additional properties are not allowed"),
        ({"path": "/2010-04-01/Accounts/AC1/Calls.json"}, "'AC1' is too short"),
        ({"path": f"{ROOT}/Call.json"}, "no operation"),
        ({"method": "PUT"}, "no operation"),
    ],
)
def test_a_faulty_request_does_not_pass(contract: Contract, change: dict[str, Any], fault: str) -> None:
    found = contract.request_faults(replace(GOOD, **change))
    assert any(fault in one for one in found), found


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": "done"}, "is not one of"),
        ({"status": None}, "is not one of"),
        ({"duration": 15}, "is not valid under any"),
        ({"sid": "CA1"}, "is not valid under any"),
        ({"start_time": "2026-11-24T09:00:00Z"}, "is not valid under any"),
        ({"colour": "red"}, "Additional properties are not allowed"),
    ],
)
def test_a_faulty_answer_does_not_pass(
    contract: Contract, contract_file: dict[str, Any], change: dict[str, object], fault: str
) -> None:
    answers = contract_file["paths"]["/2010-04-01/Accounts/{AccountSid}/Calls.json"]["post"]["responses"]
    good = answers["201"]["content"]["application/json"]["examples"]["create"]["value"]
    body = json.dumps(good | change).encode()
    found = contract.answer_faults(replace(GOOD, answer_type="application/json", answer=body))
    assert any(fault in one for one in found), found


def test_an_answer_may_not_leave_a_field_out(contract: Contract) -> None:
    faults = contract.answer_faults(replace(GOOD, answer_type="application/json", answer=b'{"sid": null}'))
    assert "$: 'status' is a required property" in faults


def test_a_status_that_the_carrier_does_not_give_is_found(contract: Contract) -> None:
    assert contract.answer_faults(replace(GOOD, status=200)) == ["CreateCall does not answer 200"]
