"""What became of the goods of several missions: on the shelf, under way, received. Two statements for all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from responder.platform.scope import Scope
from responder.stock import catalogue
from responder.stock.models import Document, Reservation, Transit, Warehouse


@dataclass(frozen=True)
class Carried:
    """One item of one mission. ``reserved`` still lies on the shelf, ``under_way`` left and hasn't arrived."""

    item: str
    unit: str
    reserved: int
    under_way: int
    received: int
    returned: int


def carried(session: Session, scope: Scope, missions: Sequence[str]) -> dict[str, list[Carried]]:
    """By mission. Seen by those of the mission's division or above, and by those whose warehouse gives."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    if not missions:
        return {}
    kept = (
        select(
            Reservation.mission,
            Reservation.item,
            func.sum(Reservation.qty - Reservation.issued - Reservation.released),
        )
        .join(Warehouse, Warehouse.id == Reservation.warehouse_id)
        .where(Reservation.mission.in_(missions))
        .where(or_(scope.covers(Reservation.division_code), scope.covers(Warehouse.division_code)))
        .group_by(Reservation.mission, Reservation.item)
    )
    for mission, item, qty in session.execute(kept):
        sums[mission, item][0] += int(qty)
    roads = (
        select(
            Transit.mission,
            Transit.item,
            func.sum(Transit.sent - Transit.arrived - Transit.returned),
            func.sum(Transit.arrived),
            func.sum(Transit.returned),
        )
        .join(Document, Document.id == Transit.document_id)
        .where(Transit.mission.in_(missions))
        .where(or_(scope.covers(Document.division_code), scope.covers(Document.place_division)))
        .group_by(Transit.mission, Transit.item)
    )
    for mission, item, *states in session.execute(roads):
        for place, qty in enumerate(states, 1):
            sums[mission, item][place] += int(qty)
    found: dict[str, list[Carried]] = defaultdict(list)
    for (mission, item), figures in sums.items():
        if any(figures):
            found[mission].append(Carried(item, catalogue.unit(item), *figures))
    return dict(found)
