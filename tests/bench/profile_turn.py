"""``turn --profile``: where the time of a turn goes, in process, without a server around it."""

from __future__ import annotations

import cProfile
import io
import pstats
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from wsgiref.types import WSGIApplication, WSGIEnvironment

from tests.bench.client import Conversation, Turn
from tests.bench.report import show_table
from tests.bench.serving import make_home, make_turn_app
from tests.bench.webhooks import Webhooks

#: Calls held, plainly and again under the profiler.
CALLS = 60

#: By file, line and function: calls, primitive calls, own seconds, all seconds, callers.
Spent = dict[tuple[str, int, str], tuple[int, int, float, float, object]]

#: The stages of a turn, each by the function in which all of its time is spent: file (its end), function.
STAGES = (
    ("the whole turn", "flask/app.py", "wsgi_app"),
    ("signature", "voice/signature.py", "is_genuine"),
    ("the transaction, whole", "voice/calls.py", "_take"),
    ("prepared statements", "intake/prepared.py", "within"),
    ("statements through a session", "sqlalchemy/orm/session.py", "_execute_internal"),
    ("commit", "sqlalchemy/engine/base.py", "_commit_impl"),
    ("begin", "sqlalchemy/engine/base.py", "_begin_impl"),
    ("form", "werkzeug/formparser.py", "parse"),
    ("taking a connection", "sqlalchemy/pool/base.py", "connect"),
    ("state from JSON", "voice/state.py", "from_json"),
    ("state to JSON", "voice/state.py", "to_json"),
    ("encrypt", "intake/crypto.py", "encrypt"),
    ("decrypt", "intake/crypto.py", "decrypt"),
    ("the flow's move", "voice/flow.py", "advance"),
    ("filing", "voice/effects.py", "perform"),
    ("markup", "voice/twiml.py", "render"),
    ("caller ID", "intake/phone_numbers.py", "caller_id"),
)


def run(calls: int = CALLS) -> None:
    """Hold calls with the app in this process, plainly and under the profiler, and print."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        settings = make_home(Path(folder), "")
        app, webhooks = make_turn_app(settings), Webhooks(settings)
        hold(app, webhooks.calls(5))
        plain, profiled = webhooks.calls(calls), webhooks.calls(calls)
        began, began_cpu = time.perf_counter(), time.process_time()
        turns = hold(app, plain)
        wall, cpu = ((time.perf_counter() - began) / turns, (time.process_time() - began_cpu) / turns)
        profiler = cProfile.Profile()
        profiler.enable()
        hold(app, profiled)
        profiler.disable()
    print(f"one turn in process on SQLite: {wall * 1e6:,.0f} µs, {cpu * 1e6:,.0f} of them computing\n")
    _show_stages(profiler, turns)
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(18)
    print("\n".join(line for line in text.getvalue().splitlines() if line.strip()))


def hold(app: WSGIApplication, calls: Iterable[Conversation]) -> int:
    """Every turn of the calls, one after the other; how many. Raises for one that fails."""
    turns = 0
    for turn in (turn for call in calls for turn in call):
        status, body = ask(app, turn)
        if not status.startswith("200") or turn.holds not in body:
            raise RuntimeError(f"a turn failed: {status}")
        turns += 1
    return turns


def ask(app: WSGIApplication, turn: Turn) -> tuple[str, bytes]:
    """Put one turn to the app as a server does; status and body."""
    said: list[str] = []

    def start_response(status: str, _headers: object, _error: object = None) -> Callable[[bytes], object]:
        said.append(status)
        return said.append  # type: ignore[return-value]  # nobody uses the old way to write

    body = b"".join(app(_environ(turn.data), start_response))
    return said[0], body


def _environ(data: bytes) -> WSGIEnvironment:
    head, _, body = data.partition(b"\r\n\r\n")
    request, *lines = head.decode().split("\r\n")
    method, path, _ = request.split()
    fields = dict(line.split(": ", 1) for line in lines)
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "RAW_URI": path,
        "QUERY_STRING": "",
        "SERVER_NAME": fields["Host"],
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": fields["Content-Type"],
        "CONTENT_LENGTH": fields["Content-Length"],
        "HTTP_HOST": fields["Host"],
        "HTTP_X_TWILIO_SIGNATURE": fields["X-Twilio-Signature"],
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }


def _show_stages(profiler: cProfile.Profile, turns: int) -> None:
    """Each stage's share of a turn. Stages lie within one another, so the shares do not add up to one."""
    found: Spent = pstats.Stats(profiler).stats  # type: ignore[attr-defined]  # missing in the stubs
    whole = _spent(found, *STAGES[0][1:])
    rows = []
    for name, file, function in STAGES:
        calls, seconds = _spent(found, file, function)
        rows.append((name, calls / turns, seconds / turns * 1e6, 100 * seconds / whole[1]))
    show_table(("stage (under the profiler, slower)", "times a turn", "µs a turn", "% of the turn"), rows)


def _spent(found: Spent, file: str, function: str) -> tuple[int, float]:
    """Calls of a function, and seconds in it with all that it calls."""
    entries = [value for key, value in found.items() if key[0].endswith(file) and key[2] == function]
    return sum(entry[0] for entry in entries), sum(entry[3] for entry in entries)
