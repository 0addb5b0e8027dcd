"""Reference numbers: six digits that a caller can write down and type, the last one a check digit. Pure.

The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004): it finds every
single wrong digit and every swap of neighbours, which are what people type wrongly. The table is a totally
anti-symmetric quasigroup of order 10 with a zero diagonal, as that work gives it.

Missions have numbers of the same kind, whose check ends at another digit: so no number is ever both, and one
question on the telephone takes either.
"""

from __future__ import annotations

LENGTH = 6

_TABLE = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


#: Where the check of a request's reference ends, and of a mission's number. Each row of the table has every
#: digit once, so both find the same faults.
_REQUEST_END, _MISSION_END = 0, 5


def check_digit(digits: str) -> str:
    """The digit that makes ``digits`` a valid reference when it stands behind them."""
    return _closing_digit(digits, _REQUEST_END)


def make(number: int) -> str:
    """The reference of a number from 0 to 99,999."""
    digits = f"{number:0{LENGTH - 1}d}"
    return digits + check_digit(digits)


def make_mission_number(number: int) -> str:
    """The mission's number for a number from 0 to 99,999; never a valid reference."""
    digits = f"{number:0{LENGTH - 1}d}"
    return digits + _closing_digit(digits, _MISSION_END)


def is_valid(text: str) -> bool:
    """Whether ``text`` is a reference: six digits whose last one is right."""
    return _is_whole(text) and _walk(text) == _REQUEST_END


def is_mission_number(text: str) -> bool:
    """Whether ``text`` is a mission's number: six digits whose last one is right."""
    return _is_whole(text) and _walk(text) == _MISSION_END


def _is_whole(text: str) -> bool:
    return len(text) == LENGTH and text.isascii() and text.isdigit()


def _walk(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = int(_TABLE[interim][int(digit)])
    return interim


def _closing_digit(digits: str, end: int) -> str:
    return str(_TABLE[_walk(digits)].index(str(end)))
