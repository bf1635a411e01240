"""Reads of the places room: the tree in memory, one per database, made anew when the divisions change.

Divisions are public knowledge and the same for everybody: these reads take no Scope.
"""

import math
import threading
import time
import weakref
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session

from responder.kernel.refusals import Refusal
from responder.places.index import Place, Places
from responder.places.models import Division, ProfileRow
from responder.places.profiles import Profile

CHECK_SECONDS = 2.0
"""How old the tree may be before it is asked, with one tiny SELECT, whether it has changed."""


class NoProfile(Refusal):
    """The store has no profile yet: ``responder profile load`` comes first."""

    code = "places.no_profile"


_OWN = "places"
"""Where a session that has changed divisions keeps its own tree."""


@dataclass
class _Held:
    places: Places | None = None
    checked: float = -math.inf
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fresh(self) -> Places | None:
        """The tree, unless it is time to ask whether it has changed."""
        return self.places if time.monotonic() - self.checked < CHECK_SECONDS else None


_held: "weakref.WeakKeyDictionary[object, _Held]" = weakref.WeakKeyDictionary()


def places(session: Session) -> Places:
    """The tree of this session's database, from memory.

    Another process's change shows after two seconds at most. Raises NoProfile while no profile is loaded.
    """
    if _OWN in session.info:
        # This unit has changed divisions: it sees its own tree, which nobody else may see before it commits.
        session.info[_OWN] = session.info[_OWN] or _build(session)
        return cast(Places, session.info[_OWN])
    held = _held_for(session)
    if (fresh := held.fresh()) is not None:
        return fresh
    with held.lock:
        if (fresh := held.fresh()) is not None:
            return fresh
        asked = time.monotonic()
        # A flush here would fail a caller's half-made rows, once in two seconds.
        with session.no_autoflush:
            version = session.scalar(select(ProfileRow.version))
        if version is None:
            raise NoProfile()
        if held.places is None or held.places.version != version:
            held.places = _build(session)
        held.checked = asked
        return held.places


def changed(session: Session) -> None:
    """Divisions have changed in this session: it sees them at once, everybody else once it commits."""
    if _OWN not in session.info:
        held = _held_for(session)

        def look_again(_session: Session) -> None:
            held.checked = -math.inf

        event.listen(session, "after_commit", look_again)
    session.info[_OWN] = None


def is_loaded(session: Session) -> bool:
    """Whether the store has a profile."""
    if _held_for(session).fresh() is not None:
        return True
    return session.scalar(select(ProfileRow.version)) is not None


def _held_for(session: Session) -> _Held:
    bind = session.get_bind()
    engine: Engine = bind.engine if isinstance(bind, Connection) else bind
    # A reader and a writer engine made from one another share their pool: that is one database.
    return _held.setdefault(engine.pool, _Held())


def _build(session: Session) -> Places:
    row = session.execute(select(ProfileRow.version, ProfileRow.body, ProfileRow.boundary)).one()
    columns = Division.__table__.c
    found = (
        Place(
            code=row.code,
            name=row.name,
            official_name=row.official_name,
            level=row.level,
            kind=row.kind,
            aliases=tuple(row.aliases),
            lat=row.lat,
            lng=row.lng,
            precision=row.precision,
            crs_source=row.crs_source,
            point_source=row.point_source,
            valid=row.valid,
        )
        for row in session.execute(select(*columns))
    )
    # Stored by an older release, it may hold keys that are gone; keys added since then must have defaults.
    profile = Profile.model_validate(row.body, extra="ignore")
    return Places(row.version, profile, row.boundary, found)
