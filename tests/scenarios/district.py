"""A whole district at its phones, telephones and browsers, with a clock that is moved by hand."""

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from responder import worker
from responder.accounts.models import Person, Phone, RoleGrant, WebSession
from responder.accounts.sessions import COOKIE
from responder.app import House, build
from responder.kernel.actors import Actor
from responder.messaging.models import Inbound, Outbound
from responder.messaging.relay import Relay
from responder.places import service as places
from responder.places import sources
from responder.places.commands import LoadProfile
from responder.platform.scope import Scope, everything
from responder.reports import sheets
from responder.reports.deadlines import jobs
from responder.reports.models import Report
from tests import cast
from tests.feature.hotline.telephone import PUBLIC, TOKEN, Exchange, Telephone

ROOT = "310116"
ZONE = ZoneInfo("Asia/Shanghai")
PER_TOWN = 4
"""Villages of each town that have a liaison with a phone."""


@dataclass(frozen=True)
class Someone:
    """A person with a phone and, where they have one, a browser."""

    id: int
    name: str
    division: str
    number: str


@dataclass
class District:
    """Jinshan whole: eleven towns with an office each, four villages of each with a liaison."""

    house: House
    clock: time_machine.Traveller
    relay: Relay
    phones: FlaskClient
    exchange: Exchange
    towns: list[str]
    villages: dict[str, list[str]]
    names: dict[str, str]
    people: dict[str, Someone]
    sent: list[str] = field(default_factory=list)
    rung: int = 0
    _app: Any = None
    _browsers: dict[str, FlaskClient] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # The clock.

    @property
    def now(self) -> datetime:
        """This moment, in local time."""
        return datetime.now(ZONE)

    def until(self, when: datetime, *, step: timedelta = timedelta(minutes=10)) -> None:
        """Moves the clock, with the worker's turns at every whole ``step`` on the way."""
        while (now := self.now) < when:
            self.clock.move_to(min(now + step - (now - datetime.combine(now, time(), ZONE)) % step, when))
            self.work()

    def work(self) -> None:
        """The worker's turns: clocks of reports, then the relay until nothing is due."""
        jobs.calendar(self.house.work)
        jobs.chase(self.house.work)
        while self.relay.turn():
            pass

    # By text.

    def text(self, who: str, body: str, *, name: str = "") -> str:
        """A text, by the simulator's own road; the same ``name`` is the provider's repetition. Returns its id."""
        number = self.people[who].number if who in self.people else who
        name = name or f"SM{next(self._ids):05d}"
        answered = self.phones.post("/simulator/sms", json={"from": number, "body": body, "id": name})
        assert answered.status_code == 202, answered.text
        self.sent.append(name)
        return name

    def heard(self, name: str) -> dict[str, Any]:
        """What became of a text."""
        table: Any = Inbound.__table__
        with self.house.work.read() as session:
            return dict(session.execute(select(table).where(table.c.provider_id == name)).mappings().one())

    # By telephone.

    def call(self, who: str) -> Telephone:
        """Somebody rings."""
        self.rung += 1
        return self.exchange.call(self.people[who].number, f"CA{self.rung:04d}")

    def keyed(self, who: str, *figures: str) -> Telephone:
        """A whole report by keypad: flood, figures in the menu's order, nothing said, confirmed; the provider then
        tells the last step and the end twice."""
        line = self.call(who)
        line.key("2", "1", *figures)
        line.wait()
        said = line.key("1")
        assert "已上报" in said, said
        assert line.again() == said
        line.hang_up()
        line.hang_up()
        return line

    # By web.

    def browser(self, who: str) -> tuple[FlaskClient, dict[str, Any]]:
        """A browser in which somebody is signed in, who that is and a fresh form token."""
        if who not in self._browsers:
            token = f"scenario-{who}"
            with self.house.work.begin(cast.SYSTEM) as uow:
                row = WebSession(
                    token_hash=hashlib.sha256(token.encode()).hexdigest(), person_id=self.people[who].id,
                    created_at=uow.now, last_seen_at=uow.now, expires_at=uow.now + timedelta(days=14),
                )  # fmt: skip
                uow.session.add(row)
            client = self._app.test_client()
            client.set_cookie(COOKIE, token)
            self._browsers[who] = client
        client = self._browsers[who]
        told = client.get("/reports/sender").get_json()
        assert told["token"], f"{who} is not signed in"
        return client, told

    def post(self, who: str, path: str, **fields: Any) -> TestResponse:
        """A form of a page, sent; the page that follows is read for a refusal."""
        client, told = self.browser(who)
        data = {"csrf_token": told["token"], **fields}
        return client.post(path, data=data, content_type="multipart/form-data")

    def does(self, who: str, path: str, **fields: Any) -> None:
        """A form that must be carried out: nothing is said against it."""
        answered = self.post(who, path, **fields)
        assert answered.status_code == 302, (path, answered.status_code, answered.text[:500])
        with self._browsers[who].session_transaction() as session:
            said = session.pop("_flashes", [])
        assert all(kind != "error" for kind, _words in said), said

    def page(self, who: str, path: str) -> str:
        """A page as somebody reads it."""
        answered = self.browser(who)[0].get(path)
        assert answered.status_code == 200, (path, answered.status_code)
        return answered.text

    def form(self, who: str, division: str, *, kind: str = "initial", ref: str = "", **figures: object) -> str:
        """The report's form, filled in and sent; returns the report's number."""
        fields = {
            "kind": kind, "hazard": "flood" if kind == "initial" else "", "division": division, "ref": ref,
            "idempotency_key": f"F{next(self._ids)}", "checked": "1", **figures,
        }  # fmt: skip
        answered = self.post(who, "/reports/new", **fields)
        assert answered.status_code == 302, answered.text[-3000:]
        return str(answered.location).rsplit("/", 1)[-1]

    def kept(self, who: str, division: str, waited: timedelta, key: str, **fields: object) -> TestResponse:
        """What a phone without network kept for so long, sent when it is back."""
        client, told = self.browser(who)
        data = {
            "me": told["me"], "drill": "", "waited": str(waited.total_seconds()), "idempotency_key": key,
            "division": division, "kind": "followup", "hazard": "", **fields,
        }  # fmt: skip
        headers = {"X-CSRFToken": told["token"]}
        return client.post("/reports/kept", data=data, headers=headers, content_type="multipart/form-data")

    # Behind the scenes.

    def rows(self, model: type[Inbound] | type[Outbound] | type[Report]) -> list[dict[str, Any]]:
        """All rows of a table, oldest first."""
        table: Any = model.__table__
        with self.house.work.read() as session:
            return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]

    def row(self, model: type[Outbound] | type[Report], key: int = 0) -> dict[str, Any]:
        """One row of a table, by default the newest."""
        table: Any = model.__table__
        wanted = select(table).where(table.c.id == key) if key else select(table).order_by(table.c.id.desc()).limit(1)
        with self.house.work.read() as session:
            return dict(session.execute(wanted).mappings().one())

    def told(self, template: str) -> list[tuple[str, datetime]]:
        """Who was sent texts of a kind, and when (local), oldest first."""
        names = {one.id: who for who, one in self.people.items()}
        return [
            (names.get(row["person_id"], row["number"]), row["created_at"].astimezone(ZONE))
            for row in self.rows(Outbound)
            if row["template"] == template
        ]

    def actor(self, who: str) -> Actor:
        """Somebody at a screen."""
        one = self.people[who]
        return Actor(one.id, one.name, one.division, "web")

    def sheet(self, incident: str, division: str) -> sheets.Sheet | None:
        """A tier's sheet, as the district sees it."""
        with self.house.work.read() as session:
            return sheets.sheet(session, Scope(ROOT), incident, division)

    def trace(self, incident: str, division: str, slug: str) -> list[sheets.Traced]:
        """What is behind a number."""
        with self.house.work.read() as session:
            return sheets.trace(session, everything(), incident, division, slug)


