"""The little of SIP (RFC 3261) and SDP (RFC 4566) that one call on loopback needs."""

from __future__ import annotations

import re
from dataclasses import dataclass

_END = "\r\n"


@dataclass(frozen=True)
class Message:
    """A request or an answer: its first line, its headers in order, its body."""

    first: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    @property
    def method(self) -> str:
        """A request's method; an answer's is ``SIP/2.0``."""
        return self.first.split()[0]

    def header(self, name: str) -> str:
        """The first header of that name."""
        return next(value for given, value in self.headers if given.lower() == name.lower())

    def written(self) -> bytes:
        """The message as it goes over the wire."""
        lines = [self.first, *(f"{name}: {value}" for name, value in self.headers)]
        lines += [f"Content-Length: {len(self.body.encode())}", "", self.body]
        return _END.join(lines).encode()


def read(data: bytes) -> Message:
    """A message from the wire."""
    head, _, body = data.decode().partition(_END * 2)
    first, *lines = head.split(_END)
    pairs = (line.partition(":") for line in lines)
    return Message(first, tuple((name.strip(), value.strip()) for name, _, value in pairs), body)


def answer(request: Message, status: str, tag: str, *more: tuple[str, str], body: str = "") -> Message:
    """An answer to a request, with the headers that show whose it is; ``tag`` is our side of the call."""
    repeated = [
        (name, value) for name, value in request.headers if name in ("Via", "From", "Call-ID", "CSeq")
    ]
    to = request.header("To")
    to += "" if ";tag=" in to else f";tag={tag}"
    return Message(f"SIP/2.0 {status}", (*repeated, ("To", to), *more), body)


def caller_of(invite: Message) -> str:
    """Who calls: the user part of the From address, a telephone number or ``anonymous``."""
    found = re.search(r"sip:([^@>]+)@", invite.header("From"))
    assert found, invite.header("From")
    return found.group(1)


def sound_address(body: str) -> tuple[str, int]:
    """Where a session description wants its sound sent to."""
    host = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
    port = re.search(r"^m=audio (\d+) ", body, re.MULTILINE)
    assert host, body
    assert port, body
    return host.group(1), int(port.group(1))


def description(host: str, port: int, sound: int, keys: int) -> str:
    """A session description: A-law sound, and keys as named events."""
    lines = [
        "v=0",
        f"o=hotline 1 1 IN IP4 {host}",
        "s=-",
        f"c=IN IP4 {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {sound} {keys}",
        f"a=rtpmap:{sound} PCMA/8000",
        f"a=rtpmap:{keys} telephone-event/8000",
        f"a=fmtp:{keys} 0-15",
    ]
    return _END.join(lines) + _END
