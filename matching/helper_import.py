"""Helpers from a list (CSV): read line by line, each fault named with its line, nothing taken over by halves.

The header names the columns in German or English; their order does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, helpers
from intake.db import number_hash
from intake.group_models import Group
from intake.helpers import Registration
from intake.kinds import BestTime
from intake.lifecycle import HelperStatus
from intake.models import Helper
from intake.phone_numbers import parse_callable
from intake.profile import Profile
from matching import csv_table

#: Lines of one list; more are better taken over in parts, each with a report that somebody reads.
LINES_AT_MOST = 2000

#: Letters of a name and of a note, as in the form.
LONGEST_NAME, LONGEST_NOTE = 120, 1000

#: The columns, each with the headers by which it is known. A helper needs those of ``NEEDED``.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "number": ("telefon", "telefonnummer", "nummer", "phone", "number"),
    "postcode": ("plz", "postleitzahl", "postcode"),
    "place": ("ort", "place", "municipality"),
    "radius": ("umkreis", "radius"),
    "categories": ("hilft bei", "hilfe", "helps with", "categories"),
    "papers": ("nachweise", "papers"),
    "languages": ("sprachen", "languages"),
    "half_days": ("zeiten", "times"),
    "capacity": ("einsätze je woche", "einsätze", "capacity"),
    "car": ("auto", "car"),
    "group": ("gruppe", "group"),
    "note": ("notiz", "note"),
}
NEEDED = ("name", "number", "postcode", "categories")

_DAYS = {"mo": 0, "di": 1, "tu": 1, "mi": 2, "we": 2, "do": 3, "th": 3, "fr": 4, "sa": 5, "so": 6, "su": 6}
_HALVES = {
    "vm": (BestTime.MORNING,),
    "am": (BestTime.MORNING,),
    "nm": (BestTime.AFTERNOON,),
    "pm": (BestTime.AFTERNOON,),
    "": (BestTime.MORNING, BestTime.AFTERNOON),
}
_YES, _NO = {"ja", "j", "x", "1", "yes", "y"}, {"", "nein", "n", "0", "no"}
_SEPARATORS = re.compile(r"[|/+]|,\s*")
_TIME = re.compile(r"([a-zäöü]{2})\w*\.?\s*(vm|nm|am|pm)?")


@dataclass(frozen=True)
class Fault:
    """What is wrong in a line: a code for the pages' words, the column ("" for the whole line), its text."""

    code: str
    column: str
    value: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the list as read: a registration, or its faults. ``cells`` is what stands in it."""

    number_in_list: int
    name: str
    cells: Mapping[str, str] = field(default_factory=dict)
    e164: str | None = None
    registration: Registration | None = None
    group_id: int | None = None
    note: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a list holds. ``fit`` lines can be taken over; ``unknown`` are headers that mean nothing here."""

    lines: tuple[Line, ...]
    unknown: tuple[str, ...] = ()

    @property
    def fit(self) -> tuple[Line, ...]:
        """The lines without a fault."""
        return tuple(line for line in self.lines if not line.faults)

    @property
    def faulty(self) -> tuple[Line, ...]:
        """The lines that need mending first."""
        return tuple(line for line in self.lines if line.faults)


def read(session: Session, profile: Profile, text: str) -> Report:
    """Look at every line of the list, without writing anything. Raises ``ListError`` where it is no list.

    A number that is on record already, or that stands in the list twice, is a fault: nobody is taken over
    a second time.
    """
    table = csv_table.read(text, HEADERS, NEEDED, LINES_AT_MOST)
    reader = _Reader(profile, _groups(session))
    lines = [reader.line(row) for row in table.rows]
    return Report(tuple(_without_doubles(session, lines)), table.unknown)


def take_over(session: Session, profile: Profile, now: datetime, actor: str, report: Report) -> int:
    """Register every fit line's helper; how many. The papers count as seen on the day of the import."""
    for line in report.fit:
        assert line.e164, "a fit line has a number"
        assert line.registration, "a fit line was read whole"
        helper = helpers.begin(session, now, line.e164, profile.languages[0])
        helpers.register(session, profile, now, helper, line.registration)
        helper.group_id, helper.note = line.group_id, line.note or None
        audit.append(session, now, actor, "helper_imported", f"helper:{helper.id}")
    return len(report.fit)


def _groups(session: Session) -> dict[str, int]:
    rows = session.execute(sa.select(Group.name, Group.id).where(Group.closed_at.is_(None)))
    return {row.name.casefold(): row.id for row in rows}


def _without_doubles(session: Session, lines: list[Line]) -> Iterator[Line]:
    hashes = {line.e164: number_hash(session, line.e164) for line in lines if line.e164}
    query = sa.select(Helper.number_hash).where(
        Helper.number_hash.in_(hashes.values()), Helper.status != HelperStatus.ERASED
    )
    known = set(session.scalars(query))
    seen: set[str] = set()
    for line in lines:
        if line.e164 is None:
            yield line
        elif line.e164 in seen:
            yield replace(line, faults=(*line.faults, Fault("twice", "number")))
        elif hashes[line.e164] in known:
            yield replace(line, faults=(*line.faults, Fault("known", "number")))
        else:
            seen.add(line.e164)
            yield line


