"""Places: which municipalities a postcode belongs to, and how far apart they are. Pure but for reading files.

A place is one postcode of one municipality. Coordinates are good to about a kilometre, so a distance
is to be spoken of as "about 5 km".
"""

from __future__ import annotations

import base64
import csv
import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

EARTH_RADIUS_KM = 6371.0088  # the mean radius (IUGG)
_POSTCODE = re.compile(r"[0-9]{3,5}")
_FLAGS = {"1": True, "0": False}

#: Columns of a GeoNames postal file (tab-separated, no header), from its readme.
_GEONAMES_COLUMNS = 12
_COUNTRY, _CODE, _NAME, _DISTRICT, _LATITUDE, _LONGITUDE = 0, 1, 2, 8, 9, 10

#: Begins the key of a municipality whose official key is not known.
MADE_KEY_MARK = "G"


@dataclass(frozen=True)
class Place:
    """One postcode of one municipality. ``ags`` is the official key, at most 8 signs; degrees are WGS 84."""

    postcode: str
    municipality: str
    ags: str
    latitude: float
    longitude: float
    in_district: bool


COLUMNS = tuple(field.name for field in fields(Place))


class PlacesError(Exception):
    """The places cannot be used; ``faults`` has one line for each thing to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Places:
    """The table of places; look-ups are by postcode (text) and by official key."""

    def __init__(self, rows: Iterable[Place]) -> None:
        self._rows = tuple(rows)
        by_postcode: dict[str, list[Place]] = defaultdict(list)
        self._by_ags: dict[str, Place] = {}
        for place in self._rows:
            by_postcode[place.postcode].append(place)
            self._by_ags.setdefault(place.ags, place)
        self._by_postcode = {postcode: tuple(places) for postcode, places in by_postcode.items()}

    @classmethod
    def load(cls, path: Path) -> Places:
        """The table from a CSV file with the header of ``COLUMNS``; ``PlacesError`` names every fault."""
        return cls(read_csv(path))

    def lookup(self, postcode: str) -> tuple[Place, ...]:
        """The places with this postcode: none if unknown, several if municipalities share it."""
        return self._by_postcode.get(postcode, ())

    def municipality(self, ags: str) -> Place | None:
        """The first listed place of the municipality with this key, as its representative."""
        return self._by_ags.get(ags)

    def municipalities(self) -> tuple[Place, ...]:
        """One representative place for each municipality of the district, by name."""
        own = (place for place in self._by_ags.values() if place.in_district)
        return tuple(sorted(own, key=lambda place: place.municipality))

    def all(self) -> tuple[Place, ...]:
        """Every row, in the file's order."""
        return self._rows

    @staticmethod
    def distance_km(a: Place, b: Place) -> float:
        """Great-circle distance in kilometres by the haversine formula."""
        lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
        half_lat = math.sin((lat_b - lat_a) / 2) ** 2
        half_lon = math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
        share = half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon
        return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(share)))


def read_csv(path: Path) -> tuple[Place, ...]:
    """The rows of a places CSV; ``PlacesError`` names every fault with its line number."""
    lines = csv.reader(_text(path).splitlines())
    header = tuple(next(lines, ()))
    if header != COLUMNS:
        raise PlacesError([f"{path.name} line 1: the header must be {','.join(COLUMNS)}"])
    found: list[tuple[int, Place]] = []
    faults: list[str] = []
    for cells in lines:
        if not cells:
            continue
        wrong = [f"{path.name} line {lines.line_num}: {fault}" for fault in _cell_faults(cells)]
        faults += wrong
        if not wrong:
            found.append((lines.line_num, _place(cells)))
    faults += [f"{path.name} line {line}: {fault}" for line, fault in _table_faults(found)]
    if not found and not faults:
        faults.append(f"{path.name}: has no place; list at least one")
    if faults:
        raise PlacesError(faults)
    return tuple(place for _, place in found)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # spreadsheets put a byte-order mark in front
    except OSError as error:
        raise PlacesError([f"{path.name}: cannot be read ({error.strerror}); put the file there"]) from None
    except UnicodeDecodeError:
        raise PlacesError([f"{path.name}: is not UTF-8; save it as UTF-8"]) from None


