"""A real telephone as a program: SIPp dials, presses keys as RFC 4733 tones, hangs up or is hung up on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.hotline import free_port
from tests.support.needs import missing, program

from .gateway import HOST, Gateway

TONE = 60
"""Milliseconds that a key sounds, and as many of silence after it (ITU-T Q.24 asks for 40 each)."""
PATIENCE = 30
"""Seconds after which a call that does not end has failed."""

_HEADERS = """
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{caller}@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:hotline@[remote_ip]:[remote_port]>{to_tag}
Call-ID: [call_id]
CSeq: {number} {method}
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
"""
_DESCRIPTION = """
v=0
o=caller 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 96
a=rtpmap:8 PCMA/8000
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15
"""
_TRYING = '<recv response="100" optional="true"/>'
_GOOD = '<recv response="200"/>'
_ANSWERED = """
<recv request="{method}"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
"""


def sipp() -> str:
    """The program. Where it cannot run: a failure in CI, a skip with the reason elsewhere."""
    if os.geteuid() != 0:
        missing("sipp sends its tones over a raw socket: run as root")
    return program("sipp", "sip-tester")


def calls(
    gateway: Gateway, folder: Path, caller: str, answers: Sequence[str], hangs_up: bool = False
) -> None:
    """Call, press one answer's keys after each question, then hang up or wait until the hotline does.

    ``folder`` is where SIPp may write.
    """
    scenario = folder / "call.xml"
    scenario.write_text(_scenario(caller, answers, hangs_up), encoding="utf-8")
    command = [sipp(), f"{HOST}:{gateway.port}", "-sf", str(scenario), "-m", "1", "-nostdin", "-rtp_echo"]
    command += ["-i", HOST, "-mi", HOST, "-ci", HOST, "-timeout", f"{PATIENCE}s", "-timeout_error"]
    for option in ("-p", "-mp", "-cp"):
        command += [option, str(free_port())]
    with (folder / "screen.txt").open("w+") as screen:
        with subprocess.Popen(command, cwd=folder, stdout=screen, stderr=screen, text=True) as process:
            try:
                gateway.serves(process)
            finally:
                process.kill()  # which only matters when the gateway failed
        screen.seek(0)
        assert process.returncode == 0, screen.read()


def _scenario(caller: str, answers: Sequence[str], hangs_up: bool) -> str:
    parts = [_send("INVITE", caller, 1, _DESCRIPTION), _TRYING, _GOOD, _send("ACK", caller, 1)]
    for keys in answers:
        parts += [_ANSWERED.format(method="INFO"), _press(keys)]
    if hangs_up:
        parts += [_ANSWERED.format(method="INFO"), _send("BYE", caller, 2), _GOOD]
    else:
        parts += [_ANSWERED.format(method="BYE")]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<scenario>", *parts, "</scenario>"])


def _send(method: str, caller: str, number: int, body: str = "") -> str:
    tag = "" if method == "INVITE" else "[peer_tag_param]"
    headers = _HEADERS.strip().format(caller=caller, to_tag=tag, number=number, method=method)
    more = "Content-Type: application/sdp\n" if body else ""
    text = f"{method} sip:hotline@[remote_ip]:[remote_port] SIP/2.0\n{headers}\n{more}Content-Length: [len]\n"
    retries = "" if method == "ACK" else ' retrans="500"'
    return f"<send{retries}><![CDATA[\n{text}\n{body.lstrip()}\n]]></send>"


def _press(keys: str) -> str:
    return f'<nop><action><exec play_dtmf="{keys},{TONE}"/></action></nop>'