class _Reader:
    """Reads one line after the other, each column by itself, so that every fault is named at once."""

    def __init__(self, profile: Profile, groups: Mapping[str, int]) -> None:
        self._profile = profile
        self._groups = groups
        self._categories = _by_label({c.id: c.label for c in profile.categories})
        self._papers = _by_label(profile.vetting)

    def line(self, line: csv_table.Row) -> Line:
        """The line as a registration, or its faults."""
        row = line.cells
        faults = [Fault("too_many", "")] if line.too_many else []

        def read(column: str, how: Callable[[str], Any]) -> Any:
            try:
                return how(row.get(column, ""))
            except _FaultError as error:
                faults.append(Fault(error.code, column, error.value))
                return None

        usual_radius = int(self._profile.matching.radius_km)
        number = read("number", self._number)
        found = read("postcode", lambda text: self._place(text, row.get("place", "")))
        values = {
            "name": read("name", lambda text: _short(_filled(text), LONGEST_NAME)),
            "categories": read("categories", lambda text: _known(text, self._categories, needed=True)),
            "papers": read("papers", lambda text: _known(text, self._papers)),
            "languages": read("languages", self._languages),
            "half_days": read("half_days", _half_days),
            "radius_km": read("radius", lambda text: _whole(text, 1, 200, usual_radius)),
            "capacity": read("capacity", lambda text: _whole(text, 1, 20, 1)),
            "car": read("car", _yes_or_no),
        }
        group, note = read("group", self._group), read("note", lambda text: _short(text, LONGEST_NOTE))
        bare = Line(line.number, row.get("name", ""), row, number, note=note or "", faults=tuple(faults))
        if faults:
            return bare
        registration = Registration(postcode=found.postcode, ags=found.ags, **values)
        return replace(bare, registration=registration, group_id=group)

    def _number(self, text: str) -> str:
        number = parse_callable(re.sub(r"[^0-9+]", "", text), self._profile.country)
        if number is None:
            raise _FaultError("number" if text else "missing", text)
        return number

    def _place(self, postcode: str, name: str) -> Any:
        """A spreadsheet drops a leading zero; the place's name chooses where a postcode is shared."""
        if not postcode:
            raise _FaultError("missing")
        places = self._profile.places.lookup(postcode) or self._profile.places.lookup(postcode.zfill(5))
        if not places:
            raise _FaultError("postcode", postcode)
        fitting = [place for place in places if place.municipality.casefold() == name.casefold()] or places
        if len(fitting) > 1:
            raise _FaultError("which_place", ", ".join(place.municipality for place in fitting))
        return fitting[0]

    def _languages(self, text: str) -> tuple[str, ...]:
        known = {code: code for code in self._profile.languages}
        return _known(text, known) or (self._profile.languages[0],)

    def _group(self, text: str) -> int | None:
        if text and text.casefold() not in self._groups:
            raise _FaultError("group", text)
        return self._groups.get(text.casefold())


class _FaultError(Exception):
    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value


def _by_label(labels: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Ids by themselves and by their labels in every language, in small letters."""
    found = {key: key for key in labels}
    for key, texts in labels.items():
        found |= {text.casefold(): key for text in texts.values()}
    return found


def _filled(text: str) -> str:
    if not text:
        raise _FaultError("missing")
    return text


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise _FaultError("long", str(most))
    return text


def _known(text: str, known: Mapping[str, str], needed: bool = False) -> tuple[str, ...]:
    """Several of a list, parted by comma, stroke or bar."""
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    if needed and not parts:
        raise _FaultError("missing")
    for part in parts:
        if part.casefold() not in known:
            raise _FaultError("unknown", part)
    return tuple(dict.fromkeys(known[part.casefold()] for part in parts))


def _half_days(text: str) -> tuple[tuple[int, str], ...]:
    """ "Mo vm, Di nm, Sa" (whole day without a half); nothing is every half-day of the working week."""
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    found: list[tuple[int, str]] = []
    for part in parts or ["mo", "di", "mi", "do", "fr"]:
        match = _TIME.fullmatch(part.casefold())
        if match is None or match[1] not in _DAYS:
            raise _FaultError("time", part)
        found += [(_DAYS[match[1]], half.value) for half in _HALVES[match[2] or ""]]
    return tuple(sorted(set(found)))


def _whole(text: str, low: int, high: int, usual: int) -> int:
    if not text:
        return usual
    if not text.isdecimal() or not low <= int(text) <= high:
        raise _FaultError("whole", text)
    return int(text)


def _yes_or_no(text: str) -> bool:
    word = text.casefold()
    if word not in _YES | _NO:
        raise _FaultError("yes_or_no", text)
    return word in _YES
