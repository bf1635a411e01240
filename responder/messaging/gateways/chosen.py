"""The gateways that the settings name."""

from collections.abc import Callable
from functools import partial

from responder.messaging.gateways import Gateway, twiml
from responder.messaging.gateways.simulator import Simulator
from responder.messaging.gateways.twilio import Twilio
from responder.settings import Settings


class UnknownGateway(Exception):
    """``RESPONDER_GATEWAYS`` names one that the house does not have."""


def gateways(settings: Settings) -> list[Gateway]:
    """The gateways in the order in which they are tried. Raises UnknownGateway."""
    found: list[Gateway] = []
    for name in settings.gateway_names():
        if name == "simulator":
            found.append(Simulator())
        elif name == "twilio":
            public = settings.public_url.rstrip("/")
            back = f"{public}/hooks/twilio/status" if public else ""
            account, token = settings.twilio_account_sid, settings.twilio_auth_token
            found.append(Twilio(account, token, settings.twilio_from, back, settings.twilio_api_url))
        else:
            raise UnknownGateway(f"RESPONDER_GATEWAYS names an unknown gateway: {name}")
    return found


def fetchers(settings: Settings) -> dict[str, Callable[[str], bytes]]:
    """Who gets the recordings of which provider's calls, by the provider's id of a recording."""
    account, token = settings.twilio_account_sid, settings.twilio_auth_token
    if not account or not token:
        return {}
    return {"twilio": partial(twiml.fetch, account, token, api=settings.twilio_api_url)}
