"""Long lists a page at a time. Pages count from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

Row = TypeVar("Row")

#: Behind every list of ours, and a number that every database can count with.
_LAST = 100_000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, and whether there are more behind it."""

    rows: tuple[Row, ...]
    number: int
    more: bool


def asked_for() -> int:
    """The number of the page that the address asks for."""
    return min(max(request.args.get("page", 1, type=int), 1), _LAST)


def span(number: int, size: int) -> tuple[int, int]:
    """From which row to which to look: those of the page, and one more that tells of the next."""
    first = (number - 1) * size
    return first, first + size + 1


def cut(found: Sequence[Row], number: int, size: int) -> Page[Row]:
    """The page of the rows that were looked for."""
    return Page(tuple(found[:size]), number, len(found) > size)
