"""The preflight's look at the carrier: credentials, the number's addresses there, and the way back to us."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urldefrag

import requests

from intake.settings import Settings
from voice.carrier import Asked, Carrier, CarrierError, CarrierRefused, NumberSettings
from worker.finding import Finding

#: Seconds for the round trip to our own address.
PATIENCE = 5.0

#: The carrier's code for credentials that it does not know, and the status that other engines give.
_UNKNOWN_CREDENTIALS = (20003, 401, 403)

#: Which of our paths each of the number's addresses is to be; the carrier's console has them in this order.
_PATHS = {
    "voice": "/voice/answer",
    "fallback": "/voice/fallback",
    "status": "/voice/status",
    "texts": "/voice/text",
}

#: How the console calls them.
_WORDS = {
    "voice": "'a call comes in'",
    "fallback": "'primary handler fails'",
    "status": "'call status changes'",
    "texts": "'a message comes in'",
}


def look(settings: Settings) -> Iterable[Finding]:
    """Everything about the carrier; nothing that it is asked changes anything."""
    missing = [
        name
        for name, value in (
            ("TWILIO_ACCOUNT_SID", settings.account_sid),
            ("TWILIO_AUTH_TOKEN", settings.auth_token),
            ("TWILIO_NUMBER", settings.carrier_number),
        )
        if not value
    ]
    if missing:
        yield Finding("carrier", False, f"not set: {', '.join(missing)}; they stand on the carrier's console")
        return
    yield from _carrier(settings)
    yield _address(settings)
    yield _signature(settings)


def _carrier(settings: Settings) -> Iterable[Finding]:
    """Does it take our credentials, is the number ours, and whom does it ask about calls to it."""
    where = "simulated on this machine" if settings.phone else settings.api_base
    try:
        number = Carrier(settings).number_settings()
    except CarrierRefused as error:
        yield Finding("carrier", False, _refused(error))
    except CarrierError:
        guess = "is 'hotline up' running?" if settings.phone else "is the network down?"
        yield Finding("carrier", False, f"not reached ({where}): {guess}")
    else:
        if number is None:
            words = f"{settings.carrier_number} is no number of this account: look at TWILIO_NUMBER"
            yield Finding("carrier", False, words)
            return
        yield Finding("carrier", True, f"takes the credentials and has our number ({where})")
        yield from _addresses(settings.public_base_url, number)


def _refused(error: CarrierRefused) -> str:
    if error.code in _UNKNOWN_CREDENTIALS:
        return "refuses the credentials: look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
    return f"refuses to say how our number is set up (code {error.code})"


def _addresses(base_url: str, number: NumberSettings) -> Iterable[Finding]:
    """Is the number set up to ask us: each address that is not ours is told with the one to set."""
    if number.elsewhere:
        words = "an application or trunk takes its calls or texts: take that off, and set our addresses"
        yield Finding("number", False, words)
        return
    faults = [
        fault
        for name, path in _PATHS.items()
        if (fault := _fault(name, getattr(number, name), f"{base_url}{path}"))
    ]
    yield from (Finding("number", False, fault) for fault in faults)
    if not faults:
        yield Finding("number", True, f"calls, failures, status and texts are told to {base_url}")


def _fault(name: str, asked: Asked, ours: str) -> str:
    """What is to be set at the carrier; "" if it is. Settings after # are the carrier's own."""
    if asked.method.upper() == "POST" and urldefrag(asked.url).url == ours:
        return ""
    if name == "fallback" and asked.url and not asked.url.startswith(ours.removesuffix(_PATHS[name])):
        return ""  # the last words, hosted where they can be heard when all of us is down
    now = f"is {asked.url} by {asked.method}" if asked.url else "is not set"
    return f"{_WORDS[name]} {now}: set it to {ours} by POST on the carrier's console"


def _address(settings: Settings) -> Finding:
    """Does the address that the carrier is told lead to us from outside, without being listened to."""
    if settings.is_trial or settings.is_encrypted:
        return Finding("address", True, settings.public_base_url)
    words = (
        f"PUBLIC_BASE_URL {settings.public_base_url} is not https: what callers say would travel in the clear"
    )
    return Finding("address", False, words)


def _signature(settings: Settings) -> Finding:
    """Send ourselves a signed webhook and a forged one, by the address that the carrier uses.

    The webhook tells of a call that does not exist, so it changes nothing.
    """
    url = f"{settings.public_base_url}/voice/status"
    form = {"CallSid": "CA" + "0" * 32, "CallStatus": "ringing", "SequenceNumber": "0"}
    try:
        signed = _post(url, form, sign(url, form, settings.auth_token))
        forged = _post(url, form, sign(url, form, settings.auth_token + "?"))
    except requests.exceptions.SSLError:
        return Finding("webhooks", False, f"{url} has no valid certificate: mend it at the proxy")
    except requests.RequestException:
        return Finding("webhooks", False, f"nobody answers at {url}: look at PUBLIC_BASE_URL and the proxy")
    return Finding("webhooks", (signed, forged) == (204, 403), _told(url, signed, forged))


def _told(url: str, signed: int, forged: int) -> str:
    """What the answers to the signed and to the forged webhook mean."""
    if (signed, forged) == (204, 403):
        return f"signed ones are taken and forged ones refused at {url}"
    if signed == 403:
        return "a signed webhook is refused: PUBLIC_BASE_URL must be the address the carrier calls"
    if signed >= 500:
        return f"{url} answers with {signed}: look at the database, and into the log of 'hotline web'"
    return f"something else answers at {url} ({signed}, forged {forged})"


def _post(url: str, form: dict[str, str], signature: str) -> int:
    headers = {"X-Twilio-Signature": signature}
    return requests.post(url, data=form, headers=headers, timeout=PATIENCE, allow_redirects=False).status_code


def sign(url: str, form: dict[str, str], token: str) -> str:
    """The carrier's signature of a form post: base64 of HMAC-SHA1 over the URL and the sorted parameters.

    Written out here instead of taken from the carrier's library, so that the check is a second opinion.
    """
    told = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()
