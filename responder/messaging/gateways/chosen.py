"""The gateways that the settings name."""

from collections.abc import Callable
from functools import cache, partial

from pydantic import BaseModel

from responder.messaging.gateways import (
    Capabilities,
    Gateway,
    aliyun,
    byhand,
    http,
    http_book,
    kannel,
    kannel_book,
    twiml,
)
from responder.messaging.gateways.simulator import Network, Simulator
from responder.messaging.gateways.twilio import Twilio
from responder.platform import config
from responder.settings import Settings


class UnknownGateway(Exception):
    """``RESPONDER_GATEWAYS`` names one that the house does not have."""


class _File(BaseModel):
    can: Capabilities


@cache
def capabilities(name: str) -> Capabilities:
    """What a gateway can, from ``config/gateways/<name>.toml``. Raises ConfigError."""
    return config.load(f"gateways/{name}.toml", _File).can


def gateways(settings: Settings, network: Network | None = None) -> list[Gateway]:
    """The gateways in the order in which they are tried. Raises UnknownGateway, ConfigError.

    Without ``network`` the simulator's phones have no switches.
    """
    return [_gateway(settings, name, network) for name in settings.gateway_names()]


def _gateway(settings: Settings, name: str, network: Network | None) -> Gateway:
    public = settings.public_url.rstrip("/")
    if name == "simulator":
        return Simulator(capabilities(name), network)
    if name == byhand.NAME:
        return byhand.ByHand(capabilities(name))
    if name == "twilio":
        account, token, sender = settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_from
        api, proxy = settings.twilio_api_url, settings.http_proxy
        return Twilio(capabilities(name), account, token, sender, public, api, proxy)
    if name == "kannel":
        book = kannel_book.book()
        return kannel.Kannel(book, kannel.access(settings, book.kannel.callback))
    if name == aliyun.NAME:
        key, secret, api = settings.aliyun_key, settings.aliyun_secret, settings.aliyun_api_url
        return aliyun.Aliyun(aliyun.book(), settings.data, key, secret, api=api, proxy=settings.http_proxy)
    if name.startswith(http_book.PREFIX):
        return http.gateway(settings, name)
    raise UnknownGateway(f"RESPONDER_GATEWAYS names an unknown gateway: {name}")


def fetchers(settings: Settings) -> dict[str, Callable[[str], bytes]]:
    """Who gets the recordings of which provider's calls, by the provider's id of a recording."""
    account, token = settings.twilio_account_sid, settings.twilio_auth_token
    if not account or not token:
        return {}
    return {"twilio": partial(twiml.fetch, account, token, api=settings.twilio_api_url, proxy=settings.http_proxy)}
