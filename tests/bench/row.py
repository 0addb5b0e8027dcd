"""``row``: from a caller's last key to the row on an operator's open queue page, on a whole ``hotline up``.

The page is open in a real browser, and others keep theirs fresh at the same time. A caller goes through the
whole menu; the clock runs from the moment the last key is sent until the row stands in the page.
"""

from __future__ import annotations

import argparse
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from playwright.sync_api import Browser, Page, sync_playwright

from intake.settings import load_settings
from tests.bench.client import Connection, Conversation
from tests.bench.report import Goal, percentile, show_goals, show_table
from tests.bench.webhooks import Webhooks
from tests.support.hotline import Hotline, until

#: The pace of ``desk.js``; the simulated pages ask as often as a real one.
PACE = 0.6

#: Its callers are others than those of ``calls``, whose hotline may be the same.
_FIRST_CALL = 10_000

#: Milliseconds since 1970 at which each row first stood in the page; the machine's clock is the callers' too.
WATCH = """() => {
  window.rowsSeen = {};
  const look = () => document.querySelectorAll("[id^=callback-]").forEach((row) => {
    window.rowsSeen[row.id] ??= Date.now();
  });
  look();
  const lists = document.querySelector("[data-live]");
  new MutationObserver(look).observe(lists, { childList: true, subtree: true });
}"""


@dataclass
class Findings:
    """Seconds from the last key to the row, and of that key's own answer; refreshes of the other pages."""

    operators: int
    rows: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    refreshes: list[float] = field(default_factory=list)
    unchanged: int = 0


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many callers, one after the other, and how many pages are open."""
    parser.add_argument("--calls", type=int, default=40, help="at most 50 (default: %(default)s)")
    parser.add_argument("--operators", type=int, default=8, help="open pages (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the pauses (default: %(default)s)")


def run(args: argparse.Namespace) -> None:
    """Measure and print."""
    with sync_playwright() as playwright, Hotline() as hotline:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        show(measure(hotline, browser, args.calls, args.operators, args.seed))
        browser.close()


def measure(hotline: Hotline, browser: Browser, calls: int, operators: int, seed: int) -> Findings:
    """Let callers come one after the other while all pages are open; no more than a page has rows."""
    found, dice = Findings(operators), random.Random(seed)
    settings = load_settings({}, hotline.home).model_copy(update={"public_base_url": hotline.base_url})
    conversations = Webhooks(settings, start=_FIRST_CALL).calls(calls)
    sessions = [hotline.somebody("operator")._session for _ in range(operators)]
    with _open_page(hotline, browser, sessions[0]) as page, _others(hotline, sessions[1:], found):
        for conversation in conversations:
            time.sleep(dice.uniform(0, PACE))
            found.rows.append(_until_the_row(hotline.port, conversation, page, found))
    return found


@contextmanager
def _open_page(hotline: Hotline, browser: Browser, session: requests.Session) -> Iterator[Page]:
    context = browser.new_context()
    context.add_cookies([{"name": "desk", "value": session.cookies["desk"], "url": hotline.base_url}])
    page = context.new_page()
    page.goto(f"{hotline.base_url}/desk/")
    page.evaluate(WATCH)
    yield page
    context.close()


@contextmanager
def _others(hotline: Hotline, sessions: list[requests.Session], found: Findings) -> Iterator[None]:
    """The pages of the other operators, each in a thread, as long as the body runs."""
    over = threading.Event()
    threads = [threading.Thread(target=_keep_fresh, args=(hotline, each, found, over)) for each in sessions]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _keep_fresh(hotline: Hotline, session: requests.Session, found: Findings, over: threading.Event) -> None:
    etag = ""
    while not over.wait(PACE):
        began = time.perf_counter()
        answer = session.get(
            f"{hotline.base_url}/desk/queue-parts", headers={"If-None-Match": etag}, timeout=20
        )
        found.refreshes.append(time.perf_counter() - began)
        found.unchanged += answer.status_code == 304
        etag = answer.headers["ETag"]


def _until_the_row(port: int, conversation: Conversation, page: Page, found: Findings) -> float:
    """Hold a call to its last key; seconds from then until the page shows one row more."""
    before = set(page.evaluate("Object.keys(window.rowsSeen)"))
    connection = Connection(port)
    for turn in conversation:
        sent = time.time()
        status, body = connection.ask(turn.data)
        if status != 200 or turn.holds not in body:
            raise RuntimeError("a call failed")
    found.answers.append(time.time() - sent)
    connection.close()

    def seen() -> list[float]:
        rows: dict[str, float] = page.evaluate("window.rowsSeen")
        return [at for row, at in rows.items() if row not in before]

    return until(seen, "the row on the page")[0] / 1000 - sent


def show(found: Findings) -> None:
    """The times, and the goal."""
    rows = [
        (name, len(times), *(1000 * percentile(times, share) for share in (0.5, 0.95, 1)))
        for name, times in (
            ("last key to the row on the page", found.rows),
            ("of that, the key's own answer", found.answers),
            ("a refresh of another page", found.refreshes),
        )
    ]
    show_table((f"{found.operators} open pages", "count", "p50 ms", "p95 ms", "longest ms"), rows)
    print(f"{found.unchanged} of {len(found.refreshes)} refreshes found nothing new\n")
    show_goals(goals(found))


def goals(found: Findings) -> list[Goal]:
    """A callback stands on the open page within a second."""
    return [Goal("p95 from the last key to the row", 1000, 1000 * percentile(found.rows, 0.95), unit=" ms")]
