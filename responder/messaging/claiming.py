"""Texts of one road being given out: inside one unit, which holds the road's row, so that tokens, budgets and caps hold
however many workers run."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection

from responder.kernel.notices import ALERT
from responder.messaging import bundling, roadbook, rules
from responder.messaging.breaker import probing
from responder.messaging.fleet import Haulier
from responder.messaging.letters import treatments
from responder.messaging.manners import manners
from responder.messaging.models import Outbound
from responder.messaging.outcomes import Claim
from responder.messaging.roadbook import Standing
from responder.platform.work import UnitOfWork

CLAIM = timedelta(seconds=60)
"""A claimed text whose relay died is taken up again after this; longer than any gateway's time-out."""
BACK = 500
"""Texts of a broken road that are given back in one unit."""

_t: Any = Outbound.__table__

_BEST = (
    select(_t)
    .where(_t.c.status == "queued", _t.c.road == bindparam("its_road"))
    .order_by(_t.c.priority, _t.c.turn, _t.c.id)
    .limit(bindparam("its_most"))
)
_MINE = update(_t).values(status="sending", next_at=bindparam("its_end"), attempts=_t.c.attempts + 1)


@cache
def _joinable() -> frozenset[str]:
    return frozenset(name for name, one in treatments().items() if one.may_be_bundled)


