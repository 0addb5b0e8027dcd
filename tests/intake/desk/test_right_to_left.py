"""Arabic at the desk: what is typed and what is shown runs in the direction of its own letters."""

from __future__ import annotations

import re

from intake.models import Request
from tests.support.pages import Page

from .conftest import Desk

NOTE = "صوت خافت، من فضلكم ببطء"
DETAILS = "شراء خبز وحليب"
NAME = "فاطمة"


def test_arabic_words_are_typed_and_shown_from_the_right(desk: Desk) -> None:
    filing = desk.call_in(language="ar")
    page = desk.somebody().presses("Nächsten Rückruf nehmen").sees("Arabisch")
    page.presses("bittet um späteren Anruf", note=NOTE, again_at="2026-11-25T15:30")
    with desk.services.db.write() as db:
        request = db.get_one(Request, filing.request_id)
        request.name, request.details = NAME, DETAILS
    shown = page.presses("Nehmen").sees(NOTE, DETAILS, NAME)
    assert isinstance(shown, Page)
    html = shown.client.get(shown.path).text
    for words in (NOTE, DETAILS, NAME):
        around = re.findall(rf"<([^<>]+)>\s*{words}", html)
        assert around, words
        assert all('dir="auto"' in element for element in around)
    fields = re.findall(r"<textarea[^>]*>", html)
    assert fields
    assert all('dir="auto"' in field for field in fields)
