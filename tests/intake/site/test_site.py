"""The public pages: calm, whole in both languages, without cookies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, abort

from intake.profile import Profile
from intake.profile_parts import SitePages
from intake.services import Services
from intake.site.app import make_site_app
from intake.site.pages import opening_hours
from tests.conftest import MovableClock
from tests.support.pages import Page, check_page

PATHS = ("/", "/tipps", "/datenschutz", "/en/", "/en/tipps", "/en/datenschutz")


@pytest.fixture
def site(services: Services) -> Flask:
    return make_site_app(services)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_sound_and_leaves_nothing_behind(site: Flask, path: str) -> None:
    response = site.test_client().get(path)
    assert response.status_code == 200
    check_page(response)
    assert "Set-Cookie" not in response.headers
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "<script" not in response.text
    assert ('lang="en"' in response.text.split("<head>")[0]) == path.startswith("/en/")


def test_the_first_page_says_what_one_has_to_know(site: Flask, clock: MovableClock) -> None:
    page = Page(site).opens("/")
    page.sees(
        "0561 1003 1177", "112", "Jetzt geöffnet", "Einkaufen", "Fahrt oder Begleitung", "nie nach Geld"
    )
    page.sees("Montag bis Donnerstag 08:00 bis 17:00 Uhr", "Samstag und Sonntag geschlossen")
    page.sees("Unfallkasse Hessen")
    clock.moves(hours=9)
    page.opens("/").sees("Jetzt geschlossen", "Wir öffnen wieder: Mi. 25.11., 08:00 Uhr")
    page.follows("English").sees("One call is enough", "Monday to Thursday", "Closed now")
    page.follows("Privacy").sees(
        "What we store", "7 days", "90 days", "3 years", "1 year", "Gabriele Lengemann"
    )
    page.follows("Deutsch").sees("Was wir speichern")


def test_the_tips_are_the_profiles(site: Flask, profile: Profile) -> None:
    german, english = Page(site).opens("/tipps"), Page(site).opens("/en/tipps")
    for tip in profile.tips:
        german.sees(tip.title["de"], tip.text["de"])
        english.sees(tip.title["en"], tip.text["en"])


@pytest.mark.parametrize("path", ["/nothing", "/en/nothing", "/desk/", "/enx"])
def test_what_is_not_there_still_gives_the_number(site: Flask, path: str) -> None:
    page = Page(site).opens(path).sees("0561 1003 1177")
    assert page.status == 404


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "etwas Unvollständiges"),
        (404, "Diese Seite gibt es nicht"),
        (413, "zu viel Text"),
        (429, "Am Telefon nehmen wir alles auf"),
        (500, "Da ist uns ein Fehler passiert"),
        (418, "Da ist uns ein Fehler passiert"),
    ],
)
def test_each_error_has_calm_words_of_its_own_and_the_number(site: Flask, code: int, words: str) -> None:
    site.add_url_rule("/goes-wrong", view_func=lambda: abort(code))
    response = site.test_client().get("/goes-wrong")
    check_page(response)
    assert response.status_code == code
    assert words in response.text
    assert "0561 1003 1177" in response.text


def test_a_failure_of_ours_is_told_and_tells_nothing_of_itself(site: Flask) -> None:
    def fails() -> str:
        raise RuntimeError("05692 555 1234")

    site.add_url_rule("/goes-wrong", view_func=fails)
    response = site.test_client().get("/goes-wrong")
    assert response.status_code == 500
    assert "Da ist uns ein Fehler passiert" in response.text
    assert "555 1234" not in response.text


def test_the_footer_leads_to_what_the_law_asks_for_once_the_district_names_it(services: Services) -> None:
    unnamed = Page(make_site_app(services)).opens("/").sees_nothing_of("Impressum")
    unnamed.sees_nothing_of("Erklärung zur Barrierefreiheit")
    named = SitePages(imprint_url="https://www.example.org/impressum")
    profile = services.profile.model_copy(update={"site": named})
    page = Page(make_site_app(replace(services, profile=profile))).opens("/").sees("Impressum")
    assert 'href="https://www.example.org/impressum"' in page.client.get("/").text
    page.sees_nothing_of("Erklärung zur Barrierefreiheit")
    page.opens("/en/").sees("Imprint")


def test_who_sees_what_is_said_truthfully(site: Flask) -> None:
    page = Page(site).opens("/datenschutz")
    page.sees("Unser Telefonanbieter", "den Text der Nachrichten", "Eine Gruppe oder ein Rathaus")
    page.sees("Unfallkasse Hessen", "An niemanden sonst geben wir etwas weiter")


def test_neighbouring_days_with_the_same_hours_stand_together(site: Flask, profile: Profile) -> None:
    span = profile.hours["monday"][0]
    hours = {"monday": (span, span), "wednesday": (span,), "thursday": (span,)}
    with site.test_request_context("/"):
        lines = opening_hours(profile.model_copy(update={"hours": hours}))
    assert lines == [
        ("Montag", "08:00 bis 17:00 Uhr, 08:00 bis 17:00 Uhr"),
        ("Dienstag", "geschlossen"),
        ("Mittwoch und Donnerstag", "08:00 bis 17:00 Uhr"),
        ("Freitag bis Sonntag", "geschlossen"),
    ]


def test_what_is_said_on_recording_is_true_of_the_profile(services: Services) -> None:
    usual = Page(make_site_app(services)).opens("/datenschutz").sees("Anrufe werden nicht aufgenommen.")
    usual.sees_nothing_of("Antworten Sie mit der Stimme")
    given = services.profile
    profile = given.model_copy(
        update={
            "voice_message": given.voice_message.model_copy(update={"enabled": True}),
            "speech": given.speech.model_copy(update={"enabled": True}),
        }
    )
    page = Page(make_site_app(replace(services, profile=profile)))
    page.opens("/datenschutz").sees(
        "nur eine Nachricht, wenn Sie vorher zustimmen", "nach 30 Tagen", "Antworten Sie mit der Stimme"
    )
    page.opens("/en/datenschutz").sees("only a message if you agree", "after 30 days", "answer by voice")
