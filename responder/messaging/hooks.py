"""What every gateway's webhooks share: a text that comes in is stored and understood at once."""

import hmac
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Protocol, TypeVar, cast

import structlog
from flask import Blueprint, abort, current_app, request
from sqlalchemy.exc import OperationalError

from responder.kernel.actors import Actor
from responder.kernel.refusals import Refusal
from responder.messaging import service
from responder.messaging.commands import Incoming
from responder.platform import web
from responder.platform.work import UnitOfWork, Work
from responder.settings import Settings

log = structlog.get_logger(__name__)

T = TypeVar("T")

bp = Blueprint("hooks", __name__)


class Listener(Protocol):
    """Understands stored texts, inside the unit that stored them. Wired to ``hotline``."""

    def hear(self, uow: UnitOfWork, inbound: int, incoming: Incoming) -> None:
        """Turns a text into what it asks for; raises where it can't."""
        ...

    def shelve(self, uow: UnitOfWork, inbound: int, incoming: Incoming, problem: Exception) -> None:
        """Puts a text that could not be dealt with before a person."""
        ...


def listener() -> Listener:
    """The wired listener of the running application."""
    return cast(Listener, current_app.extensions["listener"])


def keyed(gateway: str, key: str) -> None:
    """Lets in who knows the secret part of an unsigned gateway's address, compared in constant time; else 404."""
    settings: Settings = current_app.extensions["settings"]
    if not hmac.compare_digest(settings.hook_key(gateway).encode(), key.encode()):
        log.warning("hook without its key refused", gateway=gateway)
        abort(404)


def from_one_of(networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether the caller's address is in one of these networks; an IPv4 address written as IPv6 is what it is."""
    try:
        caller = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    if isinstance(caller, IPv6Address):
        caller = caller.ipv4_mapped or caller
    return any(caller in network for network in networks)


def each(elements: Iterable[T], take: Callable[[T], object]) -> None:
    """Takes what a list brings one by one. Where some can't be kept the others are, and the provider is asked to bring
    the whole list again (503): what was kept is known by then."""
    away = False
    for element in elements:
        try:
            take(element)
        except OperationalError:
            away = True
        except Exception:
            log.exception("an element of a list could not be kept", hook=request.endpoint)
            away = True
    if away:
        abort(503)


def hear(incoming: Incoming) -> int | None:
    """Stores a text and has it understood, in one transaction. None where the provider delivered it before.

    Where understanding or acting fails, everything is undone and the text is stored again, for a person to read.
    Raises OperationalError when the database is away: the provider then delivers again.
    """
    return receive(web.work(), listener(), incoming)


def receive(work: Work, listener: Listener, incoming: Incoming) -> int | None:
    """As ``hear``, outside a request: for gateways that are asked for what came in."""
    nobody = Actor(None, "", "", "sms")
    try:
        with work.begin(nobody) as uow:
            inbound = service.take_in(uow, incoming)
            if inbound is not None:
                listener.hear(uow, inbound, incoming)
        return inbound
    except OperationalError:
        raise
    except Exception as failure:
        if not isinstance(failure, Refusal):
            log.exception("a text could not be dealt with", gateway=incoming.gateway)
        problem = failure
    return _shelve(work, listener, incoming, problem)


def _shelve(work: Work, listener: Listener, incoming: Incoming, problem: Exception) -> int | None:
    """Stores a text that could not be dealt with; the barest row is better than none."""
    nobody = Actor(None, "", "", "sms")
    try:
        with work.begin(nobody) as uow:
            inbound = service.take_in(uow, incoming)
            if inbound is not None:
                listener.shelve(uow, inbound, incoming, problem)
        return inbound
    except OperationalError:
        raise
    except Exception:
        log.exception("a text could not be shelved", gateway=incoming.gateway)
        with work.begin(nobody) as uow:
            return service.take_in(uow, incoming)
