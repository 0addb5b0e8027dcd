"""The second factor's codes: as RFC 6238 has them, for any secret and any moment."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import one_time_codes
from intake.one_time_codes import SLACK, STEP, step_of_code

#: The secret and the last six digits of the SHA-1 values of RFC 6238, appendix B.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VALUES = ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130"))

moments = st.floats(1.6e9, 4.1e9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(("seconds", "code"), VALUES)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert step_of_code(SECRET, now, code, after=0) == seconds // STEP
    assert step_of_code(SECRET, now, f" {code[:3]} {code[3:]}", after=0) == seconds // STEP


@settings(deadline=None)
@given(now=moments, steps=st.integers(-5, 5))
def test_a_code_holds_a_step_before_and_after_its_own_and_no_longer(now: datetime, steps: int) -> None:
    maker = pyotp.TOTP(SECRET)
    code = maker.generate_otp(int(now.timestamp()) // STEP + steps)
    found = step_of_code(SECRET, now, code, after=0)
    if abs(steps) <= SLACK:
        assert found is not None
    else:  # once in a million times a step nearby has the same code
        assert found is None or maker.generate_otp(found) == code


@settings(deadline=None)
@given(now=moments, typed=st.text(max_size=12))
def test_no_step_is_found_at_or_before_the_last_one(now: datetime, typed: str) -> None:
    current = int(now.timestamp()) // STEP
    assert step_of_code(SECRET, now, typed, after=current + SLACK) is None
    code = pyotp.TOTP(SECRET).generate_otp(current)
    first = step_of_code(SECRET, now, code, after=current - 1)
    assert first == current
    later = step_of_code(SECRET, now + timedelta(seconds=STEP), code, after=first)
    assert later is None or later > first


def test_an_app_reads_the_address_as_it_is_meant() -> None:
    secret = one_time_codes.new_secret()
    address = urlsplit(one_time_codes.address_of(secret, "anna", "Bürgertelefon"))
    told = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert (told["secret"], told["issuer"]) == ([secret], ["Bürgertelefon"])
    assert len(base64.b32decode(secret)) == 20
    assert one_time_codes.plain(one_time_codes.in_groups(secret)).upper() == secret


def test_recovery_codes_are_many_different_and_plain_to_type() -> None:
    codes = one_time_codes.new_recovery_codes()
    assert len(set(codes)) == one_time_codes.RECOVERY_CODES
    for code in codes:
        assert one_time_codes.plain(f" {code.upper()} ") == code.replace("-", "")
        assert not set(code) & set("0oil1")
