"""Whether a webhook really comes from the carrier: its signature over the address and the form.

The carrier signs the address that it was given, byte for byte. A web framework decodes escapes (``%2F``),
and behind a proxy the Host header is anybody's word: so the address is put together from the configured
public base URL and the request's raw target.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

HEADER = "X-Twilio-Signature"

#: What a request target may hold unescaped, for servers that do not hand the raw one over (RFC 3986, 3.3).
_UNESCAPED = "/:@!$&'()*+,;=~-._"


def signed_url(public_base_url: str, environ: Mapping[str, Any]) -> str:
    """The address as the carrier called it: the public base URL and the raw target of a WSGI request."""
    target: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or _rebuilt(environ)
    if not target.startswith("/"):  # a whole address, as proxies may send it
        parts = urlsplit(target)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
    return public_base_url + target


def is_genuine(url: str, form: MultiDict[str, str], signature: str | None, tokens: Sequence[str]) -> bool:
    """Whether one of the tokens made this signature. No signature, or no token, is never genuine.

    ``form`` has every parameter exactly as it came, also those nobody knows.
    """
    if not signature:
        return False
    return any(_fits(RequestValidator(token), url, form, signature) for token in tokens)


def _fits(validator: RequestValidator, url: str, form: MultiDict[str, str], signature: str) -> bool:
    """The library's answer. It also tries the address with and without its port, for carriers that sign it
    in another form; the form in which it is usually signed is tried first, which saves half the time.
    """
    expected: str = validator.compute_signature(url, form)
    # as bytes: the header may hold anything, and only ASCII text can be compared in constant time
    return hmac.compare_digest(expected.encode(), signature.encode()) or bool(
        validator.validate(url, form, signature)
    )


def _rebuilt(environ: Mapping[str, Any]) -> str:
    """The target from its decoded path: WSGI carries the path's bytes as Latin-1 (PEP 3333)."""
    path = (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1")
    query = environ.get("QUERY_STRING", "")
    return quote(path, safe=_UNESCAPED) + (f"?{query}" if query else "")
