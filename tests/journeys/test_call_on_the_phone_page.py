"""Calling from the desk as anybody can try it: ``hotline up``, its desk, and its telephones in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.support.hotline import Hotline, until

pytestmark = [pytest.mark.browser, pytest.mark.long]

OWN = "0151 12345678"


def test_the_desk_rings_the_operator_and_then_the_caller(up: Hotline, chromium: Browser) -> None:
    up.run("phone", "--keys", "1 2 1 34466 1 1")
    desk = up.somebody("operator")
    desk.opens("/desk/me").presses("Speichern", number=OWN).sees("gespeichert")
    desk.opens("/desk/?need=medicine").presses("Nehmen")  # nobody else who calls here needs any
    case = desk.url
    page = chromium.new_page()
    page.goto(f"{up.base_url}/phone/")
    page.get_by_label("Rufnummer dieses Telefons").fill(OWN)
    page.get_by_role("button", name="Einschalten").click()
    desk.presses("Anrufen").sees("Der Anruf wird aufgebaut")
    second = page.locator("#helper")
    second.get_by_role("button", name="Annehmen").click()
    expect(second.get_by_role("log")).to_contain_text("Verbinden: die Eins.")
    second.get_by_role("button", name="1", exact=True).click()
    caller = page.locator("#caller")
    caller.get_by_role("button", name="Annehmen").click()
    until(lambda: "Verbunden" in desk.opens(case).text, "the desk to show the talk")
    caller.get_by_role("button", name="Auflegen").click()
    until(lambda: "Das passt wahrscheinlich" in desk.opens(case).text, "the desk to show its end")
    desk.presses("Anrufbeantworter").sees("Notiert")
    page.close()
