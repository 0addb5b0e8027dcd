"""voice SPEAKS: answers and places calls and texts; the only room that knows the carrier (Twilio).

Lives here: the call flow as data, prompts, TwiML, the signature check, the webhooks, the carrier's REST
side, and the telephone simulator in ``voice.phone``.
May import: ``matching`` and ``intake``.
"""
