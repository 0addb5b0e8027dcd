"""axe-core, the rules of accessible pages, run in a real browser on every size and in both colour schemes.

A run takes a fifth of a second. So what shows the same on two sizes, in the same colours, is judged on one of
them, and the same head of all pages once. Whether a page is too wide is seen on each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from playwright.sync_api import Page

from . import npm

#: WCAG to level AA in all its versions, and what is good practice beyond it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: Which rules are applied in which colours: all in light, and in dark those that colours can break.
_SCHEMES: dict[Literal["dark", "light"], dict[str, Any]] = {
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "light": {"type": "tag", "values": RULES},
}

_WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

#: The desk's script changes its colours when the scheme has changed, which is told before the next frame.
_PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

_RUN = """async (only) => {
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"], preload: false });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    [`${rule.id} ${node.target.join(" ")}`, node.failureSummary.replace(/\\s+/g, " ")]));
}"""


#: Each part of the page (its head, its content, its foot) by what the rules judge it by: its markup, which of
#: its elements are shown, in what colours, and whose words are so large that they need less contrast.
_PARTS = """[...document.body.children].map((part) => part.outerHTML.replace(/ value="[^"]*"/g, "") +
  [part, ...part.querySelectorAll("*")].map((each) => {
    if (!each.checkVisibility({ visibilityProperty: true })) return "";
    const style = getComputedStyle(each), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    return `${style.color} ${style.backgroundColor} ${style.position} ${style.overflow} ${large}`;
  }).join())"""


@dataclass(frozen=True)
class View:
    """A screen: its width and height in CSS pixels, and how many real ones make up one of them."""

    name: str
    width: int
    height: int
    zoom: int = 1


#: The narrowest first: there the fields and buttons of a page that shows the same on all have the least room.
VIEWS = (
    View("phone", 390, 844),
    View("200 %", 640, 400, zoom=2),  # a screen of 1280 by 800, zoomed
    View("desktop", 1280, 800),
)


class Judge:
    """Judges page after page; on each screen only what has not shown just so before."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def faults(self, page: Page) -> list[str]:
        """What is wrong with the page as it stands, in light or dark or on any view, each fault once."""
        page.evaluate(npm.axe_source())
        session = page.context.new_cdp_session(page)
        faults: dict[str, str] = {}
        for view in VIEWS:
            size = {"width": view.width, "height": view.height}
            screen = {**size, "deviceScaleFactor": view.zoom, "mobile": False}
            session.send("Emulation.setDeviceMetricsOverride", screen)
            assert page.evaluate("[innerWidth, devicePixelRatio]") == [view.width, view.zoom]
            if page.evaluate(_WIDER_THAN_THE_SCREEN):
                faults[f"{view.name} scrolls sideways"] = "the page is wider than the screen"
            parts = set(page.evaluate(_PARTS))
            if not parts <= self._seen:
                self._seen |= parts
                for fault, told in _faults(page):
                    faults.setdefault(fault, f"{view.name}, {told}")
        session.detach()
        return [f"{fault} ({told})" for fault, told in faults.items()]


def _faults(page: Page) -> Iterator[tuple[str, str]]:
    """Each fault on the screen as it is, and how it is told."""
    for scheme, only in _SCHEMES.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(_PAINTED)
        for fault, told in page.evaluate(_RUN, only):
            yield fault, f"{scheme}: {told}"
