"""What became of a text that was handed over: written where it counts, and only while the claim is still ours."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, update
from sqlalchemy.engine import Connection

from responder.accounts import queries as accounts
from responder.kernel.events import Event
from responder.kernel.notices import ANSWER, Notice
from responder.messaging import bundling, numbers, roadbook, rules
from responder.messaging.breaker import AGAINST_THE_ROAD, Breaker, failed
from responder.messaging.fleet import Haulier
from responder.messaging.gateways import Letter, SendFailed, Sent
from responder.messaging.manners import manners
from responder.messaging.models import Outbound
from responder.messaging.roadbook import Standing
from responder.places.queries import places
from responder.platform.database import UtcDateTime
from responder.platform.work import UnitOfWork

_t: Any = Outbound.__table__


@dataclass
class Claim:
    """One text on its way: its row as claimed, by which line, when, from when on its road may take it, those that go
    inside it, and those that were to and are no longer wanted."""

    row: dict[str, Any]
    standing: Standing
    at: datetime
    due: datetime
    mates: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)

    @property
    def body(self) -> str:
        """The text as it is handed over."""
        return bundling.joined([self.row["body"], *(mate["body"] for mate in self.mates)])

    def letter(self) -> Letter:
        """What the gateway gets."""
        row, line = self.row, self.standing.line
        form = {} if self.mates else row["form"]
        return Letter(
            row["id"], row["number"], self.body, row["template"], row["lang"], form, row["priority"],
            line.name if line else "",
        )  # fmt: skip


_ours = _t.c.status == "sending"
_TAKEN = (
    update(_t)
    .where(_t.c.id == bindparam("its_id"), _t.c.attempts == bindparam("its_nth"))
    .values(
        gateway=bindparam("its_gateway"),
        sent_at=bindparam("its_end"),
        segments=bindparam("its_segments"),
        cost=_t.c.cost + bindparam("its_cost"),
        provider_id=bindparam("its_provider_id"),
        status=case((_ours, bindparam("its_status")), else_=_t.c.status),
        delivered_at=func.coalesce(bindparam("its_delivery", type_=UtcDateTime), _t.c.delivered_at),
        error=case((_ours, ""), else_=_t.c.error),
        category=case((_ours, ""), else_=_t.c.category),
    )
)


def taken(uow: UnitOfWork, haulier: Haulier, landed: Sequence[tuple[Claim, Sent]]) -> None:
    """The provider has them. A receipt may have come in before we got here, and says more."""
    connection, now = uow.session.connection(), uow.now
    rows, tried = [], []
    # In one order everywhere: receipts of the same texts may be written at this moment.
    for claim, sent in sorted(landed, key=lambda one: one[0].row["id"]):
        segments = 0 if haulier.rings else sent.segments or rules.segments(haulier.can.signature + claim.body)
        cost, provider_id = haulier.can.price * (segments or 1), sent.provider_id[:80]
        rows.append(
            {
                "its_id": claim.row["id"], "its_nth": claim.row["attempts"], "its_gateway": haulier.gateway,
                "its_end": now, "its_segments": segments, "its_cost": cost, "its_provider_id": provider_id,
                "its_status": sent.status, "its_delivery": now if sent.status == "delivered" else None,
            }
        )  # fmt: skip
        tried.append(
            {
                "its_text": claim.row["id"], "its_nth": claim.row["attempts"], "provider_id": provider_id,
                "segments": segments, "cost": cost, "words": rules.fingerprint("", claim.body),
            }
        )  # fmt: skip
    connection.execute(_TAKEN, rows)
    roadbook.end_attempts(connection, tried)
    for claim, _sent in landed:
        _inside_went(connection, haulier, claim, now)


def _inside_went(connection: Connection, haulier: Haulier, claim: Claim, now: datetime) -> None:
    row = claim.row
    inside = (_t.c.bundle_id == row["id"]) & (_t.c.status == "sending")
    if claim.mates:
        # From here on it is one text: what follows, follows for all that is inside.
        lead = (_t.c.id == row["id"]) & (_t.c.attempts == row["attempts"])
        connection.execute(update(_t).where(lead).values(body=claim.body, form={}))
        went = {"status": "bundled", "gateway": haulier.gateway, "sent_at": now, "road": haulier.name}
        connection.execute(update(_t).where(inside, _t.c.id.in_([m["id"] for m in claim.mates])).values(went))
    if claim.dropped:
        ids = [mate["id"] for mate in claim.dropped]
        connection.execute(update(_t).where(inside, _t.c.id.in_(ids)).values(_UNWANTED))


_UNWANTED = {"status": "cancelled", "error": "no longer wanted", "bundle_id": None}


def carries(uow: UnitOfWork, lines: Sequence[Standing]) -> None:
    """Lines that took a text are well again."""
    connection = uow.session.connection()
    for one in {line.name: line for line in lines}.values():
        if one.breaker.failures or one.breaker.opened_at is not None:
            roadbook.write_breaker(connection, one.name, Breaker(), "")
            if one.breaker.opened_at is not None:
                uow.record(Event("message.road_well", places(uow.session).profile.root, "", {"road": one.name}))


def refused(uow: UnitOfWork, claim: Claim, problem: SendFailed) -> None:
    """The provider did not take it: it looks for its next road."""
    said = {"code": str(problem)[:200], "category": problem.category}
    roadbook.end_attempt(uow.session.connection(), claim.row["id"], claim.row["attempts"], {"taken": False, **said})
    _still(uow, claim, {"status": "queued", "road": "", "error": said["code"], "category": problem.category})
    _release(uow, claim)
    numbers.heard_of(uow, claim.row["number"], problem.category, claim.row["template"])


def speaks_against(uow: UnitOfWork, haulier: Haulier, line: Standing, problem: SendFailed) -> bool:
    """A line that fails too often in a row, or is set up wrongly, is left alone for a while; one that asks for time
    gets it. Once for each time that it breaks the board is told, of wrong settings also whoever can put them right.
    Returns whether what was meant for it now should not be handed over."""
    if problem.category not in AGAINST_THE_ROAD and problem.after <= 0:
        return False
    connection = uow.session.connection()
    found = roadbook.standings(connection, [haulier], uow.now, lock=True)[haulier.name]
    now = next(one for one in found if one.name == line.name)
    if problem.after > 0:
        roadbook.hold_back(connection, now.name, haulier.bucket.held_back(now.free_at, uow.now, problem.after))
    after = failed(now.breaker, problem.category, uow.now, manners().breaker)
    if after != now.breaker:
        roadbook.write_breaker(connection, now.name, after, problem.code)
    if now.breaker.opened_at is None and after.opened_at is not None:
        _alarm(uow, now.name, problem)
    return problem.after > 0 or after.opened_at is not None


def _alarm(uow: UnitOfWork, road: str, problem: SendFailed) -> None:
    root, told = places(uow.session).profile.root, {"road": road, "state": problem.code[:20]}
    uow.record(Event("message.road_down", root, "", told))
    if problem.category != "config":
        return
    for person in accounts.people_with(uow.session, "settings.manage", [root]):
        # A setting that is wrong again after every probe is told of once an hour.
        dedup = f"road:{road}:config:{uow.now:%Y-%m-%dT%H}:{person.id}"
        uow.send(Notice("road_down", dedup, person=person.id, params=told, priority=ANSWER))


def unwanted(uow: UnitOfWork, claim: Claim) -> None:
    """Nobody waits for it any more: cancelled, with a trace."""
    if _still(uow, claim, _UNWANTED):
        roadbook.forget_attempt(uow.session.connection(), claim.row["id"], claim.row["attempts"])
    _release(uow, claim)


def back(uow: UnitOfWork, claim: Claim) -> None:
    """It was not handed over at all."""
    mine = {"status": "queued", "road": "", "attempts": claim.row["attempts"] - 1, "next_at": uow.now}
    if _still(uow, claim, mine):
        roadbook.forget_attempt(uow.session.connection(), claim.row["id"], claim.row["attempts"])
    _release(uow, claim)


def _still(uow: UnitOfWork, claim: Claim, values: dict[str, Any]) -> bool:
    """Writes what became of our claim, unless a receipt or another relay has said more since."""
    row = claim.row
    ours = (_t.c.id == row["id"]) & (_t.c.status == "sending") & (_t.c.attempts == row["attempts"])
    return bool(uow.session.connection().execute(update(_t).where(ours).values(values)).rowcount)


def _release(uow: UnitOfWork, claim: Claim) -> None:
    """What was to go inside goes by itself again."""
    if claim.mates or claim.dropped:
        inside = (_t.c.bundle_id == claim.row["id"]) & (_t.c.status == "sending")
        values = {"status": "queued", "road": "", "bundle_id": None, "next_at": uow.now}
        uow.session.connection().execute(update(_t).where(inside).values(values))
