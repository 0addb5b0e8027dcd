"""The district's profile: what Landkreis Kassel says, and that each fault is named, all at once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from intake.profile import (
    AttemptOutcome,
    Profile,
    ProfileError,
    check_profile,
    import_places,
    load_profile,
)
from intake.settings import PROFILES

KASSEL = PROFILES / "landkreis-kassel"

Edit = Callable[[str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the district's folder, to break."""
    return Path(shutil.copytree(KASSEL, tmp_path / "district"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    def replace(pattern: str, by: str) -> None:
        file = folder / "profile.toml"
        text, hits = re.subn(pattern, by, file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert hits == 1, f"nothing in the profile looks like {pattern}"
        file.write_text(text, encoding="utf-8")

    return replace


@pytest.mark.parametrize("district", sorted(path for path in PROFILES.iterdir() if path.is_dir()))
def test_every_profile_that_comes_along_is_sound(district: Path) -> None:
    assert check_profile(district) == []
    assert load_profile(district).id == district.name


def test_the_district_is_described_as_its_press_text_says(profile: Profile) -> None:
    assert profile.hotline_number == "+4956110031177"
    assert profile.insurer == "Unfallkasse Hessen"
    assert (profile.country, profile.state, profile.tz.key) == ("DE", "HE", "Europe/Berlin")
    assert profile.languages[0] == "de"


def test_categories_are_found_by_id_and_by_key(profile: Profile) -> None:
    assert profile.category("driving").needs_car
    assert profile.category_by_key("1") == profile.category("shopping")
    assert profile.category_by_key("9") is None
    with pytest.raises(KeyError):
        profile.category("unknown")


def test_every_outcome_has_a_rule_that_closes_or_tries_again(profile: Profile) -> None:
    assert set(profile.retry) == set(AttemptOutcome)
    for rule in profile.retry.values():
        assert rule.closes is (rule.max_tries is None)


def test_a_profile_cannot_be_changed(profile: Profile) -> None:
    with pytest.raises(ValidationError):
        profile.name = "another"


@pytest.mark.parametrize(
    ("pattern", "by", "fault"),
    [
        (r"^insurer = .*\n", "", "insurer: is missing"),
        (r"^insurer", "insurrer", "insurrer: is not known here"),
        (r"^country = .*", 'country = "XX"', "country: is no country"),
        (r'"HE"', '"XX"', "state: is no state of DE"),
        (r"Europe/Berlin", "Europe/Kassel", "timezone: is no time zone"),
        (r"\+4956110031177", "0561-1003 1177", "hotline_number: is no fixed or mobile number"),
        (r"\+4956110031177", "+499001234567", "hotline_number: is no fixed or mobile number"),
        (r'"en", "tr", ', '"en", "en", ', "languages: names a language twice"),
        (r'"pl", "ar"', '"pl", "ar", "fr"', "voices: fr is missing"),
        (r'"pl", "ar"', '"pl", "ar", "fr"', "categories: shopping.label: fr is missing; add it"),
        (r'"pl", "ar"', '"pl"', "voices: ar is no language of this profile"),
        (r'"pl", "ar"', '"pl"', "categories: driving.label: ar is no language of this profile"),
        (r'"pl", "ar"', '"pl", "ar", "fr", "es", "it"', "languages: names 10 languages, and there are keys"),
        (r'\["de", ', '["german", ', r"languages[1]: is not written as it must be"),
        (r'"tr-TR"', '"de-DE"', "voices: tr speaks de-DE; give it a voice and a locale"),
        (r'^key = "3"', 'key = "5"', "categories: the keys must run"),
        (r'^id = "medicine"', 'id = "shopping"', "categories: two categories have one id"),
        (r'^label.en = "Shopping"', "", "categories: shopping.label: en is missing"),
        (r'^label.uk = "Покупки"', "", "categories: shopping.label: uk is missing"),
        (r'"Shopping"', '" "', "categories[1].label: is empty in en"),
        (r"^needs_car = true", "", "categories[3].needs_car: is missing"),
        (r'vetting = \["id_card"\]', 'vetting = ["passport"]', "vetting passport is not described"),
        (r', en = "Driving licence seen"', "", "vetting: driving_licence: en is missing"),
        (r"^call_window = .*", 'call_window = "20:00-08:00"', "call_window: begins at 20:00"),
        (r"^call_window = .*", 'call_window = "nine to five"', "call_window: must be written like"),
        (r"^call_window = .*", 'call_window = "09:00-20:00"', "hours: monday: lies outside call_window"),
        (r"^monday = .*", 'monday = ["17:00-08:00"]', "hours.monday[1]: begins at 17:00"),
        (r"^monday = .*", 'monday = ["08:00-12:00", "11:00-17:00"]', "hours: monday: the spans overlap"),
        (r"^monday = .*", 'monday = ["08:10-08:50"]', "hours: monday: a span is shorter than an hour"),
        (r"^monday", "mondays", "hours: mondays is no weekday"),
        (r"^closures = .*", 'closures = ["Easter"]', "closures[1]:"),
        (r"^05692 ", "5692 ", "area_codes: 5692: write the area code with its leading zero"),
        (r"^distance = 40", "distance = 41", "matching: the points add up to 101"),
        (r"^unserved = 200", "unserved = 145", "matching: unserved is 145; it must be more than 100"),
        (r"^waiting_step = 10", "waiting_step = 90", "matching: leaving somebody without a helper may cost"),
        (r', en = "is a woman"', "", "traits: woman.said: en is missing"),
        (r"^\[traits.man\]", "[traits.driving]", "traits: driving: another entry has this id"),
        (r"^animals = ", "dog = ", "interests: dog: another entry has this id"),
        (r"^window_minutes = 60", "window_minutes = 45", "promise.window_minutes:"),
        (r"^helper_days = 90", "helper_days = -1", "retention.helper_days:"),
        (r"^delay_minutes = 15", "delay = 15", "retry.busy.delay: is not known here"),
        (r"^\[retry.busy\]", "[retry.engaged]", "retry.engaged: is not known"),
        (r'^key = "m"', 'key = "1"', "retry: abuse has the key 1 of reached_complete"),
        (r"^over_days = 2", "over_days = 0", "retry.busy.over_days: "),
        (r"^delay_minutes = 60\n", "", "retry.call_again: does not close the callback"),
        (
            r"^closes = true\n",
            "closes = true\nmax_tries = 3\n",
            "retry.reached_complete: closes the callback",
        ),
        (r'^request_status = "open"', 'request_status = "done"', "a new request may not become done"),
        (r', en = "Busy"', "", "retry: busy.label: en is missing; the pages need it"),
        (r'en = "Busy"', 'en = "Busy", tr = "Meşgul"', "retry: busy.label: tr is no language of the pages"),
        (r', en = "Wash your hands"', "", "tips: tip 2 title: en is missing"),
        (
            r"^# \[site\]\n# (imprint_url) = .*",
            r'[site]\n\1 = "http://a.example"',
            "site.imprint_url: must",
        ),
        (
            r"^# \[site\]\n# (imprint_url) = .*",
            r'[site]\n\1 = "https://["',
            "site.imprint_url: must",
        ),
        (r"^id = .*", "id =", "profile.toml: is not valid TOML"),
        (r'"06633"', '"06634"', "places.csv: Ahnatal 34292 is marked as the district's"),
    ],
)
def test_a_fault_is_named_with_its_field(folder: Path, edit: Edit, pattern: str, by: str, fault: str) -> None:
    edit(pattern, by)
    faults = check_profile(folder)
    assert any(fault in line for line in faults), faults
    assert all("\n" not in line for line in faults)


def test_an_outcome_without_a_rule_is_named(folder: Path, edit: Edit) -> None:
    edit(r"^\[retry\.abuse\]\n(.*\n){4}", "")
    assert check_profile(folder) == ["retry: abuse has no rule; add [retry.abuse]"]


def test_all_faults_are_named_at_once(folder: Path, edit: Edit) -> None:
    edit(r"Europe/Berlin", "Europe/Kassel")
    edit(r'^key = "3"', 'key = "5"')
    edit(r"^distance = 40", "distance = 41")
    edit(r"^monday = .*", 'monday = ["17:00-08:00"]')
    (folder / "places.csv").unlink()
    with pytest.raises(ProfileError) as caught:
        load_profile(folder)
    fields = {fault.split(":")[0] for fault in caught.value.faults}
    assert fields == {"timezone", "categories", "matching", "hours.monday[1]", "places.csv"}


def test_a_folder_without_a_profile_names_both_files(tmp_path: Path) -> None:
    assert [fault.split(":")[0] for fault in check_profile(tmp_path)] == ["profile.toml", "places.csv"]


def test_a_profile_that_is_no_utf8_is_refused(folder: Path) -> None:
    (folder / "profile.toml").write_bytes("name = 'Söhre'".encode("latin-1"))
    assert check_profile(folder) == ["profile.toml: is not UTF-8; save it as UTF-8"]


def test_a_district_needs_a_place_of_its_own(folder: Path) -> None:
    table = folder / "places.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",1\n", ",0\n"), encoding="utf-8")
    assert check_profile(folder) == [
        "places.csv: no place lies in the district; mark them with in_district 1"
    ]


def test_places_are_imported_and_the_district_stays_sound(folder: Path, tmp_path: Path) -> None:
    rows = [("34466", "Wolfhagen", "06633"), ("34466", "Ippinghausen", "06633"), ("34117", "Kassel", "06611")]
    file = tmp_path / "DE.txt"
    file.write_text(
        "".join(
            f"DE\t{code}\t{name}\tHessen\tHE\t\t064\t\t{district}\t51.3\t9.2\t4\n"
            for code, name, district in rows
        ),
        encoding="utf-8",
    )
    assert import_places(folder, file) == 3
    places = load_profile(folder).places
    wolfhagen, ippinghausen = places.lookup("34466")
    assert wolfhagen.ags == "06633028"
    assert ippinghausen.in_district
    assert places.municipality("06611000") == places.lookup("34117")[0]


def test_an_import_needs_to_know_the_district(folder: Path, edit: Edit, tmp_path: Path) -> None:
    edit(r"^district_code = .*\n", "")
    with pytest.raises(ProfileError, match="district_code"):
        import_places(folder, tmp_path / "DE.txt")
