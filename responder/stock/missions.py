"""Missions as the store needs them: it is blind to who sends them. ``app.py`` wires the book to ``dispatch``."""

from typing import Protocol, cast

from flask import current_app
from sqlalchemy.orm import Session

from responder.kernel.refusals import NotFound
from responder.platform import web
from responder.platform.scope import Scope
from responder.stock import records
from responder.stock.rules import MissionOver


class MissionRef(Protocol):
    """A mission: its number, the incident's number, where it goes, who goes, who confirmed it."""

    @property
    def number(self) -> str: ...
    @property
    def incident(self) -> str: ...
    @property
    def division(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def team_name(self) -> str: ...
    @property
    def confirmed_by(self) -> str: ...
    @property
    def open(self) -> bool: ...


class MissionBook(Protocol):
    """Finds a mission that the signed-in person may see, or None. ``app.extensions["mission_book"]``."""

    def __call__(self, session: Session, scope: Scope, number: str) -> MissionRef | None: ...


def find(session: Session, number: str) -> MissionRef | None:
    """A mission that the signed-in person may see."""
    book = cast(MissionBook, current_app.extensions["mission_book"])
    return book(session, web.scope(), number)


def to_serve(session: Session, number: str) -> MissionRef | None:
    """The mission for which goods leave. None where only its reservation is known here: the keeper of a warehouse
    that gives needn't see the whole mission. Raises NotFound, MissionOver."""
    found = find(session, number)
    if found is None and not records.kept(session, web.scope(), number):
        raise NotFound()
    if found is not None and not found.open:
        raise MissionOver(mission=number)
    return found
