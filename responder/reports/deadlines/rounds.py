"""What comes due by the calendar: zero rounds, the interval of a running level, drought's ten days. And what has come
to an end with its incident or level."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.incidents.models import Incident, Response
from responder.incidents.responses import Running, running
from responder.places.index import Places
from responder.places.queries import places
from responder.places.rules import level
from responder.reports.deadlines import matching, rulebook, rules
from responder.reports.deadlines.models import Due
from responder.reports.deadlines.rules import MET, OPEN
from responder.reports.models import Report

_t: Any = Due.__table__
_r: Any = Report.__table__
_i: Any = Incident.__table__
_s: Any = Response.__table__

INTERVAL = timedelta(hours=1)


def worlds(session: Session) -> list[int]:
    """The worlds in which something is going on."""
    found = select(_i.c.world).where(_i.c.status != "closed").union(select(_t.c.world).where(_t.c.status == OPEN))
    return sorted(session.execute(found).scalars())


def wanted(session: Session, world: int, now: datetime) -> list[dict[str, Any]]:
    """The dues that the calendar asks for at this moment in one world and that aren't there yet."""
    tree = places(session)
    found: dict[str, dict[str, Any]] = {}
    for one in running(session):
        reported = _reported(session, world, one.incident_id)
        covered = rules.area(one.division, reported, tree.profile.levels)
        for row in [
            *_zero(session, tree, world, one, covered, now), *_interval(tree, world, one, reported, now)
        ]:  # fmt: skip
            found.setdefault(row["key"], row)
    for row in _repeated(session, tree, world, now):
        found.setdefault(row["key"], row)
    known = select(_t.c.key).where(_t.c.world == world, _t.c.due_at > now)
    for key in session.execute(known).scalars():
        found.pop(key, None)
    return list(found.values())


def end_over(session: Session, world: int, now: datetime) -> int:
    """Waives what nobody owes any more: of closed incidents, of levels that have ended. Returns how many.

    What was owed in a joined incident is owed in the one that it was joined to.
    """
    mine = (_t.c.world == world) & (_t.c.status == OPEN)
    gone = select(_i.c.id).where(_i.c.status == "closed", _i.c.merged_into.is_(None), _i.c.world == world)
    done = _move_joined(session, world)
    done += matching.waive(session, mine & _t.c.incident_id.in_(gone), "closed")
    levels = {one.incident_id for one in running(session)}
    drought = select(_i.c.id).where(_i.c.world == world, _i.c.hazard.in_(_repeating(places(session))))
    over = mine & (_t.c.due_at > now) & _t.c.incident_id.not_in(levels)
    # Called off before its time, a round leaves nothing: where another level covers the place, it is opened again.
    done += session.connection().execute(delete(_t).where(over, _t.c.kind == "zero")).rowcount
    return done + matching.waive(session, over & (_t.c.kind == "followup") & _t.c.incident_id.not_in(drought), "ended")


def _repeating(tree: Places) -> list[str]:
    return sorted({rule.hazard for rule in rulebook.applying(tree.profile.levels) if rule.every is not None})


def _move_joined(session: Session, world: int) -> int:
    joined = (
        select(_t, _i.c.merged_into)
        .join(_i, _i.c.id == _t.c.incident_id)
        .where(_t.c.world == world, _t.c.status == OPEN, _i.c.merged_into.is_not(None))
    )
    rows = session.execute(joined).mappings().all()
    for row in rows:
        one = _t.c.id == row["id"]
        if row["kind"] == "zero":
            # A day's round is of the place, not of one incident.
            session.connection().execute(update(_t).where(one).values(incident_id=row["merged_into"]))
            continue
        there = {name: row[name] for name in _t.c.keys() if name != "id"}  # noqa: SIM118
        there["incident_id"] = row["merged_into"]
        there["key"] = row["key"].replace(f":{row['incident_id']}", f":{row['merged_into']}", 1)
        matching.waive(session, one, "joined")
        matching.keep(session, [there])
    return len(rows)


def _reported(session: Session, world: int, incident_id: int) -> list[str]:
    """The divisions that have news of an incident; its own place where there is none."""
    told = select(_r.c.division_code).distinct().where(
        _r.c.incident_id == incident_id, _r.c.world == world, _r.c.status != "returned"
    )  # fmt: skip
    found = list(session.execute(told).scalars())
    return found or list(session.execute(select(_i.c.division_code).where(_i.c.id == incident_id)).scalars())


