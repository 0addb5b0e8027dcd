"""The telephone's door: the web app that the carrier calls. Signed but for sound; no cookies, no sessions."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask, abort, request

from intake.services import Services
from voice import bridging, offer_calls, recordings, text_reports, texts
from voice.calls import Caller, Calls
from voice.measure import JOURNEYS
from voice.messages import Messages
from voice.overrides import KnownChanges
from voice.prompts import load_prompts
from voice.signature import HEADER, is_genuine, signed_url
from voice.webhooks import make_blueprint

#: A webhook's form has some dozen short fields; more is not the carrier.
_LARGEST_BODY = 64 * 1024


#: A call that is rehearsed bears an identifier that no carrier gives.
_REHEARSED = "rehearsal"


def rehearse(services: Services) -> int:
    """Hold the commonest call once, without a trace; how many turns it took, 0 where it failed."""
    journey = JOURNEYS[0]
    calls = Calls(services, load_prompts(services.profile.languages))
    return calls.rehearse(Caller(_REHEARSED, journey.caller_id or ""), journey.answers)


def make_phone_app(services: Services) -> Flask:
    """The app with the carrier's webhooks; raises ``PromptsError`` if the prompts have faults.

    Every request must bear the carrier's signature, also for paths that do not exist; without one the
    answer is 403. Only recordings are fetched unsigned (see ``voice.recordings``).
    """
    settings = services.settings
    changes = KnownChanges(services.db, services.clock)
    prompts = replace(load_prompts(services.profile.languages), changes=changes.now)
    app = Flask(__name__, static_folder=None)
    sound = recordings.make_blueprint(services.db)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_BODY

    @app.before_request
    def check_signature() -> None:
        if request.blueprint == sound.name:
            return
        url = signed_url(settings.public_base_url, request.environ)
        if not is_genuine(url, request.form, request.headers.get(HEADER), settings.tokens):
            abort(403)

    app.register_blueprint(sound)
    app.register_blueprint(make_blueprint(Calls(services, prompts), Messages(services)))
    app.register_blueprint(bridging.make_blueprint(bridging.Bridging(services, prompts)))
    app.register_blueprint(texts.make_blueprint(texts.Texts(services), services.profile.country))
    app.register_blueprint(text_reports.make_blueprint(services))
    app.register_blueprint(offer_calls.make_blueprint(offer_calls.OfferCalls(services, prompts)))
    return app
