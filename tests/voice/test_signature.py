"""The signature check: the carrier's own example, and the traps of escapes, proxies and missing headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder

from voice.signature import is_genuine, signed_url

BASE = "https://hotline.example.org"
TOKEN = "12345"
FORM = MultiDict(
    {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
)
#: The example in the carrier's documentation of webhook security.
EXAMPLE = ("https://example.com/myapp.php?foo=1&bar=2", "L/OH5YylLD5NRKLltdqwSvS0BnU=")

ESCAPES = ["/voice/turn/1?place=Sch%C3%B6n", "/voice/a%2Fb", "/voice/x?list=1%2C2&empty=&k%5B%5D=1"]


def sign(url: str, token: str = TOKEN) -> str:
    signature: str = RequestValidator(token).compute_signature(url, FORM)
    return signature


def test_the_carriers_own_example() -> None:
    assert is_genuine(EXAMPLE[0], FORM, EXAMPLE[1], [TOKEN])


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@given(
    st.lists(st.tuples(TEXTS, TEXTS), max_size=8),
    st.sampled_from(["https://hotline.example.org", "http://127.0.0.1:8000", "https://example.org:443"]),
    st.sampled_from(["/voice/answer", *ESCAPES]),
    st.sampled_from(["as it is", "with its port", "another address", "another form"]),
)
def test_the_answer_is_the_librarys_own(
    fields: list[tuple[str, str]], base: str, path: str, signed: str
) -> None:
    url, form = base + path, MultiDict(fields)
    library, signs = RequestValidator(TOKEN), form
    address = url.replace("example.org/", "example.org:443/") if signed == "with its port" else url
    if signed == "another address":
        address += "x"
    if signed == "another form":
        signs = MultiDict([*fields, ("Digits", "0")])
    signature = library.compute_signature(address, signs)
    assert is_genuine(url, form, signature, [TOKEN]) == library.validate(url, form, signature)


@pytest.mark.parametrize("signature", [None, "", "L/OH5YylLD5NRKLltdqwSvS0BnV=", "ä", "x" * 500])
def test_a_wrong_or_missing_signature_is_refused(signature: str | None) -> None:
    assert not is_genuine(EXAMPLE[0], FORM, signature, [TOKEN])


def test_an_added_or_changed_parameter_is_noticed() -> None:
    url, signature = EXAMPLE
    for extra in ({"Digits": "9999"}, {"Unknown": "1"}):
        assert not is_genuine(url, MultiDict({**FORM.to_dict(), **extra}), signature, [TOKEN])


def test_two_tokens_are_good_during_rotation_and_none_is_never_good() -> None:
    url = f"{BASE}/voice/answer"
    assert is_genuine(url, FORM, sign(url, "old"), ["new", "old"])
    assert not is_genuine(url, FORM, sign(url, ""), [])


@pytest.mark.parametrize("target", ESCAPES)
@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
def test_escapes_are_signed_as_they_came(target: str, name: str) -> None:
    environ = {
        **EnvironBuilder(path="/decoded", method="POST").get_environ(),
        "REQUEST_URI": "",
        "RAW_URI": "",
    }
    environ[name] = target
    assert is_genuine(signed_url(BASE, environ), FORM, sign(BASE + target), [TOKEN])


def test_a_whole_address_in_the_request_line_counts_by_its_path() -> None:
    environ = {"RAW_URI": "http://inside:8000/voice/answer?a=1"}
    assert signed_url(BASE, environ) == f"{BASE}/voice/answer?a=1"


def test_without_a_raw_target_it_is_rebuilt() -> None:
    environ = EnvironBuilder(path="/voice/schön & gut", query_string="a=1%2C2", method="POST").get_environ()
    for name in ("RAW_URI", "REQUEST_URI"):
        environ.pop(name, None)
    assert signed_url(BASE, environ) == f"{BASE}/voice/sch%C3%B6n%20&%20gut?a=1%2C2"


def test_the_host_header_is_never_trusted() -> None:
    environ = EnvironBuilder(
        path="/voice/answer", base_url="http://evil.example", method="POST"
    ).get_environ()
    assert signed_url(BASE, environ) == f"{BASE}/voice/answer"
