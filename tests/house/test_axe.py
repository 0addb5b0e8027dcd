"""The judge of accessible pages finds what is wrong on one screen or in one colour scheme only, and once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import Judge

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="de"><head><title>Seite</title><style>
  :root {{ color-scheme: light dark; }}
  @media (min-width: 1000px) {{ .narrow {{ display: none; }} }}
  @media (max-width: 1000px) {{ .wide {{ display: none; }} }}
  @media (prefers-color-scheme: light) {{ .pale {{ color: #ccc; background: #fff; }} }}
  @media (prefers-color-scheme: dark) {{ .murky {{ color: #333; background: #000; }} }}
</style></head><body><header><p class="{head}">Kopf</p></header><main><h1>Seite</h1>{content}</main></body>
</html>"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def _faults(judge: Judge, page: Page, content: str, head: str = "") -> list[str]:
    page.set_content(PAGE.format(content=content, head=head))
    return [fault.partition(": ")[0] for fault in judge.faults(page)]


def test_each_fault_is_found_where_alone_it_is_to_be_seen(page: Page) -> None:
    judge = Judge()
    assert _faults(judge, page, "<p>Gut zu lesen.</p>") == []
    for content, fault in (
        ('<p class="pale narrow">Blass</p>', "color-contrast .pale (phone, light"),
        ('<p class="pale wide">Blass</p>', "color-contrast .pale (desktop, light"),
        ('<p class="murky">Trüb</p>', "color-contrast .murky (phone, dark"),
        ('<input value="ohne Namen">', "label input (phone, light"),
    ):
        assert _faults(judge, page, content)[:1] == [fault]
    assert _faults(judge, page, '<p style="width: 600px">Breit</p>') == [
        "phone scrolls sideways (the page is wider than the screen)"
    ]


def test_the_head_of_all_pages_is_judged_on_the_wide_screen_once(page: Page) -> None:
    judge = Judge()
    assert _faults(judge, page, "<p>Eine</p>", head="pale wide") == ["color-contrast .pale (desktop, light"]
    assert _faults(judge, page, "<p>Andere</p>", head="pale wide") == []
    assert _faults(judge, page, "<p>Dritte</p>", head="pale") == ["color-contrast .pale (phone, light"]