def at(day: int, clock: str) -> datetime:
    """A moment of July 2026 in Jinshan, such as ``at(8, "19:00")``."""
    hour, minute = clock.split(":")
    return datetime(2026, 7, day, int(hour), int(minute), tzinfo=ZONE)


def _settle(house: House) -> tuple[list[str], dict[str, list[str]], dict[str, str]]:
    """Loads all of Jinshan over the cast's few divisions; the towns, their first villages, everybody's names."""
    whole = sources.gather("jinshan")
    with house.work.begin(cast.SYSTEM) as uow:
        places.load_profile(uow, LoadProfile(whole.profile, whole.divisions, whole.boundary))
    names = {one.code: one.name for one in whole.divisions}
    towns = sorted(code for code in names if len(code) == 9 and code.startswith(ROOT))
    villages = {}
    for town in towns:
        mine = sorted(code for code in names if len(code) == 12 and code.startswith(town))
        # Villages before neighbourhoods; the cast's own village among its town's.
        mine.sort(key=lambda code: (code != cast.PEOPLE["village"][0], not names[code].endswith("村"), code))
        villages[town] = mine[:PER_TOWN]
    return towns, villages, names


def _staff(house: House, towns: list[str], villages: dict[str, list[str]], names: dict[str, str]) -> dict[str, Someone]:
    """The cast, and a liaison wherever it has none. Known by their division's code, the cast by their names too."""
    people = {
        who: Someone(cast.person_id(house, who), name, division, number)
        for who, (division, name, _roles, number) in cast.PEOPLE.items()
    }
    for who in ("town", "village"):
        people[people[who].division] = people[who]
    wanted = [code for town in towns for code in (town, *villages[town]) if code not in people]
    # A second person in the cast's village.
    wanted.append("deputy")
    with house.work.begin(cast.SYSTEM) as uow:
        for n, who in enumerate(wanted):
            division = people["village"].division if who == "deputy" else who
            name, number = f"{names[division][:2]}联络员{n}", f"+86199001{n:05d}"
            person = Person(
                username=f"u{n}", name=name, division_code=division, demo=True, created_at=uow.now
            )  # fmt: skip
            uow.session.add(person)
            uow.session.flush()
            uow.session.add(Phone(person_id=person.id, e164=number, primary=True))
            uow.session.add(RoleGrant(person_id=person.id, role="liaison"))
            people[who] = Someone(person.id, name, division, number)
    return people


@contextmanager
def opened(house: House, start: datetime) -> Iterator[District]:
    """The district, all quiet, at this moment."""
    with time_machine.travel(start, tick=False) as clock:
        towns, villages, names = _settle(house)
        people = _staff(house, towns, villages, names)
        values = {"twilio_auth_token": TOKEN, "twilio_account_sid": "AC1", "public_url": PUBLIC}
        wired = House(house.settings.model_copy(update=values), house.work)
        app = build(house)
        yield District(
            house, clock, worker.relay(house), app.test_client(), Exchange(wired, build(wired).test_client()),
            towns, villages, names, people, _app=app,
        )  # fmt: skip
