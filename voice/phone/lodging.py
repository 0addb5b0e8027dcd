"""Hands the recordings of a telephone in another process to the simulated carrier's office.

There the hotline's worker fetches and deletes them, as it does those of the browser telephone.
"""

import logging

import requests

from voice.phone.carrier import API_VERSION, Carrier, Recording
from voice.phone.http import CONNECT_SECONDS, TOTAL_SECONDS, new_session

RECORDING_PATH = "Recordings/<sid>.wav"
"""Where a recording is, below the account's address."""

log = logging.getLogger(__name__)


def lodge(carrier: Carrier, recording: Recording) -> None:
    """Hand over a recording; a failure is only logged, for the call goes on as in life."""
    account = f"{carrier.api_base}/{API_VERSION}/Accounts/{carrier.account_sid}"
    url = f"{account}/{RECORDING_PATH.replace('<sid>', recording.sid)}"
    told = {"CallSid": recording.call_sid, "Duration": str(recording.seconds)}
    try:
        with new_session() as session:
            session.put(
                url,
                data=told,
                auth=(carrier.account_sid, carrier.auth_token),
                timeout=(CONNECT_SECONDS, TOTAL_SECONDS),
            ).raise_for_status()
    except requests.RequestException as fault:
        log.warning("a recording could not be handed over", extra={"reason": type(fault).__name__})
