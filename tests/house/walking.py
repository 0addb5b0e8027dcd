"""How one gets about in a real browser: press a button, log in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from .street import Street

Act = Callable[[Page], Any]


def presses(words: str, which: int = 0, **fields: str) -> Act:
    """Fill in fields by their labels, then press one of the buttons with these words.

    The browser checks nothing itself, so that the house has to.
    """

    def act(page: Page) -> None:
        page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
        for label, value in fields.items():
            page.get_by_label(label.replace("_", " "), exact=True).fill(value)
        page.get_by_role("button", name=words, exact=True).nth(which).click()
        page.wait_for_load_state("load")

    return act


def log_in(page: Page, street: Street, who: str) -> None:
    """Give the password of the account with that role."""
    person = street.people[who]
    page.goto(f"{street.url}/desk/login")
    presses("Anmelden", Anmeldename=person.login, Passwort=person.password)(page)
