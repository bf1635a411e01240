"""The proof that the kept balances are what the ledger says: for ``doctor`` and tests."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from responder.kernel.ids import DOCUMENT, WAREHOUSE, number, row_id
from responder.stock import rules
from responder.stock.models import Balance, Movement, Reservation, Transit

Key = tuple[str, str, int]
"""Location, item, lot."""


@dataclass(frozen=True)
class Difference:
    """Where a kept balance isn't what the ledger or the reservations say. ``what`` is on_hand, reserved or transit."""

    what: str
    location: str
    item: str
    lot_id: int
    kept: int
    proven: int


def differences(session: Session) -> list[Difference]:
    """All differences in the session's world; empty where all is right."""
    ledger = _ledger(session)
    shelves = {key: qty for key, qty in ledger.items() if row_id(WAREHOUSE, key[0]) is not None}
    road = {key: qty for key, qty in ledger.items() if key[0].startswith(rules.in_transit(""))}
    on_hand: dict[Key, int] = {}
    reserved: dict[Key, int] = {}
    columns = (Balance.warehouse_id, Balance.item, Balance.lot_id, Balance.on_hand, Balance.reserved)
    for warehouse, item, lot, there, promised in session.execute(select(*columns)):
        key = (number(WAREHOUSE, warehouse), item, lot)
        on_hand[key], reserved[key] = there, promised
    return [
        *_compared("on_hand", on_hand, shelves),
        *_compared("reserved", reserved, _promised(session)),
        *_compared("transit", _rolling(session), road),
    ]


def _ledger(session: Session) -> dict[Key, int]:
    """What every location holds by the ledger alone."""
    found: dict[Key, int] = defaultdict(int)
    for column, sign in ((Movement.to_location, 1), (Movement.from_location, -1)):
        statement = select(column, Movement.item, Movement.lot_id, func.sum(Movement.qty))
        grouped = statement.group_by(column, Movement.item, Movement.lot_id)
        for where, item, lot, qty in session.execute(grouped):
            found[where, item, lot] += sign * int(qty)
    return found


def _promised(session: Session) -> dict[Key, int]:
    left = func.sum(Reservation.qty - Reservation.issued - Reservation.released)
    group = (Reservation.warehouse_id, Reservation.item, Reservation.lot_id)
    rows = session.execute(select(*group, left).group_by(*group))
    return {(number(WAREHOUSE, warehouse), item, lot): int(qty) for warehouse, item, lot, qty in rows}


def _rolling(session: Session) -> dict[Key, int]:
    left = func.sum(Transit.sent - Transit.arrived - Transit.returned)
    group = (Transit.mission, Transit.document_id, Transit.item, Transit.lot_id)
    found: dict[Key, int] = defaultdict(int)
    for mission, document, item, lot, qty in session.execute(select(*group, left).group_by(*group)):
        found[rules.in_transit(mission or number(DOCUMENT, document)), item, lot] += int(qty)
    return found


def _compared(what: str, kept: dict[Key, int], proven: dict[Key, int]) -> list[Difference]:
    return [
        Difference(what, *key, kept.get(key, 0), proven.get(key, 0))
        for key in sorted(kept.keys() | proven.keys())
        if kept.get(key, 0) != proven.get(key, 0)
    ]
