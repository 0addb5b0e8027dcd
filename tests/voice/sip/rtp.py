"""Sound and keys on the wire: RTP (RFC 3550), and keypad tones as named events in it (RFC 4733)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

#: The payload types that the gateway offers: A-law sound has a fixed one, the one for keys is agreed on.
SOUND = 8
KEYS = 96

EVENTS = "0123456789*#"
"""The keys in the order of their event numbers (RFC 4733, section 3.2)."""

FRAME = 160
"""Bytes, and clock ticks, of 20 ms of sound at 8 kHz."""

LONGEST_EVENT = 0xFFFF
"""Ticks after which a key that is still held goes on under a new timestamp (RFC 4733, section 2.5.1.3)."""

_HEADER = struct.Struct("!BBHII")


@dataclass(frozen=True)
class Packet:
    """One RTP packet. ``timestamp`` is in ticks of 1/8000 s; ``source`` tells streams apart."""

    payload_type: int
    sequence: int
    timestamp: int
    source: int
    body: bytes

    def written(self) -> bytes:
        """The packet as it goes over the wire."""
        return _HEADER.pack(0x80, self.payload_type, self.sequence, self.timestamp, self.source) + self.body


def read(data: bytes) -> Packet:
    """A packet from the wire, of a sender that uses neither extensions nor padding."""
    _, marked_type, sequence, timestamp, source = _HEADER.unpack_from(data)
    return Packet(marked_type & 0x7F, sequence, timestamp, source, data[_HEADER.size :])


@dataclass
class KeyReader:
    """Tells which keys were pressed, each once.

    One press is sent as many packets, its last one three times, and any of them may be lost. What they
    have in common is their timestamp, and no other press of that stream has it: so the first packet with
    a new timestamp is the press, whatever comes after.
    """

    _seen: set[tuple[int, int]] = field(default_factory=set)

    def key(self, packet: Packet) -> str | None:
        """The key that this packet is the first news of; None for everything else."""
        if packet.payload_type != KEYS or packet.body[0] >= len(EVENTS):
            return None
        press = (packet.source, packet.timestamp)
        held = (packet.source, (packet.timestamp - LONGEST_EVENT) % 2**32)
        known = press in self._seen or held in self._seen
        self._seen.add(press)
        return None if known else EVENTS[packet.body[0]]
