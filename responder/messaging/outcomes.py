"""What became of a text that was handed over: written where it counts, and only while the claim is still ours."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, update

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
from responder.platform.work import UnitOfWork

_t: Any = Outbound.__table__


@dataclass
class Claim:
    """One text on its way: its row as claimed, by which line, when, those that go inside it, and those that were to and
    are no longer wanted."""

    row: dict[str, Any]
    standing: Standing
    at: datetime
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


def taken(uow: UnitOfWork, haulier: Haulier, claim: Claim, sent: Sent) -> None:
    """The provider has it. A receipt may have come in before we got here, and says more."""
    connection, row, now = uow.session.connection(), claim.row, uow.now
    signed = haulier.can.signature + claim.body
    segments = 0 if haulier.rings else sent.segments or rules.segments(signed)
    cost = haulier.can.price * (segments or 1)
    ours = _t.c.status == "sending"
    values: dict[str, Any] = {
        "gateway": haulier.gateway, "sent_at": now, "segments": segments, "cost": _t.c.cost + cost,
        "provider_id": sent.provider_id[:80], "status": case((ours, sent.status), else_=_t.c.status),
        "delivered_at": now if sent.status == "delivered" else _t.c.delivered_at,
    }  # fmt: skip
    values |= {name: case((ours, ""), else_=_t.c[name]) for name in ("error", "category")}
    if claim.mates:
        # From here on it is one text: what follows, follows for all that is inside.
        values |= {"body": claim.body, "form": {}}
    connection.execute(update(_t).where(_t.c.id == row["id"], _t.c.attempts == row["attempts"]).values(values))
    tried = {
        "provider_id": sent.provider_id[:80], "segments": segments, "cost": cost,
        "words": rules.fingerprint("", claim.body),
    }  # fmt: skip
    roadbook.end_attempt(connection, row["id"], row["attempts"], tried)
    inside = (_t.c.bundle_id == row["id"]) & (_t.c.status == "sending")
    if claim.mates:
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


def speaks_against(uow: UnitOfWork, haulier: Haulier, line: Standing, problem: SendFailed) -> None:
    """A line that fails too often in a row, or is set up wrongly, is left alone for a while; one that asks for time
    gets it. Once for each time that it breaks the board is told, of wrong settings also whoever can put them right."""
    if problem.category not in AGAINST_THE_ROAD and problem.after <= 0:
        return
    connection = uow.session.connection()
    found = roadbook.standings(connection, [haulier], uow.now, lock=True)[haulier.name]
    now = next(one for one in found if one.name == line.name)
    if problem.after > 0:
        roadbook.hold_back(connection, now.name, haulier.bucket.held_back(now.free_at, uow.now, problem.after))
    after = failed(now.breaker, problem.category, uow.now, manners().breaker)
    if after == now.breaker:
        return
    roadbook.write_breaker(connection, now.name, after, problem.code)
    if now.breaker.opened_at is None and after.opened_at is not None:
        _alarm(uow, now.name, problem)


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
