"""The tests' telephone: ``Telephone(carrier).dial(...).press("1").hears("…")`` on a virtual clock.

It listens to a prompt to its end before it presses a key (``barges_in`` does not), and fails with the
whole transcript when it hears something else than expected, or TwiML that the carrier would not accept.
"""

from collections.abc import Callable
from typing import Literal

from voice.phone.call import Entry, PhoneCall
from voice.phone.carrier import Carrier, Line, Recording, as_dialled
from voice.phone.clock import VirtualClock, speaking_seconds
from voice.phone.engine import Exchange
from voice.phone.listening import SURE
from voice.phone.network import Network, TextMessage, dial_in, ringing_calls
from voice.phone.script import SET_UP_SECONDS

BETWEEN_KEYS = 0.4
"""Seconds from one key of a number to the next."""
MOMENTS = 20_000
"""Steps after which a call that never comes to rest is taken for an endless loop."""

Speaker = Literal["hotline", "caller", "line"]


class Telephone:
    """A simulated telephone network with one hotline in it.

    ``clock`` may be shared with the hotline under test (``clock.utcnow``). ``strict``: TwiML faults fail
    the test at once; otherwise they are only collected in ``call.faults``. ``lodge`` as of the exchange.
    """

    def __init__(
        self,
        carrier: Carrier,
        clock: VirtualClock | None = None,
        strict: bool = True,
        lodge: Callable[[Recording], None] | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        self.exchange = Exchange(carrier, self.clock, lodge=lodge)
        self.chaos = self.exchange.chaos
        self.network = Network(self.exchange)
        self.strict = strict

    def dial(
        self,
        from_: str = "+4956925551234",
        *,
        forwarded_from: str = "",
        caller_name: str = "",
    ) -> "Call":
        """Call the hotline. A number may be written as people write it; "anonymous" withholds it."""
        number = as_dialled(from_, self.exchange.carrier.country)
        call = dial_in(self.exchange, number, forwarded_from=forwarded_from, caller_name=caller_name)
        return Call(self, call).moved()

    def set_line(self, number: str, line: Line) -> None:
        """Say how a called telephone behaves; one that nobody described rings until it is answered."""
        self.exchange.lines[number] = line

    def rings(self, number: str) -> "Call":
        """The call that rings at this number now; to be answered with ``answers()`` or ``declines()``."""
        self.waits(SET_UP_SECONDS)
        calls = ringing_calls(self.exchange, number)
        if not calls:
            raise AssertionError(f"no call rings at {number}")
        return Call(self, calls[0])

    def calls_to(self, number: str) -> list["Call"]:
        """All outgoing calls to a number so far, oldest first."""
        return [Call(self, call) for call in self.exchange.calls.values() if call.to == number]

    def texts_to(self, number: str) -> list[TextMessage]:
        """The texts that arrived at a number, oldest first."""
        self.waits(5)
        return self.network.texts.to_number(number)

    def texts_the_hotline(self, from_: str, body: str) -> None:
        """Send a text to the hotline's number."""
        self.network.texts.receive(from_, body)
        self.waits(0)

    def waits(self, seconds: float) -> None:
        """Let time go by for the whole network."""
        end = self.clock.now() + seconds
        self.exchange.run_due()
        for _moment in range(MOMENTS):
            due = self.exchange.next_due()
            if due is None or due > end:
                self.clock.move_to(end)
                return
            self.clock.move_to(due)
            self.exchange.run_due()
        raise AssertionError("time does not go by: an endless loop")

    def waits_until(self, happened: Callable[[], bool]) -> None:
        """Let time go by until something has happened, or nothing can happen by itself any more."""
        self.exchange.run_due()
        for _moment in range(MOMENTS):
            due = self.exchange.next_due()
            if happened() or due is None:
                return
            self.clock.move_to(due)
            self.exchange.run_due()
        raise AssertionError("time does not go by: an endless loop")


class Call:
    """One call, from the side of whoever holds the telephone."""

    def __init__(self, telephone: Telephone, call: PhoneCall) -> None:
        self._telephone = telephone
        self._exchange = telephone.exchange
        self._call = call
        self._mark = 0

    def press(self, keys: str) -> "Call":
        """Listen to the prompt's end, then press the keys one by one."""
        self.listens()
        return self.barges_in(keys)

    def barges_in(self, keys: str) -> "Call":
        """Press the keys at once, whatever is being said."""
        for number, key in enumerate(keys):
            if self.ended:
                raise AssertionError(self._report(f"key {key} pressed, but the call is over"))
            if number:
                self._telephone.waits(BETWEEN_KEYS)
            self._mark = len(self._call.log)
            self._exchange.press(self._call, key)
            self.moved()
        return self

    def enters(self, keys: str) -> "Call":
        """Press the keys, and wait until they are taken for an answer: after a number that is a while."""
        self.listens()
        asked = self.turns
        self.barges_in(keys)
        self._telephone.waits_until(lambda: self.ended or self.turns > asked)
        return self.moved()

    def says(self, words: str, confidence: float = 0.9) -> "Call":
        """Listen to the prompt's end, then say something instead of pressing keys."""
        self.listens()
        self._mark = len(self._call.log)
        self._exchange.speak(self._call, words, confidence)
        return self.moved()

    def leaves_a_message(self, words: str) -> "Call":
        """Listen to the tone, then speak for as long as the words take."""
        self.listens()
        self._exchange.speak(self._call, words, SURE)
        return self.waits(max(1.0, speaking_seconds(words)))

    def hears(self, *expected: str) -> "Call":
        """Listen to the end; each text must be part of what was said since the last key or silence."""
        self.listens()
        heard = self.heard
        for text in expected:
            if _plain(text) not in _plain(heard):
                raise AssertionError(self._report(f"expected to hear {text!r}, heard {heard!r}"))
        return self

    def hears_nothing_of(self, *unwanted: str) -> "Call":
        """Listen to the end; none of the texts may be part of what was said."""
        self.listens()
        for text in unwanted:
            if _plain(text) in _plain(self.heard):
                raise AssertionError(self._report(f"did not expect to hear {text!r}"))
        return self

    def listens(self) -> "Call":
        """Let time go by until the hotline has nothing more to say and waits, or the call is over."""
        self._telephone.waits_until(lambda: self.ended or self._call.listening)
        return self.moved()

    def waits(self, seconds: float) -> "Call":
        """Do nothing for some seconds of the virtual clock."""
        self._mark = len(self._call.log)
        self._telephone.waits(seconds)
        return self.moved()

    def stays_silent(self) -> "Call":
        """Press nothing until the hotline gives up waiting, and hear what it says then."""
        self.listens()
        self._mark = len(self._call.log)
        self._telephone.waits_until(lambda: not self._call.listening)
        return self.listens()

    def hangs_up(self) -> "Call":
        """Hang up now."""
        self._exchange.hang_up(self._call)
        return self.moved()

    def hangs_up_after(self, keys: str) -> "Call":
        """Press the keys and hang up while the hotline works on its answer, which nobody hears."""
        self.press(keys[:-1]).listens()
        self._exchange.press(self._call, keys[-1])
        self._exchange.hang_up(self._call)
        return self.moved()

    def answers(self) -> "Call":
        """Pick up the ringing telephone."""
        self._exchange.pick_up(self._call)
        return self.moved()

    def declines(self) -> "Call":
        """Refuse the ringing call."""
        self._exchange.pick_up(self._call, accepted=False)
        return self.moved()

    def moved(self) -> "Call":
        """Let everything happen that is due at this moment; raises what the TwiML reader found wrong."""
        self._exchange.run_due()
        if self._telephone.strict and self._call.faults:
            raise AssertionError(self._report("; ".join(str(fault) for fault in self._call.faults)))
        return self

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self._call.ended

    @property
    def call(self) -> PhoneCall:
        """The engine's record: ``sid``, ``status``, ``faults``, ``failures``, ``answered_by`` …"""
        return self._call

    @property
    def heard(self) -> str:
        """What was said since the last key, wait or silence, as one text."""
        return " ".join(entry.text for entry in self._call.log[self._mark :] if entry.kind == "said")

    @property
    def seconds(self) -> float:
        """How long the call has lasted on the virtual clock."""
        return self._call.age()

    @property
    def keys_pressed(self) -> str:
        """All keys in the order in which they were pressed."""
        return "".join(entry.text for entry in self._call.log if entry.kind == "keys")

    @property
    def turns(self) -> int:
        """How many documents the carrier has asked the hotline for."""
        return self._call.turns

    @property
    def transcript(self) -> list[tuple[Speaker, str, float]]:
        """Who (hotline, caller, line), what, and at which second of the call."""
        return transcript_of(self._call)

    def _report(self, message: str) -> str:
        lines = [f"{at:7.1f}  {speaker:8} {text}" for speaker, text, at in self.transcript]
        failures = [f"         failed   {fault.code} {fault.detail}" for fault in self._call.failures]
        return "\n".join([message, *lines, *failures])


def transcript_of(call: PhoneCall) -> list[tuple[Speaker, str, float]]:
    """A call's log as who said or pressed what at which second; keys in a row stand together."""
    lines: list[tuple[Speaker, str, float]] = []
    previous: Entry | None = None
    for entry in call.log:
        if entry.kind == "keys" and previous is not None and previous.kind == "keys":
            speaker, text, at = lines[-1]
            lines[-1] = (speaker, text + entry.text, at)
        else:
            lines.append((_SPEAKERS[entry.kind], entry.text, entry.at))
        previous = entry
    return lines


_SPEAKERS: dict[str, Speaker] = {
    "said": "hotline",
    "played": "hotline",
    "keys": "caller",
    "spoke": "caller",
    "line": "line",
}


def _plain(text: str) -> str:
    return " ".join(text.split())