class Hand:
    """What one road may send now, and ``ahead`` of now: each text with the moment at which it is due."""

    def __init__(self, haulier: Haulier, uow: UnitOfWork, ahead: timedelta) -> None:
        self.haulier = haulier
        self.now = uow.now
        self.ahead = ahead
        self.connection: Connection = uow.session.connection()
        found = roadbook.standings(self.connection, [haulier], self.now, lock=True)[haulier.name]
        self.lines = {one.name: one for one in found}
        self.free_at = {one.name: one.free_at for one in found}
        self.breakers = {one.name: one.breaker for one in found}
        self.claims: list[Claim] = []
        self.back: list[int] = []
        self.more = True

    def next_at(self, *, alert: bool) -> datetime | None:
        """When this road may take its next text, None while it carries none."""
        free = [self.free_at[one.name] for one in self.lines.values() if one.carries(self.now)]
        return min((self.haulier.bucket.next_at(one, self.now, alert=alert) for one in free), default=None)

    def out(self, most: int, most_routine: int) -> list[Claim]:
        """Claims the best texts, alerts up to ``most``, all others up to ``most_routine``. ``more`` says afterwards
        whether others may be waiting."""
        if not any(one.carries(self.now) for one in self.lines.values()):
            # Nobody waits for a broken road: its texts look for another at once.
            self._give_back([row["id"] for row in self._best(BACK)])
            return []
        rows = self._best(most)
        self.more = bool(rows)
        keys: set[tuple[str, int, str, bool]] = set()
        tallies = roadbook.tallies(self.connection, {row["number"] for row in rows}, self.now)
        for row in rows:
            if row["priority"] > ALERT and len(self.claims) >= most_routine:
                break
            if self._key(row) in keys:
                # It goes inside the one before, or after it.
                continue
            words = rules.fingerprint("", row["body"])
            tally = tallies[row["number"]]
            full = self.haulier.most is not None and tally.count(self.haulier.name) >= self.haulier.most
            if full or tally.refusal(self.haulier.name, self.haulier.can, words, row["template"]):
                self.back.append(row["id"])
                continue
            alert = row["priority"] <= ALERT
            line = self._line(alert)
            if line is None:
                break
            due = self.haulier.bucket.next_at(self.free_at[line.name], self.now, alert=alert)
            self._take(line)
            tally.add(self.haulier.name, words, row["template"], self.now)
            self.claims.append(Claim(row, line, self.now, due))
            if self._joins(row):
                keys.add(self._key(row))
        self._give_back(self.back)
        self._bundle()
        self._write()
        return self.claims

    def _best(self, count: int) -> list[dict[str, Any]]:
        wanted = {"its_road": self.haulier.name, "its_most": count}
        return [dict(row) for row in self.connection.execute(self._locked(_BEST), wanted).mappings()]

    def _locked(self, statement: Any) -> Any:
        on_server = self.connection.dialect.name == "postgresql"
        return statement.with_for_update(skip_locked=True) if on_server else statement

    def _give_back(self, ids: Sequence[int]) -> None:
        if ids:
            self.connection.execute(update(_t).where(_t.c.id.in_(ids)).values(road=""))

    def _line(self, alert: bool) -> Standing | None:
        """The line that may carry one more and has waited longest."""
        bucket = self.haulier.bucket
        free = [
            one
            for one in self.lines.values()
            if one.well
            and self.breakers[one.name].stand(self.now) != "open"
            and one.budget.left() != 0
            and bucket.tokens(self.free_at[one.name], self.now + self.ahead, alert=alert)
        ]
        return min(free, key=lambda one: self.free_at[one.name] or self.now, default=None)

    def _take(self, line: Standing) -> None:
        line.budget.take()
        self.free_at[line.name] = self.haulier.bucket.take(self.free_at[line.name], self.now, 1)
        if self.breakers[line.name].stand(self.now) == "half_open":
            self.breakers[line.name] = probing(self.breakers[line.name], self.now, manners().breaker)

    def _bundle(self) -> None:
        """What else waits for the same numbers, can go with it and fits."""
        leads = {self._key(one.row): one for one in self.claims if self._joins(one.row)}
        if not leads:
            return
        taken = [one.row["id"] for one in self.claims]
        waits = select(_t).where(
            _t.c.number.in_({key[0] for key in leads}), _t.c.status.in_(("queued", "held")),
            _t.c.template.in_(_joinable()), _t.c.attempts == 0, _t.c.id.not_in(taken), _t.c.expires_at > self.now,
        )  # fmt: skip
        mates: dict[int, list[dict[str, Any]]] = {}
        for found_row in self.connection.execute(self._locked(waits.order_by(_t.c.id))).mappings():
            row = dict(found_row)
            lead = leads.get(self._key(row))
            if lead is not None:
                mates.setdefault(lead.row["id"], []).append(row)
        for lead in leads.values():
            found = mates.get(lead.row["id"], [])
            bodies = [lead.row["body"], *(mate["body"] for mate in found)]
            lead.mates = found[: bundling.fitting(bodies, self.haulier.can, manners().bundles) - 1]

    def _joins(self, row: Mapping[str, Any]) -> bool:
        """Whether a text may be the first of a bundle here."""
        return row["template"] in _joinable() and not self.haulier.rings and self.haulier.can.freeform

    @staticmethod
    def _key(row: Mapping[str, Any]) -> tuple[str, int, str, bool]:
        """Texts with the same may go together."""
        return row["number"], row["world"], row["lang"], row["template"] in _joinable()

    def _write(self) -> None:
        if not self.claims:
            return
        until = self.now + CLAIM
        for one in self.claims:
            one.row["attempts"] += 1
            if one.mates:
                inside = {"status": "sending", "next_at": until, "bundle_id": one.row["id"]}
                ids = [mate["id"] for mate in one.mates]
                self.connection.execute(update(_t).where(_t.c.id.in_(ids)).values(inside))
        mine = _MINE.where(_t.c.id.in_([one.row["id"] for one in self.claims]))
        self.connection.execute(mine, {"its_end": until})
        roadbook.begin_attempts(self.connection, [self._attempt(one) for one in self.claims])
        for name in {one.standing.name for one in self.claims}:
            free_at = self.free_at[name]
            assert free_at is not None
            roadbook.spend(self.connection, self.lines[name], free_at, self.breakers[name])

    def _attempt(self, one: Claim) -> dict[str, Any]:
        row, line = one.row, one.standing.line
        return {
            "outbound_id": row["id"], "nth": row["attempts"], "gateway": self.haulier.gateway,
            "line": line.name if line else "", "number": row["number"], "at": self.now,
            "words": rules.fingerprint("", one.body), "template": row["template"], "taken": True,
            "voice": self.haulier.rings, "provider_id": "", "code": "", "category": "", "segments": 0, "cost": 0,
            "world": row["world"],
        }  # fmt: skip
