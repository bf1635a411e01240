"""The one write path: a unit of work. The only commit in the code is here."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy.orm import Session

from responder.kernel import clock
from responder.kernel.actors import REAL, Actor
from responder.kernel.events import Event
from responder.kernel.notices import Notice
from responder.platform import eventlog
from responder.platform.database import Database


class Post(Protocol):
    """Turns notices into outbox rows inside the unit's own transaction. Wired to ``messaging`` in ``app.py``."""

    def __call__(self, uow: "UnitOfWork", notices: Sequence[Notice]) -> None: ...


class UnitOfWork:
    """One transaction: rows, events and notices that are kept together or not at all."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.session = session
        self.actor = actor
        self.now = clock.now()
        self.events: list[Event] = []
        self.notices: list[Notice] = []

    @property
    def world(self) -> int:
        """The world in which everything of this unit happens."""
        return self.actor.world

    def record(self, event: Event) -> None:
        """One row in the event log, written at the end."""
        self.events.append(event)

    def send(self, notice: Notice) -> None:
        """One row in the outbox, unique by its dedup key."""
        self.notices.append(notice)

    def act_as(self, actor: Actor) -> None:
        """Names the actor once known (a phone's owner), and moves the unit into the actor's world.

        Raises RuntimeError where something was already recorded or is waiting to be written: it would land in
        the wrong world or under the wrong name.
        """
        if self.events or self.notices or self.session.new or self.session.dirty:
            raise RuntimeError("the actor is named before anything is written")
        self.actor = actor
        self.session.info["world"] = actor.world
        # Rows loaded under the other world must not answer from memory.
        self.session.expunge_all()

    def close(self, post: Post) -> int:
        """Writes notices and events; returns the last seq, 0 where there was none."""
        self.session.flush()
        if self.notices:
            post(self, self.notices)
            self.session.flush()
        if not self.events:
            return 0
        return eventlog.append(self.session, self.events, self.actor, self.now)


class Work:
    """Begins units of work and reads. ``wake`` is called with the last seq after a commit that recorded events."""

    def __init__(self, database: Database, post: Post) -> None:
        self.database = database
        self._post = post
        self.wake: Callable[[int], None] = lambda seq: None

    @contextmanager
    def begin(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A transaction that commits when the block ends and rolls back when it raises. No network inside."""
        seq = 0
        with self.database.gate(), self.database.session(actor.world, write=True) as session:
            uow = UnitOfWork(session, actor)
            try:
                yield uow
                seq = uow.close(self._post)
                session.commit()
            except BaseException:
                session.rollback()
                raise
        if seq:
            self.wake(seq)

    @contextmanager
    def read(self, world: int = REAL) -> Iterator[Session]:
        """A session for reading one world. Whatever it changed is dropped."""
        with self.database.session(world) as session:
            yield session
