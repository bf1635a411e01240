"""Six hundred people alerted at night through four gateways, each bad in its own way; phones off, opted out, gone and
passed around. Everybody is reached by some road or stands on a person's list with the reason; nobody gets more than
their cap; every answer lands. The same on SQLite and PostgreSQL.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy import insert, select

from responder import worker
from responder.accounts.models import Person, Phone, RoleGrant
from responder.app import House, build
from responder.kernel.actors import Actor
from responder.messaging.broadcasts import service as broadcasts
from responder.messaging.broadcasts.models import Recipient
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Attempt, Inbound, Outbound
from responder.messaging.relay import Relay
from responder.platform.work import Work
from tests import cast
from tests.scenarios.networks import NOWHERE, Networks, most_in_a_day

PEOPLE = 600
START = datetime(2026, 7, 8, 18, 40, tzinfo=UTC)
"""Twenty to three at night in Jinshan."""

VILLAGE = "310116112218"
HAMLET = "310116102201"


@dataclass
class Night:
    """The house, its phones and the networks between them."""

    house: House
    clock: time_machine.Traveller
    relay: Relay
    phones: FlaskClient
    coordinator: Actor
    token: str
    networks: Networks
    numbers: list[str]
    second: dict[str, str]
    jobs: list[Callable[[Work], object]]

    def rows(self, model: type[Any]) -> list[dict[str, Any]]:
        """All rows of a table."""
        table: Any = model.__table__
        with self.house.work.read() as session:
            return [dict(row) for row in session.execute(select(table)).mappings()]

    def pass_(self, minutes: float, step: float = 0.5) -> None:
        """Time goes by: the worker works, the providers tell what became of the texts."""
        end = datetime.now(UTC) + timedelta(minutes=minutes)
        while datetime.now(UTC) < end:
            self.clock.shift(timedelta(minutes=step))
            while self.relay.turn():
                pass
            self.networks.tell(self.phones)
            for job in self.jobs:
                job(self.house.work)

    def api(self, method: str, path: str, **body: Any) -> Any:
        """The coordinator's program."""
        answered = self.phones.open(
            f"/api/v1{path}", method=method, json=body or None, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answered.status_code < 300, (path, answered.status_code, answered.text[:400])
        return answered.get_json()

    def says(self, number: str, body: str, *, by_modem: bool) -> None:
        """A text to the answering number: the modem's, or another that still works."""
        if by_modem:
            self.networks.bring(self.phones, self.house.settings.hook_key("kannel"), number, body)
        else:
            answered = self.phones.post("/simulator/sms", json={"from": number, "body": body})
            assert answered.status_code == 202

    def reached(self) -> set[str]:
        """Numbers whose phone showed a text of the alert."""
        shown = {row["number"] for row in self.rows(Outbound) if row["gateway"] == "simulator" and row["delivered_at"]}
        return shown | set(self.networks.reached)


@pytest.fixture
def night(house: House, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    monkeypatch.setenv("CITY_SMS_URL", NOWHERE)
    networks = Networks(httpserver)
    networks.open()
    with time_machine.travel(START, tick=False) as clock:
        numbers, second = _settle(house)
        wired = House(networks.settings(house.settings), house.work)
        app = build(wired)
        relay = worker.relay(wired)
        token = cast.token_for(wired, "coordinator")
        jobs = [job for _name, _seconds, job in worker.jobs(wired)]
        found = Night(
            wired, clock, relay, app.test_client(), _coordinator(wired), token, networks, numbers, second, jobs
        )
        _fates(found)
        yield found
        relay.close()


def _coordinator(house: House) -> Actor:
    division, name, _roles, _number = cast.PEOPLE["coordinator"]
    return Actor(cast.person_id(house, "coordinator"), name, division, "web")


def _settle(house: House) -> tuple[list[str], dict[str, str]]:
    """Six hundred liaisons in two places, twenty of them with a second phone: first numbers, second ones by first."""
    numbers = [f"+86137{n:08d}" for n in range(PEOPLE)]
    second = {number: number.replace("+86137", "+86138") for number in numbers[80:100]}
    with house.work.begin(cast.SYSTEM) as uow:
        people = [
            {
                "name": f"联络员{n:03d}", "division_code": VILLAGE if n % 2 else HAMLET, "created_at": uow.now,
                "lang": "zh", "demo": False, "must_change_password": False, "post": "",
            }
            for n in range(PEOPLE)
        ]  # fmt: skip
        ids = list(uow.session.scalars(insert(Person).returning(Person.id), people))
        phones = [
            {"person_id": ids[n], "e164": number, "is_primary": True, "label": "", "state": "ok"}
            for n, number in enumerate(numbers)
        ]
        phones += [
            {"person_id": ids[n], "e164": second[numbers[n]], "is_primary": False, "label": "", "state": "ok"}
            for n in range(80, 100)
        ]
        uow.session.connection().execute(insert(Phone.__table__), phones)  # type: ignore[arg-type]
        uow.session.execute(insert(RoleGrant), [{"person_id": one, "role": "liaison"} for one in ids])
    return numbers, second


def _fates(night: Night) -> None:
    """Thirty phones off, twenty opted out, ten that are nobody's."""
    off, fed_up, gone = night.numbers[:30], night.numbers[30:50], night.numbers[50:60]
    night.networks.off, night.networks.fed_up, night.networks.gone = set(off), set(fed_up), set(gone)
    for number in off + gone:
        night.phones.post(f"/simulator/phones/{number}/switches", json={"off": True})
    for number in fed_up:
        night.phones.post(f"/simulator/phones/{number}/switches", json={"opted_out": True})


def test_six_hundred_people_are_alerted_by_four_bad_gateways(night: Night) -> None:
    number = _alert(night)
    night.pass_(12)
    reached = _nobody_is_forgotten(night, number)
    answered = _they_answer(night, number, reached)
    _every_answer_lands(night, number, answered)
    _again(night, number)
    _within_caps(night)
    _nothing_is_stuck(night)


def _alert(night: Night) -> str:
    sent = night.api(
        "POST", "/broadcasts", audience={"roles": ["liaison"]}, body="台风将至，请立即到岗并回复",
        options=["已到岗", "到不了"], urgent=True,
    )  # fmt: skip
    number = str(sent["number"])
    to = [row for row in night.rows(Recipient) if row["number"] in set(night.numbers)]
    assert len(to) == PEOPLE
    return number


def _nobody_is_forgotten(night: Night, number: str) -> set[str]:
    """Each was shown the text, or stands on the list of calls with the reason."""
    reached = night.reached()
    listed = {row["number"]: row for row in night.rows(HandCall) if row["state"] == "open" and row["subject"] == number}
    missed = [one for one in night.numbers if one not in reached and one not in listed]
    assert missed == []
    assert reached.isdisjoint(night.networks.off | night.networks.gone)
    assert all(row["reason"] and row["script"] for row in listed.values())
    assert set(night.networks.off | night.networks.gone) <= set(listed)
    # The road that is down is left alone after a few tries, not six hundred times.
    tries = Counter(row["gateway"] for row in night.rows(Attempt))
    assert tries["http:city"] < 60, tries
    assert night.networks.throttled > 0
    return reached & set(night.numbers)


def _they_answer(night: Night, number: str, reached: set[str]) -> dict[str, str]:
    """By the modem's number or another, with the code or without, late, from a second phone, from a strange one."""
    expected: dict[str, str] = {}
    for n, one in enumerate(sorted(reached)):
        if n % 10 == 9:
            continue
        digit = "2" if n % 7 == 0 else "1"
        body = f"{number} {digit}" if n % 3 == 0 else {"1": "1", "2": "2 路断了"}[digit]
        phone = night.second.get(one, one)
        if phone != one:
            body = f"{number} {digit}"
        night.says(phone, body, by_modem=n % 2 == 0)
        expected[one] = digit
    for n in range(5):
        night.says(f"+8615500000{n:03d}", f"{number} 1 我用别人手机", by_modem=bool(n % 2))
    return expected


def _every_answer_lands(night: Night, number: str, expected: dict[str, str]) -> None:
    to = {row["number"]: row["answer"] for row in night.rows(Recipient) if row["answer"]}
    assert to == expected
    waiting = [row for row in night.rows(Inbound) if row["outcome"] == "waiting"]
    assert sorted(row["number"] for row in waiting) == [f"+8615500000{n:03d}" for n in range(5)]


def _again(night: Night, number: str) -> None:
    """The silent are told again, more often than any cap allows."""
    for _ in range(2):
        night.pass_(6, step=2)
        with night.house.work.begin(night.coordinator) as uow:
            broadcasts.resend(uow, number)
        night.pass_(0.5, step=0.1)
        night.pass_(10, step=2)
    silent = [row for row in night.rows(Recipient) if not row["answer"] and row["number"] in set(night.numbers)]
    listed = {row["number"] for row in night.rows(HandCall) if row["state"] == "open"}
    reached = night.reached()
    assert [row["number"] for row in silent if row["number"] not in reached | listed] == []


def _within_caps(night: Night) -> None:
    assert most_in_a_day(night.networks.twilio, same=True) <= 2
    assert most_in_a_day(night.networks.twilio, same=False) <= 4
    an_hour = Counter(at.replace(minute=0, second=0) for _to, _body, at in night.networks.modems)
    assert max(an_hour.values()) <= 100


def _nothing_is_stuck(night: Night) -> None:
    """When all is quiet again, nothing waits but what waits for the morning."""
    night.pass_(70, step=5)
    waiting = [row for row in night.rows(Outbound) if row["status"] in {"queued", "sending"}]
    assert [(row["template"], row["road"], row["status"]) for row in waiting] == []
    held = {row["template"] for row in night.rows(Outbound) if row["status"] == "held"}
    assert held <= {"number_dead", "number_left"}
    alerts = [row for row in night.rows(Outbound) if row["template"] == "broadcast_urgent"]
    assert {row["status"] for row in alerts} <= {"sent", "delivered", "by_hand", "failed", "cancelled"}
