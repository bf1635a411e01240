"""The first minutes of a store: a one-time code, the profile, the first administrator."""

import hmac
import os
import secrets
from pathlib import Path

from responder.accounts import queries, rules, service
from responder.accounts.commands import AddPerson, SetUp
from responder.accounts.models import Person
from responder.kernel import ids
from responder.kernel.events import Event
from responder.places import profiles
from responder.places import queries as places
from responder.places import service as places_service
from responder.places.commands import LoadProfile
from responder.platform.work import UnitOfWork, Work
from responder.settings import Settings

_READABLE = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def is_open(work: Work, settings: Settings) -> bool:
    """Whether the store waits to be set up: nobody in it, and no demonstration."""
    if settings.demo:
        return False
    with work.read() as session:
        return not queries.anybody(session)


def setup_code(settings: Settings) -> str:
    """The code that set-up asks for, made on first use and kept in the data folder (mode 0600).

    Only whoever sees the service's window or its folder knows it: a stranger on the network can't take the store.
    """
    path = _path(settings)
    if not path.exists():
        settings.data.mkdir(parents=True, exist_ok=True)
        made = "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(2))
        # Written aside and linked, so that two processes starting together agree on one code.
        aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        os.write(handle, made.encode())
        os.close(handle)
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_text().strip()


def check_code(settings: Settings, given: str) -> None:
    """Raises WrongSetupCode."""
    plain = "".join(given.upper().replace("-", "").split())
    if not hmac.compare_digest(plain.encode(), setup_code(settings).replace("-", "").encode()):
        raise rules.WrongSetupCode()


def forget_code(settings: Settings) -> None:
    """The code has done its work."""
    _path(settings).unlink(missing_ok=True)


def _path(settings: Settings) -> Path:
    return settings.data / "setup_code"


def choices(work: Work) -> tuple[list[profiles.Profile], str | None]:
    """The profiles to choose from, and the slug of the one that the store already has, first and perhaps its own."""
    with work.read() as session:
        loaded = places.places(session).profile if places.is_loaded(session) else None
    shipped = [profiles.read(slug) for slug in profiles.available()]
    if loaded is None:
        return shipped, None
    return [loaded, *(profile for profile in shipped if profile.slug != loaded.slug)], loaded.slug


def set_up(uow: UnitOfWork, command: SetUp, profile: LoadProfile | None) -> int:
    """Loads the profile where one is given and adds the first administrator; returns the id.

    Raises SetupDone where anybody is in the store, and what ``add_person`` raises.
    """
    if queries.anybody(uow.session):
        raise rules.SetupDone()
    if profile is not None:
        places_service.load_profile(uow, profile)
    root = places.places(uow.session).profile.root
    added = AddPerson(
        command.name, root, frozenset({rules.ADMIN}), command.username, command.lang,
        (command.phone,) if command.phone.strip() else (), command.password_hash,
    )  # fmt: skip
    person_id = service.add_person(uow, added)
    name = uow.session.get_one(Person, person_id).name
    told = {"name": name}
    uow.record(Event("account.set_up", root, ids.number(rules.PERSON, person_id), told, private=True))
    return person_id
