"""The telephone in a terminal: a scripted call that prints its transcript, or one by hand."""

import re
import textwrap
import threading
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import TextIO

from voice.phone.call import PhoneCall
from voice.phone.carrier import Carrier, as_dialled
from voice.phone.clock import RealClock
from voice.phone.driver import Call, Speaker, Telephone, transcript_of
from voice.phone.engine import Exchange
from voice.phone.listening import SURE
from voice.phone.lodging import lodge
from voice.phone.network import dial_in

WIDTH = 100
WITHHELD = frozenset({"", "anonymous", "restricted", "unknown", "unavailable", "private", "blocked"})
_HELP = (
    "Keys 0-9 * # then Enter; = and words says them, where words are taken; # ends a recorded message; "
    "h and Enter hangs up."
)


def run_terminal(carrier: Carrier, from_number: str, keys: str | None, out: TextIO, inp: TextIO) -> int:
    """Call the hotline; gives the exit status: 0 well, 1 the call failed, 2 bad input.

    ``keys``: groups parted by blanks, each pressed when the hotline waits for keys; ``-`` says nothing
    until it gives up waiting; ``h`` hangs up; ``=yes_please`` says "yes please", as an answer or on tape.
    None reads them from ``inp``, line by line, in real time. Every fault in the input is told in one line.
    """
    number = as_dialled(from_number, carrier.country)
    if number not in WITHHELD and not re.fullmatch(r"\+\d{3,15}|sip:\S+|client:\S+", number):
        return _refuse(out, f"{from_number!r} is no telephone number; write 05692 555 1234 or anonymous.")
    groups = keys.split() if keys is not None else []
    for group in groups:
        if not re.fullmatch(r"[0-9*#]+|-|h|=.+", group):
            return _refuse(
                out, f"{group!r} is no key group; use 0-9 * #, - for silence, =words, h to hang up."
            )
    if keys is None:
        return _by_hand(carrier, number, out, inp)
    return _scripted(carrier, number, groups, out)


def _refuse(out: TextIO, message: str) -> int:
    print(message, file=out)
    return 2


def _scripted(carrier: Carrier, number: str, groups: list[str], out: TextIO) -> int:
    call = Telephone(carrier, strict=False, lodge=partial(lodge, carrier)).dial(number)
    unused = ""
    for group in groups:
        call.listens()
        if call.ended:
            unused = f"The call was over before {group!r} could be pressed."
        elif group.startswith("=") and not (call.call.recognising or call.call.recording):
            unused = f"Only keys are taken where {group!r} was to be said."
        if unused:
            break
        _do(call, group)
    call.listens()
    if not call.ended:
        call.hangs_up()
    for line in transcript_of(call.call):
        _print_line(line, out)
    if unused:
        print(unused, file=out)
    return 1 if _print_result(call.call, out) or unused else 0


def _do(call: Call, group: str) -> None:
    if group == "-":
        call.stays_silent()
    elif group == "h":
        call.hangs_up()
    elif group.startswith("="):
        words = group[1:].replace("_", " ")
        call.leaves_a_message(words) if call.call.recording else call.says(words)
    else:
        call.enters(group)


def _print_line(line: tuple[Speaker, str, float], out: TextIO) -> None:
    speaker, text, at = line
    print(
        textwrap.fill(text, WIDTH, initial_indent=f"{at:6.1f} s  {speaker:8} ", subsequent_indent=" " * 19),
        file=out,
        flush=True,
    )


def _print_result(call: PhoneCall, out: TextIO) -> bool:
    """Tell what went wrong and how the call ended; gives whether anything did."""
    for failure in call.failures:
        print(f"Failed: {failure.code} {failure.detail} at {failure.url}", file=out)
    for fault in call.faults:
        print(f"Faulty TwiML: {fault}", file=out)
    keys = sum(entry.kind == "keys" for entry in call.log)
    print(f"Call {call.status} after {call.age():.1f} s, {call.turns} turns, {keys} keys.", file=out)
    return bool(call.failures or call.faults or call.status == "failed")


def _by_hand(carrier: Carrier, number: str, out: TextIO, inp: TextIO) -> int:
    exchange = Exchange(carrier, RealClock(), lodge=partial(lodge, carrier))
    lines: deque[str] = deque()
    threading.Thread(target=_read, args=(inp, lines, exchange), daemon=True, name="keypad").start()
    print(_HELP, file=out, flush=True)
    call = dial_in(exchange, number)
    shown = 0
    while not call.ended:
        exchange.stirred.clear()
        exchange.run_due()
        while lines and _takes(exchange, call, lines[0], out):
            lines.popleft()
            exchange.run_due()
        for line in _new_lines(call, shown):
            _print_line(line, out)
        shown = len(call.log)
        due = exchange.next_due()
        if not call.ended:
            exchange.stirred.wait(None if due is None else max(0.0, due - exchange.clock.now()))
    return 1 if _print_result(call, out) else 0


def _read(inp: TextIO, lines: deque[str], exchange: Exchange) -> None:
    for line in inp:
        lines.append(line.strip())
        exchange.stirred.set()
    lines.append("h")  # the end of the input hangs up
    exchange.stirred.set()


def _takes(exchange: Exchange, call: PhoneCall, line: str, out: TextIO) -> bool:
    """Do what a typed line says; keys wait until the hotline collects some, so that none is lost."""
    if line == "h":
        exchange.hang_up(call)
    elif line.startswith("=") and (call.gathering or call.recording):
        exchange.speak(call, line[1:].strip(), SURE)
    elif not re.fullmatch(r"[0-9*#\s]*|=.*", line):
        print(_HELP, file=out, flush=True)
    elif not (call.gathering or call.recording):
        return False
    else:
        for key in line.replace(" ", ""):
            exchange.press(call, key)
    return True


def _new_lines(call: PhoneCall, shown: int) -> Iterator[tuple[Speaker, str, float]]:
    """What the log says since it was last shown, without the keys: the person has just typed them."""
    for entry in call.log[shown:]:
        if entry.kind not in ("keys", "spoke"):
            yield ("line" if entry.kind == "line" else "hotline"), entry.text, entry.at
