"""Whatever the roads do, in whatever order: an alert is delivered, stands on a person's list, or is wanted no more."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from responder.accounts.models import Phone
from responder.kernel.actors import Actor
from responder.kernel.notices import ALERT, Notice
from responder.messaging import service
from responder.messaging.commands import Receipt
from responder.messaging.gateways import Category, Letter, SendFailed, Sent
from responder.messaging.handcalls import jobs
from responder.messaging.handcalls import service as handcalls
from responder.messaging.handcalls.commands import EndCall
from responder.messaging.handcalls.models import HandCall
from responder.messaging.handcalls.rules import WAITING
from responder.messaging.relay import Relay
from tests import cast
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.stands import Ringing

_START = datetime(2026, 7, 8, 4, 0, tzinfo=UTC)
_PEOPLE = ("leader", "town", "village", "keeper")
_CATEGORIES: tuple[Category, ...] = ("temporary", "permanent_number", "opted_out", "content", "config", "unknown")
_OUTCOMES = ("reached", "no_answer", "unreached", "refused", "closed", "wrong_number")


class Moody(Ringing):
    """A gateway in a mood that changes: the category of its refusal, "" while it takes texts, "broken" where it does
    what no gateway should."""

    mood: str = ""

    def send(self, letter: Letter) -> Sent:
        if self.mood == "broken":
            raise ValueError(letter.body)
        self.refuse = None if not self.mood else next(one for one in _CATEGORIES if one == self.mood)
        return super().send(letter)

    def call(self, letter: Letter) -> Sent:
        if self.mood:
            raise SendFailed("E2", "temporary")
        return super().call(letter)


_steps = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.sampled_from(_PEOPLE), st.booleans()),
        st.tuples(st.just("mood"), st.integers(0, 1), st.sampled_from(("", "", "broken", *_CATEGORIES))),
        st.tuples(st.just("turn"), st.just(0), st.sampled_from((0, 1, 4, 20, 90, 200))),
        st.tuples(st.just("receipt"), st.integers(0, 5), st.sampled_from(("delivered", *_CATEGORIES))),
        st.tuples(st.just("unwanted"), st.integers(0, 5), st.just("")),
        st.tuples(st.just("call"), st.integers(0, 5), st.sampled_from(_OUTCOMES)),
    ),
    min_size=4, max_size=14,
)  # fmt: skip


@dataclass
class World:
    """Texts and calls of one example, on a database that examples share: its texts are those after ``first``."""

    line: Line
    clock: Any
    relay: Relay
    stands: tuple[Moody, Moody]
    over: set[str]
    first: int
    last_call: int
    keys: list[str] = field(default_factory=list)

    def texts(self) -> list[dict[str, Any]]:
        return [row for row in self.line.outbox() if row["id"] > self.first and row["template"] == "text_urgent"]

    def calls(self) -> list[dict[str, Any]]:
        table: Any = HandCall.__table__
        with self.line.house.work.read() as session:
            found = select(table).where(table.c.id > self.last_call).order_by(table.c.id)
            return [dict(row) for row in session.execute(found).mappings()]

    def post(self, who: str, wanted: bool) -> None:
        key = f"p{self.first}.{len(self.keys)}"
        self.keys.append(key)
        with self.line.house.work.begin(Actor(None, "system", "310116", "job")) as uow:
            person = cast.person_id(self.line.house, who)
            uow.send(Notice("text_urgent", key, person=person, priority=ALERT, wanted=f"it:{key}" if wanted else ""))

    def mood(self, nth: int, mood: str) -> None:
        self.stands[nth].mood = mood

    def turn(self, _nth: int, minutes: int) -> None:
        self.clock.shift(timedelta(minutes=minutes))
        self.relay.turn()
        jobs.close_unwanted(self.line.house.work, {"it": self.wanted})

    def receipt(self, nth: int, said: str) -> None:
        sent = [row for row in self.texts() if row["provider_id"]]
        if sent:
            row = sent[nth % len(sent)]
            status = "delivered" if said == "delivered" else "failed"
            receipt = Receipt(row["id"], row["provider_id"], status, "E3", "" if status == "delivered" else said)
            with self.line.house.work.begin(Actor(None, "", "", "sms")) as uow:
                service.note_receipt(uow, receipt)

    def unwanted(self, nth: int, _none: str) -> None:
        if self.keys:
            self.over.add(self.keys[nth % len(self.keys)])

    def call(self, nth: int, outcome: Any) -> None:
        waiting = [one for one in self.calls() if one["state"] in WAITING]
        if waiting:
            coordinator = cast.PEOPLE["coordinator"]
            person = cast.person_id(self.line.house, "coordinator")
            with self.line.house.work.begin(Actor(person, coordinator[1], coordinator[0], "web")) as uow:
                handcalls.end(uow, EndCall(waiting[nth % len(waiting)]["id"], outcome))

    def wanted(self, _session: Session, key: str) -> bool:
        return key not in self.over


def _lost(row: dict[str, Any], calls: list[dict[str, Any]], over: set[str]) -> bool:
    """Whether nobody would ever hear of this text again. What a road has taken and told nothing of is on its way; a
    deputy's copy is what somebody gets besides."""
    mine = [
        one for one in calls if row["id"] == one["outbound_id"] or one["dedup"].endswith(f":text:{row['dedup'][2:]}")
    ]
    if row["status"] in ("delivered", "sent") or mine or row["dedup"].endswith(":deputy"):
        return False
    return not (row["status"] == "cancelled" and row["wanted"].removeprefix("it:") in over)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=_steps)
def test_no_alert_is_lost(line: Line, steps: list[tuple[str, Any, Any]]) -> None:
    over: set[str] = set()
    with time_machine.travel(_START, tick=False) as moment:
        before = line.outbox()
        if before:
            moment.move_to(max(row["next_at"] for row in before) + timedelta(hours=30))
        stands = (Moody("moody", receipts=True), Moody("moodier", receipts=True))
        with line.house.work.read() as session:
            last_call = max(session.scalars(select(HandCall.id)), default=0)
        with line.house.work.begin(cast.SYSTEM) as uow:
            uow.session.execute(update(Phone).values(state="ok"))
        world = World(line, moment, None, stands, over, before[-1]["id"] if before else 0, last_call)  # type: ignore[arg-type]
        world.relay = Relay(line.house.work, stands, {"it": world.wanted})
        for name, nth, value in steps:
            getattr(world, name)(nth, value)
        for minutes in (1, 5, 30, 90, 240, 240):
            world.turn(0, minutes)
        calls = world.calls()
        lost = [(row["status"], row["error"]) for row in world.texts() if _lost(row, calls, over)]
        assert lost == [], steps
