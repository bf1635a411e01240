"""Live push: the event log, projected to each browser's own part of the tree (DESIGN §3, §8 Live)."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, Protocol

import structlog
from flask import Flask, request
from flask_socketio import SocketIO
from sqlalchemy import text

from responder.platform import eventlog
from responder.platform.eventlog import EventView
from responder.platform.principal import Principal
from responder.platform.scope import ancestors
from responder.platform.work import Work

log = structlog.get_logger(__name__)

NAMESPACE = "/live"
FRAME_SECONDS = 0.1
"""After an event has left, what follows within this time leaves as one frame."""
TAIL_SECONDS = 0.05
"""How often other processes' commits are looked for."""
GAP = 500
"""A browser that missed more events than this is told to reload."""
REMEMBERED = 2000


class Entrance(Protocol):
    """Who connects: from the session cookie or the token in auth; None is turned away. Wired to ``accounts``."""

    def __call__(self, auth: dict[str, Any], /) -> Principal | None: ...


class DrillNumber(Protocol):
    """A world's drill number; None for the real world. Wired to ``drills``."""

    def __call__(self, world: int) -> str | None: ...


class Pusher:
    """Tails the log in one background thread and sends each room what it may see."""

    def __init__(self, socketio: SocketIO, work: Work, drill_number: DrillNumber) -> None:
        self.socketio = socketio
        self.work = work
        self.drill_number = drill_number
        self.sent = 0
        self.recent: deque[EventView] = deque(maxlen=REMEMBERED)
        self.rooms: dict[str, int] = defaultdict(int)
        self.members: dict[str, tuple[Principal, str]] = {}
        self.waiting: dict[str, tuple[Principal, int]] = {}
        # Reentrant: a socket that is found dead while it is sent to says farewell on the spot.
        self.lock = threading.RLock()
        self._bell = threading.Event()
        self._started = False

    def start(self) -> None:
        """Begins tailing at the log's present end. Called by the first connection, in the serving process."""
        if self._started:
            return
        self._started = True
        with self.work.read() as session:
            self.sent = eventlog.last_seq(session)
        self.work.wake = lambda seq: self._bell.set()
        self.socketio.start_background_task(self._run)

    def _run(self) -> None:
        changed = self._watcher()
        while True:
            rang = self._bell.wait(TAIL_SECONDS)
            self._bell.clear()
            try:
                if (rang or changed()) and self.push():
                    time.sleep(FRAME_SECONDS)
            except Exception:
                # The pusher must outlive a database that is away for a while; browsers resume by seq.
                log.exception("live push failed")
                time.sleep(1.0)

    def _watcher(self) -> Callable[[], bool]:
        """A cheap question: may another process have committed since we last looked?"""
        if not self.work.database.is_sqlite:
            return lambda: True
        connection = self.work.database.reader.connect()
        raw = connection.connection.dbapi_connection
        assert raw is not None
        seen = [-1]

        def changed() -> bool:
            version = raw.execute("PRAGMA data_version").fetchone()[0]
            moved, seen[0] = version != seen[0], version
            return bool(moved)

        return changed

    def push(self) -> bool:
        """Sends everything after ``sent``. Returns whether there was anything."""
        pushed, dropped = False, []
        with self.lock:
            while True:
                with self.work.read() as session:
                    found = eventlog.after(session, self.sent)
                if not found:
                    break
                self._emit([event for event in found if not event.private], found[-1].seq)
                dropped += [sid for event in found if event.private for sid in self._sockets_of(event)]
                self.recent.extend(found)
                self.sent = found[-1].seq
                pushed = True
        for sid in dropped:
            # Outside the lock: the socket's own farewell takes it.
            self.socketio.server.disconnect(sid, namespace=NAMESPACE)
        return pushed

    def _emit(self, events: list[EventView], until: int) -> None:
        frames: dict[str, list[dict[str, Any]]] = defaultdict(list)
        items: dict[tuple[int, str], dict[str, Any]] = {}
        for event in events:
            for code in ["", *ancestors(event.division)]:
                for lang in ("zh", "en"):
                    room = _room(code, event.world, lang)
                    if room not in self.rooms:
                        continue
                    if (event.seq, lang) not in items:
                        items[event.seq, lang] = event.item(lang, self.drill_number(event.world))
                    frames[room].append(items[event.seq, lang])
        for room, frame in frames.items():
            self.socketio.emit("events", {"items": frame, "until": until}, to=room, namespace=NAMESPACE)

    def _sockets_of(self, event: EventView) -> list[str]:
        """Whoever was disabled, re-roled or signed out everywhere loses the open sockets; the page asks again."""
        person = event.data.get("person_id")
        if person is None:
            return []
        return [sid for sid, (owner, _) in self.members.items() if owner.person_id == person]

    def join(self, sid: str, since: int | None) -> None:
        """Puts a browser into its room and sends what it missed, both under the lock, so that nothing is lost,
        nothing comes twice and nothing out of order."""
        with self.lock:
            entry = self.waiting.pop(sid, None)
            if entry is None:
                member = self.members.get(sid)
                if member is None:
                    return
                entry = (member[0], self.sent)
                self._leave(sid)
            who, start = entry
            replay = self._replay(who, start if since is None else since)
            room = _room(who.division, who.world, who.lang)
            # The server's own call: a background task has no request and no application context.
            self.socketio.server.enter_room(sid, room, namespace=NAMESPACE)
            self.members[sid] = (who, room)
            self.rooms[room] += 1
            if replay is not None:
                self.socketio.emit(*replay, to=sid, namespace=NAMESPACE)

    def _replay(self, who: Principal, since: int) -> tuple[str, dict[str, Any]] | None:
        if since > self.sent:
            # The browser knows a later seq than ours: another process committed it, the pusher is about to see it.
            return None
        missed = self._missed(who, since)
        if missed is None:
            return "gap", {"until": self.sent}
        if missed or since < self.sent:
            items = [event.item(who.lang, self.drill_number(event.world)) for event in missed]
            return "events", {"items": items, "until": self.sent}
        return None

    def _missed(self, who: Principal, since: int) -> list[EventView] | None:
        scope = who.scope()
        if self.recent and self.recent[0].seq <= since + 1:
            tail = [e for e in self.recent if e.seq > since]
            seen = [e for e in tail if e.world == scope.world and not e.private and scope.holds(e.division)]
        else:
            with self.work.read(scope.world) as session:
                seen = eventlog.since(session, scope, since, GAP + 1)
            seen = [e for e in seen if e.seq <= self.sent and not e.private]
        return None if len(seen) > GAP else seen

    def leave(self, sid: str) -> None:
        """A browser has gone."""
        with self.lock:
            self.waiting.pop(sid, None)
            self._leave(sid)

    def _leave(self, sid: str) -> None:
        member = self.members.pop(sid, None)
        if member is not None:
            room = member[1]
            self.socketio.server.leave_room(sid, room, namespace=NAMESPACE)
            self.rooms[room] -= 1
            if self.rooms[room] <= 0:
                del self.rooms[room]


