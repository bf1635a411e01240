"""What missions say: events for the log, texts for the phones. Part of the write path."""

from typing import Any

from responder.dispatch.models import Mission
from responder.kernel import ids
from responder.kernel.events import Event
from responder.kernel.notices import ALERT, Notice
from responder.platform.work import UnitOfWork
from responder.teams.models import Team

LONGEST_PLACE = 18
"""Characters of a place that fit into one text; of a longer one the end is said, which is the nearer part."""


def told(uow: UnitOfWork, row: Mission, kind: str, **more: object) -> None:
    """One event about a mission, seen by everybody above the incident's division."""
    team = _team(uow, row)
    number = ids.number(ids.MISSION, row.id)
    data: dict[str, Any] = {
        "incident": row.incident, "mission": number, "team": ids.number(ids.TEAM, team.id),
        "team_name": team.name, "team_type": team.type, "place": row.place, "hazard": row.hazard,
        "goods": _summed(row.goods), **more,
    }  # fmt: skip
    uow.record(Event(kind, row.division_code, number, data))


def alert(uow: UnitOfWork, row: Mission) -> None:
    """The first text to the leader; without a leader, to the deputy."""
    _text(uow, row, row.leader_id or row.deputy_id, "first")


def remind(uow: UnitOfWork, row: Mission) -> None:
    """The same text once more, to the same phone."""
    _text(uow, row, row.leader_id or row.deputy_id, "again")


def alert_deputy(uow: UnitOfWork, row: Mission) -> None:
    """The leader doesn't answer: the deputy is asked (AB角, DOMAIN §3.3)."""
    _text(uow, row, row.deputy_id, "deputy")


def goods_added(uow: UnitOfWork, row: Mission, loads: list[dict[str, Any]]) -> None:
    """A team that is out already takes more along."""
    number = ids.number(ids.MISSION, row.id)
    goods = _summed(loads)
    told(uow, row, "mission.goods_added", goods=goods)
    person = row.leader_id or row.deputy_id
    if person is not None:
        filled: dict[str, object] = {"mission": number, "place": short(row.place), "goods": goods[:3]}
        dedup = f"mission:{number}:goods:{len(row.goods)}"
        uow.send(Notice("mission_goods", dedup, person=person, params=filled, priority=ALERT, subject=number))


def stand_down(uow: UnitOfWork, row: Mission) -> None:
    """Tells everybody who was told of the mission that it is called off."""
    number = ids.number(ids.MISSION, row.id)
    people = {row.leader_id or row.deputy_id}
    if row.deputy_told_at is not None:
        people.add(row.deputy_id)
    for person in sorted(p for p in people if p is not None):
        dedup = f"mission:{number}:cancelled:{person}"
        params = {"mission": number, "place": short(row.place)}
        uow.send(Notice("mission_cancelled", dedup, person=person, params=params, priority=ALERT, subject=number))


def params(row: Mission, status: str) -> dict[str, object]:
    """What fills the words of an answer to the team."""
    number = ids.number(ids.MISSION, row.id)
    return {"mission": number, "place": short(row.place), "status": status}


def short(place: str) -> str:
    """A place in so many characters that the text stays one text."""
    return place if len(place) <= LONGEST_PLACE else "…" + place[-LONGEST_PLACE + 1 :]


def _text(uow: UnitOfWork, row: Mission, person: int | None, turn: str) -> None:
    if person is None:
        return
    number = ids.number(ids.MISSION, row.id)
    goods = _summed(row.goods)
    filled: dict[str, object] = {
        "mission": number, "place": short(row.place), "hazard": row.hazard, "goods": goods[:2],
        "n": len(goods),
    }  # fmt: skip
    kind = "mission_alert" if not goods else "mission_alert_goods" if len(goods) <= 2 else "mission_alert_many"
    uow.send(
        Notice(
            kind,
            f"mission:{number}:{turn}",
            person=person,
            params=filled,
            priority=ALERT,
            subject=number,
            wanted=f"mission:{number}",
        )
    )


def _summed(loads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Goods by item over all warehouses, as people read them."""
    total: dict[str, int] = {}
    for load in loads:
        total[load["item"]] = total.get(load["item"], 0) + load["qty"]
    return [{"item": item, "qty": qty} for item, qty in total.items()]


def _team(uow: UnitOfWork, row: Mission) -> Team:
    team = uow.session.get(Team, row.team_id)
    if team is None:
        raise LookupError(f"mission {row.id} of team {row.team_id}")
    return team