def _zero(
    session: Session, tree: Places, world: int, one: Running, covered: frozenset[str], now: datetime
) -> list[dict[str, Any]]:
    """The zero reports that are asked for now: villages with somebody to ask, and the offices above them."""
    since = session.execute(
        select(func.min(_s.c.started_at)).where(
            _s.c.incident_id == one.incident_id, _s.c.division_code == one.division, _s.c.world == world
        )
    ).scalar_one()
    levels, zone = tree.profile.levels, tree.profile.zone()
    asked = []
    for rule in rulebook.applying(levels):
        on = rules.round_of(now, rule.at, since, zone) if rule.at is not None else None
        if on is None:
            continue
        for sender in _senders(session, tree, covered, rule.sender):
            asks = rule.sender == levels[-1]
            key = f"{rule.name}:{on.day:%Y%m%d}:{sender}"
            to = rules.receivers(rule, sender)
            row = matching.row_of(
                "zero", key, sender, to, on.since, on.due_at, now, world, one.incident_id, on.day.isoformat(), asks=asks
            )
            asked.append(row | _heard(session, row))
    return asked


def _senders(session: Session, tree: Places, covered: frozenset[str], wanted_level: int) -> list[str]:
    """The divisions of a level in or above the area: at the lowest tier those that have somebody who reports."""
    found: set[str] = set()
    for code in covered:
        if level(code) >= wanted_level:
            found.add(rules.at_level(code, wanted_level) or code)
        else:
            found.update(place.code for place in tree.below(code) if place.level == wanted_level)
    if wanted_level != tree.profile.levels[-1]:
        return sorted(code for code in found if code.startswith(tree.profile.root))
    people = accounts.people_with(session, "report.file", sorted(found))
    return sorted({person.division for person in people})


def _heard(session: Session, row: dict[str, Any]) -> dict[str, Any]:
    """Whoever has reported since the last cut-off isn't asked: their round opens as met, so that it counts."""
    news = (
        select(_r.c.id, _r.c.received_at)
        .where(
            _r.c.world == row["world"], _r.c.division_code == row["division_code"], _r.c.status != "returned",
            _r.c.received_at > row["started_from"],
        )
        .order_by(_r.c.id)
        .limit(1)
    )  # fmt: skip
    found = session.execute(news).first()
    if found is None:
        return {}
    return {"status": MET, "met_at": found.received_at, "met_by": "report", "report_id": found.id, "next_at": None}


def _interval(tree: Places, world: int, one: Running, reported: list[str], now: datetime) -> list[dict[str, Any]]:
    """The follow-ups that a running level asks for: from the offices just below it that have news."""
    if one.report_every_hours <= 0:
        return []
    on = rules.slot(one.started_at, one.report_every_hours * INTERVAL, now)
    below = [wanted for wanted in tree.profile.levels if wanted > level(one.division)]
    if not below:
        return []
    senders = {rules.at_level(code, below[0]) for code in reported if code.startswith(one.division)} - {None}
    return [
        matching.row_of(
            "followup", f"level:{one.incident_id}:{one.id}:{on.n}:{sender}", sender, (one.division,), on.begins,
            on.due_at, now, world, one.incident_id,
        )
        for sender in sorted(code for code in senders if code)
    ]  # fmt: skip


def _repeated(session: Session, tree: Places, world: int, now: datetime) -> list[dict[str, Any]]:
    """What is reported again every so many days while it lasts (drought)."""
    found = []
    for rule in rulebook.applying(tree.profile.levels):
        if rule.every is None:
            continue
        lasting = select(_i.c.id, _i.c.opened_at).where(
            _i.c.world == world, _i.c.hazard == rule.hazard, _i.c.status != "closed"
        )
        for row in session.execute(lasting).all():
            on = rules.slot(row.opened_at, rule.every, now)
            reported = _reported(session, world, row.id)
            for sender in sorted({rules.at_level(code, rule.sender) or "" for code in reported} - {""}):
                key, to = f"{rule.name}:{row.id}:{on.n}:{sender}", rules.receivers(rule, sender)
                found.append(
                    matching.row_of("followup", key, sender, to, on.begins, on.due_at, now, world, row.id)
                )  # fmt: skip
    return found
