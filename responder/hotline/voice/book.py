"""The rows of a call: found, begun, written, whatever world they belong to. Plain statements: a call is of no world
until the caller has chosen, and a repetition must be seen in every world."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from responder.hotline.voice.models import Call, Recording
from responder.kernel.actors import REAL
from responder.messaging.calls import Line, Prompt, Spoken, Turn
from responder.platform.work import UnitOfWork

Row = Mapping[str, Any]

_call: Any = Call.__table__
_recording: Any = Recording.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgres_insert}
_BEGIN = {name: insert(_call).on_conflict_do_nothing().returning(_call.c.id) for name, insert in _INSERTS.items()}
_KEEP = {
    name: insert(_recording).on_conflict_do_nothing().returning(_recording.c.id) for name, insert in _INSERTS.items()
}
_FIND = (
    select(_call)
    .where(_call.c.provider == bindparam("provider"), _call.c.call_ref == bindparam("ref"))
    .with_for_update()
)
_WRITE = update(_call).where(_call.c.id == bindparam("row_id"))


def find(uow: UnitOfWork, line: Line) -> Row | None:
    """The call's row, held until the end of the unit; None where it never rang here."""
    found = uow.session.connection().execute(_FIND, {"provider": line.provider, "ref": line.call[:80]})
    row = found.mappings().first()
    return dict(row) if row is not None else None


def begin(uow: UnitOfWork, line: Line, division: str) -> bool:
    """An empty row for a new call; False where somebody was faster."""
    connection = uow.session.connection()
    values: dict[str, Any] = {
        "provider": line.provider, "call_ref": line.call[:80], "number": line.number[:40], "person_id": None,
        "name": "", "lang": "zh", "inbound_id": None, "state": {}, "turns": [], "outcome": "calling",
        "started_at": uow.now, "touched_at": uow.now, "ended_at": None, "world": REAL, "division_code": division,
    }  # fmt: skip
    return connection.execute(_BEGIN[connection.dialect.name], values).scalar() is not None


def write(uow: UnitOfWork, key: int, **values: object) -> None:
    """Changes a call's row."""
    uow.session.connection().execute(_WRITE, {"row_id": key, "touched_at": uow.now, **values})


def turn(row: Row, step: int) -> Turn:
    """What was answered at a step."""
    return Turn(step, tuple(Prompt(**one) for one in row["turns"][step]))


def kept(prompts: tuple[Prompt, ...]) -> list[dict[str, Any]]:
    """Prompts as a row keeps them."""
    return [prompt.as_dict() for prompt in prompts]


def note_recording(uow: UnitOfWork, row: Row, spoken: Spoken) -> bool:
    """A recording to be fetched; False where it is known already: the provider tells of it twice."""
    connection = uow.session.connection()
    values = {
        "call_id": row["id"], "provider": row["provider"], "ref": spoken.ref[:80], "seconds": spoken.seconds,
        "at": uow.now, "state": "wanted" if spoken.url else "refused", "attempts": 0, "next_at": uow.now,
        "sha256": "", "kind": "", "size": 0, "world": row["world"], "division_code": row["division_code"],
    }  # fmt: skip
    if connection.execute(_KEEP[connection.dialect.name], values).scalar() is not None:
        return True
    same = (_recording.c.provider == row["provider"]) & (_recording.c.ref == spoken.ref[:80])
    connection.execute(update(_recording).where(same, _recording.c.seconds == 0).values(seconds=spoken.seconds))
    return False


def move_recordings(uow: UnitOfWork, row: Row, world: int, division: str) -> None:
    """What was recorded of a call belongs where the call belongs."""
    mine = update(_recording).where(_recording.c.call_id == row["id"])
    uow.session.connection().execute(mine.values(world=world, division_code=division))


def recordings(uow: UnitOfWork, key: int) -> list[dict[str, Any]]:
    """A call's recordings as its inbox item lists them, oldest first."""
    r = _recording.c
    found = uow.session.connection().execute(select(r.id, r.seconds, r.state).where(r.call_id == key).order_by(r.id))
    return [{"id": row.id, "seconds": row.seconds, "state": row.state} for row in found]
