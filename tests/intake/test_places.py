"""Places: postcodes as text, shared postcodes, distances, and faults that name their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.places import COLUMNS, Place, Places, PlacesError, read_csv, read_geonames, write_csv
from intake.profile import Profile

HEADER = ",".join(COLUMNS)
DEGREES = st.floats(-90, 90, allow_nan=False)
SPOT = st.builds(lambda lat, lon: Place("34466", "X", "1", lat, lon, True), DEGREES, DEGREES)


def _faults(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlacesError) as caught:
        Places.load(path)
    return caught.value.faults


def test_a_postcode_gives_its_place(profile: Profile) -> None:
    (wolfhagen,) = profile.places.lookup("34466")
    assert (wolfhagen.municipality, wolfhagen.in_district) == ("Wolfhagen", True)
    assert profile.places.municipality(wolfhagen.ags) == wolfhagen
    assert profile.places.lookup("99999") == ()
    assert profile.places.municipality("99999999") is None


def test_a_shared_postcode_gives_every_place_that_shares_it(profile: Profile) -> None:
    shared = profile.places.lookup("37194")
    assert {(place.municipality, place.in_district) for place in shared} == {
        ("Wesertal", True),
        ("Bodenfelde", False),
    }


def test_the_city_is_known_and_outside_the_district(profile: Profile) -> None:
    (kassel,) = profile.places.lookup("34117")
    assert (kassel.municipality, kassel.in_district) == ("Kassel", False)
    own = profile.places.municipalities()
    assert len(own) == len({place.ags for place in own}) == 28
    assert all(place.in_district for place in own)


def test_neighbouring_towns_are_about_as_far_apart_as_on_the_map(profile: Profile) -> None:
    (wolfhagen,), (zierenberg,) = profile.places.lookup("34466"), profile.places.lookup("34289")
    assert 9 < Places.distance_km(wolfhagen, zierenberg) < 11


@given(SPOT, SPOT)
def test_distance_is_symmetric_and_at_most_half_the_globe(a: Place, b: Place) -> None:
    assert Places.distance_km(a, a) == 0
    assert Places.distance_km(a, b) == pytest.approx(Places.distance_km(b, a), abs=1e-6)
    assert 0 <= Places.distance_km(a, b) <= 20_016


def test_every_fault_is_named_with_its_line(tmp_path: Path) -> None:
    faults = _faults(
        tmp_path / "places.csv",
        f"{HEADER}\n"
        "34466,Wolfhagen,06633028,51.33,9.17,1\n"
        "3446x,,06633028000,north,999,yes\n"
        "34466,Wolfhagen,06633028,51.33,9.17,1\n"
        "34467,Elsewhere,06633028,51.33,9.17,1\n"
        "3446,Short,06633029,51.33,9.17,1\n"
        "34466,too,few\n",
    )
    lines = [fault.split(":")[0] for fault in faults]
    assert lines == [
        *["places.csv line 3"] * 6,
        "places.csv line 7",
        "places.csv line 4",
        "places.csv line 5",
        "places.csv line 6",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "header"), ("postcode;municipality\n", "header"), (f"{HEADER}\n", "no place")],
)
def test_an_empty_or_foreign_table_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (fault,) = _faults(tmp_path / "places.csv", text)
    assert told in fault


def test_a_table_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlacesError, match="cannot be read"):
        Places.load(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("Söhrewald".encode("latin-1"))
    with pytest.raises(PlacesError, match="UTF-8"):
        Places.load(tmp_path / "latin.csv")


def test_a_table_is_written_as_it_is_read(profile: Profile, tmp_path: Path) -> None:
    write_csv(tmp_path / "places.csv", profile.places.all())
    assert read_csv(tmp_path / "places.csv") == profile.places.all()
    assert [file.name for file in tmp_path.iterdir()] == ["places.csv"]


def _geonames(code: str, name: str, district: str, *, country: str = "DE", latitude: str = "51.3") -> str:
    return "\t".join([country, code, name, "Hessen", "HE", "", "064", "", district, latitude, "9.2", "4"])


def test_a_geonames_file_becomes_places_and_known_keys_are_kept(profile: Profile, tmp_path: Path) -> None:
    file = tmp_path / "DE.txt"
    rows = [
        _geonames("34466", "Wolfhagen", "06633"),
        _geonames("34466", "Wolfhagen", "06633", latitude="51.4"),
        _geonames("01067", "Dresden", "14612"),
    ]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    first = read_geonames(file, "DE", lambda code: code == "06633", profile.places)
    wolfhagen, dresden = first
    assert (wolfhagen.ags, wolfhagen.latitude, wolfhagen.in_district) == ("06633028", 51.3, True)
    assert (dresden.postcode, dresden.in_district, len(dresden.ags)) == ("01067", False, 8)
    assert dresden.ags.startswith("G")
    assert read_geonames(file, "DE", lambda code: code == "06633", Places(first)) == first


def test_a_file_that_is_not_geonames_is_refused_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "DE.txt"
    rows = [
        "postcode,municipality",
        _geonames("1010", "Wien", "900", country="AT"),
        _geonames("34466", "Wolfhagen", "06633", latitude="north"),
        _geonames("34466", "", "06633"),
        _geonames("D-34466", "Wolfhagen", "06633"),
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(PlacesError) as caught:
        read_geonames(file, "DE", lambda _code: True)
    assert [fault.split(":")[0] for fault in caught.value.faults] == [f"DE.txt line {n}" for n in range(1, 6)]
    file.write_text("", encoding="utf-8")
    with pytest.raises(PlacesError, match="no place"):
        read_geonames(file, "DE", lambda _code: True)
