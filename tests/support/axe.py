"""axe-core, the rules of accessible pages, run in a real browser on every size and in both colour schemes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

from .needs import missing

#: The published package; the rules change with it, so it is raised on purpose.
PACKAGE = "axe-core@4.14.1"

#: Where it is kept between runs: beside the other caches, outside the project.
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "buergertelefon-tests" / PACKAGE

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


@cache
def source() -> str:
    """The library's text, fetched once with npm. Without npm or a network: fails in CI, skips elsewhere."""
    kept = CACHE / "axe.min.js"
    if not kept.exists():
        try:
            _fetch(kept)
        except (OSError, subprocess.SubprocessError) as error:
            missing(f"{PACKAGE} cannot be fetched with npm: {error}")
    return kept.read_text(encoding="utf-8")


def _fetch(kept: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("there is no npm")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        subprocess.run(
            [npm, "pack", PACKAGE, "--silent", "--pack-destination", folder],
            check=True,
            timeout=60,
            capture_output=True,
            cwd=folder,
        )
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            packed = package.extractfile("package/axe.min.js")
            assert packed is not None
            part = Path(folder) / "part"
            part.write_bytes(packed.read())
        part.replace(kept)  # at once, because two test processes may fetch side by side


def judge(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in light or dark or on any view, each fault once."""
    page.evaluate(source())
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
