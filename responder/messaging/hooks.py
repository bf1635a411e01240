"""What every gateway's webhooks share: a text that comes in is stored and understood at once."""

import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
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

    def parts_of(self, incoming: Incoming) -> list[str]:
        """What is stored and heard by itself: each of several answers in one text, else the text as it is."""
        ...

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
    ear = listener()
    heard = [receive(web.work(), ear, one) for one in apart(ear, incoming)]
    return heard[0]


def apart(listener: Listener, incoming: Incoming) -> list[Incoming]:
    """Several answers in one text as so many texts: each belongs to a world of its own, and may be refused alone."""
    first, *more = listener.parts_of(incoming)
    name = incoming.provider_id
    others = (replace(incoming, body=body, provider_id=name and f"{name}.{n}") for n, body in enumerate(more, 2))
    return [replace(incoming, body=first), *others]


def receive(work: Work, listener: Listener, incoming: Incoming, stored: int | None = None) -> int | None:
    """As ``hear``, outside a request: for gateways that are asked for what came in. ``stored`` is the id of a text that
    was stored before and is to be understood now."""
    nobody = Actor(None, "", "", "sms")
    try:
        with work.begin(nobody) as uow:
            inbound = service.take_in(uow, incoming) if stored is None else stored
            if inbound is not None:
                listener.hear(uow, inbound, incoming)
        return inbound
    except OperationalError:
        raise
    except Exception as failure:
        if not isinstance(failure, Refusal):
            log.exception("a text could not be dealt with", gateway=incoming.gateway)
        problem = failure
    return _shelve(work, listener, incoming, problem, stored)


def store(work: Work, texts: Sequence[Incoming]) -> list[tuple[int, Incoming]]:
    """Stores texts at once, to be understood one by one; those that were stored before are left out. Whatever happens
    then, they stand in the inbox. Raises OperationalError."""
    try:
        return _stored(work, texts)
    except OperationalError:
        raise
    except Exception:
        log.exception("texts could not be stored together")
    found: list[tuple[int, Incoming]] = []
    for one in texts:
        try:
            found += _stored(work, [one])
        except OperationalError:
            raise
        except Exception:
            # One that can't even be stored must not keep back the others for ever.
            log.exception("a text could not be stored", gateway=one.gateway)
    return found


def _stored(work: Work, texts: Sequence[Incoming]) -> list[tuple[int, Incoming]]:
    with work.begin(Actor(None, "", "", "sms")) as uow:
        rows = [(service.take_in(uow, one), one) for one in texts]
    return [(inbound, one) for inbound, one in rows if inbound is not None]


def _shelve(
    work: Work, listener: Listener, incoming: Incoming, problem: Exception, stored: int | None = None
) -> int | None:
    """Stores a text that could not be dealt with; the barest row is better than none."""
    nobody = Actor(None, "", "", "sms")
    try:
        with work.begin(nobody) as uow:
            inbound = service.take_in(uow, incoming) if stored is None else stored
            if inbound is not None:
                listener.shelve(uow, inbound, incoming, problem)
        return inbound
    except OperationalError:
        raise
    except Exception:
        log.exception("a text could not be shelved", gateway=incoming.gateway)
        if stored is not None:
            return stored
        with work.begin(nobody) as uow:
            return service.take_in(uow, incoming)
