"""Each press of a key is read once, whatever the network does to its packets."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from .rtp import EVENTS, KEYS, LONGEST_EVENT, SOUND, KeyReader, Packet, read

FIRST_TICK = 2**32 - 3 * LONGEST_EVENT
"""So near to the clock's end that it begins anew within a few keys."""


def presses(keys: str, long: bool = False) -> list[list[Packet]]:
    """The packets of each press of a key: news every 20 ms, the end three times; ``long``: held for 9 s."""
    sent: list[list[Packet]] = []
    ticks, number = FIRST_TICK, 0
    for key in keys:
        parts = [LONGEST_EVENT, 8000] if long else [800]
        packets: list[Packet] = []
        for duration in parts:
            for ends in (0, 0, 0x80, 0x80, 0x80):
                body = struct.pack("!BBH", EVENTS.index(key), ends | 10, duration)
                packets.append(Packet(KEYS, number % 2**16, ticks % 2**32, 7, body))
                number += 1
            ticks += duration
        ticks += 400
        sent.append(packets)
    return sent


def heard(packets: list[Packet]) -> str:
    reader = KeyReader()
    return "".join(reader.key(read(packet.written())) or "" for packet in packets)


@given(keys=st.text(EVENTS, max_size=20), long=st.booleans())
def test_every_press_is_read_once(keys: str, long: bool) -> None:
    assert heard([packet for press in presses(keys, long) for packet in press]) == keys


@given(keys=st.text(EVENTS, max_size=20), data=st.data())
def test_lost_and_doubled_packets_change_nothing(keys: str, data: st.DataObject) -> None:
    arrived: list[Packet] = []
    for press in presses(keys):
        arrived += data.draw(st.lists(st.sampled_from(press), min_size=1))
    late = data.draw(st.lists(st.sampled_from(arrived))) if arrived else []
    assert heard(arrived + late) == keys


def test_sound_is_no_key() -> None:
    assert heard([Packet(SOUND, 1, 160, 7, b"\xd5" * 160)]) == ""
