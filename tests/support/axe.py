"""axe-core, the rules of accessible pages, run in a real browser on every size and in both colour schemes."""

from __future__ import annotations

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


@dataclass(frozen=True)
class View:
    """A screen: its width and height in CSS pixels, and how many real ones make up one of them."""

    name: str
    width: int
    height: int
    zoom: int = 1


VIEWS = (
    View("desktop", 1280, 800),
    View("200 %", 640, 400, zoom=2),  # a screen of 1280 by 800, zoomed
    View("phone", 390, 844),
)


def judge(page: Page) -> list[str]:
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
        for scheme, only in _SCHEMES.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(_PAINTED)
            for fault, told in page.evaluate(_RUN, only):
                faults.setdefault(fault, f"{view.name}, {scheme}: {told}")
    session.detach()
    return [f"{fault} ({told})" for fault, told in faults.items()]
