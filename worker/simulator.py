"""The telephone simulator, wired to this hotline as a real carrier would be on its console."""

from __future__ import annotations

from flask import Flask

from intake.services import Services
from intake.settings import Settings
from voice.phone.browser import make_phone_blueprint
from voice.phone.carrier import Carrier
from voice.phone.live import LiveNetwork
from voice.phone.rest import make_rest_blueprint


def simulated_carrier(settings: Settings, country: str) -> Carrier:
    """The simulated carrier with our account, our number and the addresses of our webhooks."""
    base = settings.public_base_url
    return Carrier(
        account_sid=settings.account_sid,
        auth_token=settings.auth_token,
        number=settings.carrier_number,
        voice_url=f"{base}/voice/answer",
        fallback_url=f"{base}/voice/fallback",
        status_callback_url=f"{base}/voice/status",
        sms_url=f"{base}/voice/text",
        country=country,
        api_base=settings.api_base,
    )


def make_simulator_app(services: Services) -> Flask:
    """The browser telephone and the carrier's REST side, on one network in this process's memory."""
    network = LiveNetwork(simulated_carrier(services.settings, services.profile.country))
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(make_phone_blueprint(network))
    app.register_blueprint(make_rest_blueprint(network))
    return app
