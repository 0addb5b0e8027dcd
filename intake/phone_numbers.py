"""Telephone numbers: which may be rung back, and how they are shown. E.164 strings throughout.

Validity and kinds come from the library ``phonenumbers``; the allow-list is the hotline's own.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo

#: Only these are ever rung back: never premium, shared-cost, toll-free, personal, pager or voicemail.
_CALLABLE = frozenset(
    {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
)

#: Digits after the country code at most; E.164 leaves a German number thirteen.
MAX_NATIONAL_DIGITS = 13

#: Local numbers never begin so: emergency, authorities, social services and directory enquiries stand there.
_SERVICE_NUMBERS = {"DE": ("110", "112", "115", "116", "118")}

#: Ranges without a place (internet telephony) that the library partly takes for landlines.
_NEVER = {"DE": ("32",)}

#: What people and carriers put between digits. Letters, ``;ext=`` and ``sip:`` are no telephone number to us.
_WRITTEN = re.compile(r"\+?[0-9 ()/.\-\u2013\u00a0]{2,40}", re.ASCII)
_BETWEEN = re.compile(r"[^0-9+]")

_DOT = "\N{BULLET}"


def caller_id(raw: str | None, country: str) -> str | None:
    """The caller's number as E.164, or None if it may not be rung back.

    None covers what a carrier sends for a withheld number: nothing, a word such as ``anonymous``, a
    ``sip:`` or ``client:`` address, or the word typed on a keypad (``+266696687``), which is no valid
    number anywhere. ``country`` is the profile's two-letter code.
    """
    return parse_callable(raw or "", country)


def parse_callable(digits: str, country: str, area_code: str | None = None) -> str | None:
    """The typed or transmitted number as E.164, or None if it may not be rung back. Never raises.

    Takes ``0…``, ``0049…``, ``+49…``, and a number without area code if ``area_code`` (with its
    leading zero, ``"05692"``) is given to complete it.
    """
    if not _WRITTEN.fullmatch(digits.strip()):
        return None
    bare = _BETWEEN.sub("", digits)
    if not bare.startswith(("+", "0")):
        if area_code is None or _is_service(bare, country):
            return None
        bare = area_code + bare
    try:
        number = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        return None
    return _e164(number) if _may_be_rung(number, country) else None


def _may_be_rung(number: PhoneNumber, country: str) -> bool:
    national = phonenumbers.national_significant_number(number)
    area = phonenumbers.length_of_geographical_area_code(number)
    return (
        phonenumbers.is_valid_number_for_region(number, country)
        and phonenumbers.number_type(number) in _CALLABLE
        and len(national) <= MAX_NATIONAL_DIGITS
        and not national.startswith(_NEVER.get(country, ()))
        and not (area and _is_service(national[area:], country))
    )


def _is_service(local: str, country: str) -> bool:
    """Whether digits dialled without area code reach an emergency or service line."""
    return local.startswith(
        _SERVICE_NUMBERS.get(country, ())
    ) or shortnumberinfo.connects_to_emergency_number(local, country)


def area_code_of(e164: str) -> str | None:
    """The area code of a landline with its leading zero (``"05692"``); None for a mobile number."""
    number = phonenumbers.parse(e164)
    return _split(number)[0] if phonenumbers.length_of_geographical_area_code(number) else None


def groups(e164: str) -> tuple[str, ...]:
    """Area code or mobile prefix, then the rest in pairs, for reading aloud: ``05692 55 51 23 4``."""
    code, rest = _split(phonenumbers.parse(e164))
    return (code, *(rest[i : i + 2] for i in range(0, len(rest), 2)))


def display(e164: str) -> str:
    """The number as people write it at home: ``05692 555 1234``."""
    code, rest = _split(phonenumbers.parse(e164))
    return f"{code} {_in_blocks(rest)}"


def mask(e164: str) -> str:
    """The number as it stands on a page until it is shown on purpose: ``05692 ••• ••34``."""
    code, rest = _split(phonenumbers.parse(e164))
    hidden = rest if len(rest) <= 2 else _DOT * (len(rest) - 2) + rest[-2:]
    return f"{code} {_in_blocks(hidden)}"


def _split(number: PhoneNumber) -> tuple[str, str]:
    """(area code or mobile prefix with the trunk zero, subscriber's digits)."""
    national = phonenumbers.national_significant_number(number)
    length = phonenumbers.length_of_national_destination_code(number)
    region = phonenumbers.region_code_for_number(number) or ""
    trunk = phonenumbers.ndd_prefix_for_region(region, True) or ""
    return trunk + national[:length], national[length:]


def _in_blocks(digits: str) -> str:
    """Blocks of four from the right; a single digit left over stays with the block beside it."""
    first = len(digits) % 4
    if first == 1:
        first = min(5, len(digits))
    blocks = [digits[:first], *(digits[i : i + 4] for i in range(first, len(digits), 4))]
    return " ".join(block for block in blocks if block)


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
