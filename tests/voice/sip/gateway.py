"""A gateway from real telephones to the simulated network: SIP and RTP in front, TwiML behind.

It thinks nothing itself. What is said and asked comes from the simulator's engine; the gateway picks up,
hands over each key and the hang-up, and hangs up when the engine's call is over. The engine's clock is a
virtual one that runs on to the next question at once, so a call takes as long as its tones do. A program
has no ears: an INFO request tells the telephone that a question was asked to its end.
"""

from __future__ import annotations

import secrets
import selectors
import socket
import subprocess
from types import TracebackType

from voice.phone.driver import Call, Telephone

from . import messages, rtp
from .messages import Message

HOST = "127.0.0.1"
SILENCE = b"\xd5" * rtp.FRAME
"""20 ms of silence in A-law."""
FRAMES_A_QUESTION = 5


class Gateway:
    """Takes one call. ``call`` is the engine's side of it; ``echoed`` counts the sound that came back."""

    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone
        self._reader = rtp.KeyReader()
        self._tag = secrets.token_hex(4)
        self._invite: Message | None = None
        self._peer: tuple[str, int] = (HOST, 0)
        self._frames = 0
        self._source = secrets.randbits(32)
        self._requests = 0
        self.call: Call | None = None
        self.echoed = 0

    def __enter__(self) -> Gateway:
        self._sip, self._sound = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self._selector = selectors.DefaultSelector()
        for line in (self._sip, self._sound):
            line.bind((HOST, 0))
            line.setblocking(False)
            self._selector.register(line, selectors.EVENT_READ)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()
        self._sip.close()
        self._sound.close()

    @property
    def port(self) -> int:
        """Where it can be called."""
        port: int = self._sip.getsockname()[1]
        return port

    def serves(self, caller: subprocess.Popen[str]) -> None:
        """Serve a telephone until its program has ended."""
        while caller.poll() is None:
            if not self._selector.select(0.05):
                continue
            signals = _waiting(self._sip)
            for data, _ in _waiting(self._sound):  # keys that were pressed before a hang-up count
                self._hears(rtp.read(data))
            for data, sender in signals:
                self._reads(messages.read(data), sender)

    def _hears(self, packet: rtp.Packet) -> None:
        if packet.source == self._source:
            self.echoed += 1
            return
        key = self._reader.key(packet)
        if key is not None:
            assert self.call is not None
            turns = self.call.turns
            self.call.press(key)
            if self.call.turns > turns:
                self._speaks()

    def _reads(self, message: Message, sender: tuple[str, int]) -> None:
        if message.method == "INVITE":
            self._picks_up(message, sender)
        elif message.method == "ACK" and self._requests == 0:  # it may come again
            self._speaks()
        elif message.method == "BYE":
            self._sip.sendto(messages.answer(message, "200 OK", self._tag).written(), sender)
            assert self.call is not None
            self.call.hangs_up()

    def _picks_up(self, invite: Message, sender: tuple[str, int]) -> None:
        if self._invite is None:  # else the telephone asks again, because our answer took its time
            self._invite, self._peer = invite, sender
            self._sip.sendto(messages.answer(invite, "100 Trying", self._tag).written(), sender)
            self.call = self._telephone.dial(messages.caller_of(invite))
        body = messages.description(HOST, self._sound.getsockname()[1], rtp.SOUND, rtp.KEYS)
        more = [("Contact", f"<sip:hotline@{HOST}:{self.port}>"), ("Content-Type", "application/sdp")]
        picked_up = messages.answer(invite, "200 OK", self._tag, *more, body=body)
        self._sip.sendto(picked_up.written(), sender)

    def _speaks(self) -> None:
        """Let the engine speak until it waits for a key or is done; the telephone hears silence meanwhile."""
        assert self.call is not None
        assert self._invite is not None
        self.call.listens()
        for _ in range(FRAMES_A_QUESTION):
            frame = rtp.Packet(rtp.SOUND, self._frames, self._frames * rtp.FRAME, self._source, SILENCE)
            self._sound.sendto(frame.written(), messages.sound_address(self._invite.body))
            self._frames += 1
        self._tells("BYE" if self.call.ended else "INFO")

    def _tells(self, method: str) -> None:
        """Send the telephone a request within the call."""
        assert self._invite is not None
        self._requests += 1
        headers = (
            ("Via", f"SIP/2.0/UDP {HOST}:{self.port};branch=z9hG4bK{secrets.token_hex(8)}"),
            ("From", f"{self._invite.header('To')};tag={self._tag}"),
            ("To", self._invite.header("From")),
            ("Call-ID", self._invite.header("Call-ID")),
            ("CSeq", f"{self._requests} {method}"),
            ("Max-Forwards", "70"),
        )
        address = self._invite.header("Contact").strip("<>")
        self._sip.sendto(Message(f"{method} {address} SIP/2.0", headers).written(), self._peer)


def _waiting(line: socket.socket) -> list[tuple[bytes, tuple[str, int]]]:
    """Everything that has arrived on a line."""
    arrived: list[tuple[bytes, tuple[str, int]]] = []
    while True:
        try:
            arrived.append(line.recvfrom(4096))
        except BlockingIOError:
            return arrived
