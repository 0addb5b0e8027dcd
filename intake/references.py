"""Reference numbers: six digits that a caller can write down and type, the last one a check digit. Pure.

The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004): it finds every
single wrong digit and every swap of neighbours, which are what people type wrongly. The table is a totally
anti-symmetric quasigroup of order 10 with a zero diagonal, as that work gives it.
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


def check_digit(digits: str) -> str:
    """The digit that makes ``digits`` valid when it stands behind them."""
    interim = 0
    for digit in digits:
        interim = int(_TABLE[interim][int(digit)])
    return str(interim)


def make(number: int) -> str:
    """The reference of a number from 0 to 99,999."""
    digits = f"{number:0{LENGTH - 1}d}"
    return digits + check_digit(digits)


def is_valid(text: str) -> bool:
    """Whether ``text`` is six digits whose last one is right."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and check_digit(text[:-1]) == text[-1]
