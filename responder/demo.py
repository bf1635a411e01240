"""Composition of the demonstration: every room brings its own furniture."""

from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from responder.accounts import demo as accounts
from responder.accounts.models import Person
from responder.app import House
from responder.drills import demo as drills
from responder.kernel import clock
from responder.kernel.actors import REAL, Actor
from responder.places import demo as places
from responder.places.queries import is_loaded
from responder.platform.database import Database
from responder.settings import Settings
from responder.stock import demo as stock
from responder.teams import demo as teams

ROOMS = (places, accounts, teams, stock, drills)


def is_real(house: House) -> bool:
    """Whether the store holds people, and none of a demonstration."""
    with house.work.read() as session:
        people = session.execute(select(Person.demo, func.count()).group_by(Person.demo)).all()
    return bool(people) and not any(demo for demo, _count in people)


def set_aside(settings: Settings) -> Path | None:
    """Moves a SQLite store that holds nothing but a demonstration out of the way; returns where to, None where there
    is nothing to move. A branch goes from the demonstration to its own data in the same folder."""
    database = Database(settings.url())
    if not database.is_sqlite or not Path(str(database.url.database)).is_file():
        return None
    try:
        with database.session(REAL) as session:
            people = [demo for (demo,) in session.execute(select(Person.demo).distinct())]
    except SQLAlchemyError:
        return None
    finally:
        database.dispose()
    if people != [True]:
        return None
    store = Path(str(database.url.database))
    target = store.with_name(f"demonstration-{clock.now():%Y%m%d-%H%M%S}.db")
    # What SQLite keeps beside the file belongs to it.
    for tail in ("", "-wal", "-shm"):
        if (part := store.with_name(store.name + tail)).exists():
            part.rename(target.with_name(target.name + tail))
    return target


def furnish(house: House, profile: str) -> bool:
    """Fills an empty store with a believable branch. Returns False where there is something already.

    One transaction: a demonstration is there whole or not at all.
    """
    with house.work.read() as session:
        if is_loaded(session):
            return False
    with house.work.begin(Actor(None, "demo", "", "cli")) as uow:
        for room in ROOMS:
            room.furnish(uow, profile)
            uow.session.flush()
    return True
