"""What the carrier allows in a TwiML document: verbs, attributes, values, nesting.

Source: the carrier's pages on each verb (TwiML for Voice). ``twilio.twiml.voice_response`` checks none of
this, which is why the simulator does.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Check = Callable[[str], bool]


def _whole(low: int, high: int) -> Check:
    return lambda value: value.isascii() and value.isdigit() and low <= int(value) <= high


def _one_of(*choices: str) -> Check:
    return lambda value: value in choices


def _some_of(*choices: str) -> Check:
    return lambda value: bool(value) and set(value.replace(",", " ").split()) <= set(choices)


def _matching(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def is_url(value: str) -> bool:
    """Whether a value may stand where the carrier wants an address: relative, or http(s)."""
    return bool(value) and not re.search(r"\s", value) and urlsplit(value).scheme in ("", "http", "https")


def _anything(_value: str) -> bool:
    return True


def _hints(value: str) -> bool:
    """Phrases with commas between them: at most 500, of 100 characters each."""
    phrases = value.split(",")
    return len(phrases) <= 500 and all(0 < len(phrase.strip()) <= 100 for phrase in phrases)


_METHOD = _one_of("GET", "POST")
_TRUTH = _one_of("true", "false")
_EVENTS = _some_of("initiated", "ringing", "answered", "completed")
_RECORDING_EVENTS = _some_of("in-progress", "completed", "absent")

SSML = frozenset(
    {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w", "amazon:effect"}
)
"""Elements allowed inside ``<Say>``; they change how it sounds, not what the call does."""


@dataclass(frozen=True)
class Rule:
    """One verb: its attributes with a check each, what may nest in it, whether it holds text."""

    attributes: dict[str, Check] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: bool = False


_GATHER = {
    "action": is_url, "method": _METHOD, "timeout": _whole(1, 600), "finishOnKey": _matching("[0-9*#]?"),
    "numDigits": _whole(1, 1000), "actionOnEmptyResult": _TRUTH, "input": _some_of("dtmf", "speech"),
    "language": _matching("[a-z]{2,3}-[A-Z]{2}"), "hints": _hints, "speechTimeout": _matching("auto|[0-9]+"),
    "maxSpeechTime": _whole(1, 600), "speechModel": _anything, "enhanced": _TRUTH,
    "profanityFilter": _TRUTH, "bargeIn": _TRUTH, "partialResultCallback": is_url,
    "partialResultCallbackMethod": _METHOD,
}  # fmt: skip
_RECORD = {
    "action": is_url, "method": _METHOD, "timeout": _whole(1, 600), "finishOnKey": _matching("[0-9*#]*"),
    "maxLength": _whole(1, 14400), "playBeep": _TRUTH, "trim": _one_of("trim-silence", "do-not-trim"),
    "recordingStatusCallback": is_url, "recordingStatusCallbackMethod": _METHOD,
    "recordingStatusCallbackEvent": _RECORDING_EVENTS, "transcribe": _TRUTH, "transcribeCallback": is_url,
}  # fmt: skip
_DIAL = {
    "action": is_url, "method": _METHOD, "timeout": _whole(1, 600), "hangupOnStar": _TRUTH,
    "timeLimit": _whole(1, 86400), "callerId": _anything, "answerOnBridge": _TRUTH, "ringTone": _anything,
    "record": _anything, "trim": _one_of("trim-silence", "do-not-trim"), "recordingStatusCallback": is_url,
    "recordingStatusCallbackMethod": _METHOD, "recordingStatusCallbackEvent": _RECORDING_EVENTS,
    "sequential": _TRUTH,
}  # fmt: skip
_NUMBER = {
    "url": is_url, "method": _METHOD, "sendDigits": _matching("[0-9wW*#]+"), "statusCallback": is_url,
    "statusCallbackMethod": _METHOD, "statusCallbackEvent": _EVENTS,
    "machineDetection": _one_of("Enable", "DetectMessageEnd"), "amdStatusCallback": is_url,
    "amdStatusCallbackMethod": _METHOD,
}  # fmt: skip

RULES: dict[str, Rule] = {
    "Response": Rule(
        children=frozenset(
            {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Reject", "Record", "Dial"}
        )
    ),
    "Say": Rule({"voice": _anything, "language": _anything, "loop": _whole(0, 1000)}, SSML, text=True),
    "Play": Rule({"loop": _whole(0, 1000), "digits": _matching("[0-9wW*#]+")}, text=True),
    "Pause": Rule({"length": _whole(0, 600)}),
    "Gather": Rule(_GATHER, frozenset({"Say", "Play", "Pause"})),
    "Redirect": Rule({"method": _METHOD}, text=True),
    "Hangup": Rule(),
    "Reject": Rule({"reason": _one_of("rejected", "busy")}),
    "Record": Rule(_RECORD),
    "Dial": Rule(_DIAL, frozenset({"Number"}), text=True),
    "Number": Rule(_NUMBER, text=True),
}
"""The verbs that the simulator performs: the portable core that compatible engines share."""

NOT_SIMULATED = frozenset(
    {"Connect", "Start", "Stop", "Enqueue", "Leave", "Queue", "Conference", "Client", "Sip", "Sim", "Refer"}
    | {"Pay", "Prompt", "Sms", "Message"}
)
"""The carrier has these; the simulator does not, and says so instead of calling them unknown."""
ENDS_A_DOCUMENT = frozenset({"Redirect", "Hangup", "Reject"})
"""Verbs after one of these are never reached."""
