"""Tables as spreadsheets write them (CSV): decoded, and read with their columns known by their headers.

Spreadsheets write them in many ways: with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows' own code,
with a first line that names the separator. What cannot be read without losing a line is refused as a whole.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: A line in front of the header by which spreadsheets name the separator.
_SEPARATOR_LINE = re.compile(r'\s*"?sep=([;,\t])"?\s*', re.IGNORECASE)


class ListError(Exception):
    """The list cannot be read at all; the message is a code that the pages put into words."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True)
class Row:
    """A line with its number in the file; ``too_many`` where it has more cells than there are columns."""

    number: int
    cells: Mapping[str, str]
    too_many: bool


@dataclass(frozen=True)
class Table:
    """The lines below the header, and those headers that mean nothing here."""

    rows: tuple[Row, ...]
    unknown: tuple[str, ...]


def decode(raw: bytes) -> str:
    """The text: UTF-8, UTF-16 where it says so, or what German spreadsheets write on Windows."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read(text: str, headers: Mapping[str, Sequence[str]], needed: Collection[str], at_most: int) -> Table:
    """The table with its columns named as in ``headers``: each with the small letters it is known by.

    Raises ``ListError``: "empty", "too_long", "no_header" (a needed column is missing), or "quotes" where a
    quotation mark is not closed, so that one cannot tell the lines apart.
    """
    columns: list[str | None] = []
    unknown: tuple[str, ...] = ()
    rows: list[Row] = []
    for number, cells in _lines(text):
        if not columns:
            columns = _columns(cells, headers, needed)
            named = zip(columns, cells, strict=True)
            unknown = tuple(cell.strip() for column, cell in named if column is None and cell.strip())
            continue
        named_cells = zip(columns, cells, strict=False)
        row = {column: cell.strip() for column, cell in named_cells if column is not None}
        rows.append(Row(number, row, any(cell.strip() for cell in cells[len(columns) :])))
        if len(rows) > at_most:
            raise ListError("too_long")
    if not rows:
        raise ListError("empty")
    return Table(tuple(rows), unknown)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, in cells, each with its number in the file."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    told = _SEPARATOR_LINE.fullmatch(head)
    delimiter = told[1] if told else max(";,\t", key=head.count)
    table = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    skip = told is not None
    try:
        for cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if not skip:
                yield table.line_num, cells
            skip = False
    except csv.Error as error:
        raise ListError("quotes", line=table.line_num) from error


def _columns(
    cells: list[str], headers: Mapping[str, Sequence[str]], needed: Collection[str]
) -> list[str | None]:
    known = {header: column for column, names in headers.items() for header in names}
    columns = [known.get(cell.strip().casefold()) for cell in cells]
    if any(column not in columns for column in needed):
        raise ListError("no_header")
    return columns