def _cell_faults(cells: list[str]) -> Iterator[str]:
    if len(cells) != len(COLUMNS):
        yield f"has {len(cells)} columns; it must have {len(COLUMNS)}"
        return
    postcode, municipality, ags, latitude, longitude, in_district = cells
    if not _POSTCODE.fullmatch(postcode):
        yield "postcode must be 3 to 5 digits, leading zeros kept"
    if not municipality.strip():
        yield "municipality is empty; name it"
    if not 1 <= len(ags) <= 8:
        yield "ags must have 1 to 8 signs"
    if _degrees(latitude, 90) is None:
        yield "latitude must be degrees between -90 and 90, with a point"
    if _degrees(longitude, 180) is None:
        yield "longitude must be degrees between -180 and 180, with a point"
    if in_district not in _FLAGS:
        yield "in_district must be 1 or 0"


def _degrees(cell: str, limit: int) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if -limit <= value <= limit else None


def _place(cells: list[str]) -> Place:
    postcode, municipality, ags, latitude, longitude, in_district = cells
    return Place(postcode, municipality.strip(), ags, float(latitude), float(longitude), _FLAGS[in_district])


def _table_faults(rows: list[tuple[int, Place]]) -> Iterator[tuple[int, str]]:
    """What no row shows by itself: doubles, postcodes of unequal length, keys with two meanings."""
    seen: dict[tuple[str, str], int] = {}
    by_ags: dict[str, tuple[int, Place]] = {}
    for line, place in rows:
        twin = seen.setdefault((place.postcode, place.ags), line)
        if twin != line:
            yield line, f"repeats line {twin}; remove one"
        first_line, first = by_ags.setdefault(place.ags, (line, place))
        if (first.municipality, first.in_district) != (place.municipality, place.in_district):
            yield line, f"the key is another municipality's in line {first_line}; mend the key or the name"
        if len(place.postcode) != len(rows[0][1].postcode):
            yield line, f"the postcode must be as long as that of line {rows[0][0]}"


def write_csv(path: Path, places: Iterable[Place]) -> None:
    """Write a places CSV, whole or not at all: a broken run leaves the old table."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((*astuple(place)[:-1], int(place.in_district)) for place in places)
    fresh.replace(path)


def read_geonames(
    path: Path, country: str, in_district: Callable[[str], bool], known: Places | None = None
) -> tuple[Place, ...]:
    """Places from a GeoNames postal file (``DE.txt`` of download.geonames.org/export/zip).

    ``in_district`` judges the third-level admin code (in Germany the district's five digits). The file
    has no municipality keys: a municipality of ``known`` keeps its key, any other gets one made
    from its name, marked by a leading G. Raises ``PlacesError`` with every fault by line number.
    """
    old = known.all() if known else ()
    keys = {(place.municipality, place.ags[:5]): place.ags for place in old}
    found: dict[tuple[str, str], Place] = {}
    faults: list[str] = []
    for line, text in enumerate(_text(path).splitlines(), start=1):
        cells = [cell.strip() for cell in text.split("\t")]
        if not text.strip():
            continue
        wrong = _geonames_fault(cells, country)
        if wrong:
            faults.append(f"{path.name} line {line}: {wrong}")
            continue
        name, code = cells[_NAME], cells[_DISTRICT]
        key = keys.get((name, code)) or _made_key(country, code, name)
        place = Place(
            cells[_CODE], name, key, float(cells[_LATITUDE]), float(cells[_LONGITUDE]), in_district(code)
        )
        found.setdefault((place.postcode, key), place)  # the file repeats a pair for companies' own codes
    if not found and not faults:
        faults.append(f"{path.name}: has no place; is it a GeoNames postal file?")
    if faults:
        raise PlacesError(faults)
    return tuple(found.values())


def _geonames_fault(cells: list[str], country: str) -> str | None:
    if len(cells) != _GEONAMES_COLUMNS:
        return f"has {len(cells)} columns; a GeoNames postal file has {_GEONAMES_COLUMNS}, split by tabs"
    if cells[_COUNTRY] != country:
        return f"the country must be {country}; take that country's file"
    if not _POSTCODE.fullmatch(cells[_CODE]):
        return "the postcode must be 3 to 5 digits"
    if not cells[_NAME]:
        return "the place has no name"
    if _degrees(cells[_LATITUDE], 90) is None or _degrees(cells[_LONGITUDE], 180) is None:
        return "the coordinates must be degrees"
    return None


def _made_key(country: str, district: str, name: str) -> str:
    """The same eight signs for a municipality at every import; the letter tells it from an official key."""
    digest = hashlib.sha256("\0".join((country, district, name)).encode()).digest()
    return MADE_KEY_MARK + base64.b32encode(digest)[:7].decode()