def _room(division: str, world: int, lang: str) -> str:
    return f"{division}|{world}|{lang}"


def init_live(app: Flask, work: Work, enter: Entrance, drill_number: DrillNumber, mode: str) -> SocketIO:
    """Mounts Socket.IO on the app. ``mode`` is gevent in the web process, threading in tests."""
    socketio = SocketIO(app, async_mode=mode, cors_allowed_origins=None, manage_session=False)
    pusher = Pusher(socketio, work, drill_number)
    app.extensions["pusher"] = pusher

    def connect(auth: Any = None) -> bool:
        who = enter(auth if isinstance(auth, dict) else {})
        if who is None:
            return False
        pusher.start()
        sid = _sid()
        pusher.waiting[sid] = (who, pusher.sent)

        def join_anyway() -> None:
            # A client that never says resume still gets what happens from its connection on.
            socketio.sleep(1.0)
            if sid in pusher.waiting:
                pusher.join(sid, None)

        socketio.start_background_task(join_anyway)
        return True

    def resume(message: Any = None) -> None:
        since = message.get("since") if isinstance(message, dict) else None
        known = isinstance(since, int) and not isinstance(since, bool) and 0 <= since < 2**62
        pusher.join(_sid(), since if known else None)

    def disconnect(_reason: Any = None) -> None:
        pusher.leave(_sid())

    for name, handler in (("connect", connect), ("resume", resume), ("disconnect", disconnect)):
        socketio.on_event(name, handler, namespace=NAMESPACE)
    return socketio


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def ping(work: Work) -> None:
    """Raises where the database doesn't answer."""
    with work.read() as session:
        session.execute(text("SELECT 1"))
