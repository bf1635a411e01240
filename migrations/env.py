"""Alembic's environment: the tables of all rooms, the engine that the caller hands in."""

import warnings
from typing import Any, Literal

from alembic import context

import responder.app
import responder.messaging.broadcasts.models
import responder.messaging.handcalls.models
import responder.messaging.pretending
import responder.messaging.reach.models  # noqa: F401  (imports the models of every room)
from responder.platform.database import Base, Packed, UtcDateTime


def render(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Our own types are written as the plain ones beneath them: old migrations must not need today's code."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.Text()" if kind == "type" and isinstance(thing, Packed) else False


engine = context.config.attributes["engine"]

with engine.connect() as connection, warnings.catch_warnings():
    # Expression indexes can't be compared on SQLite; tests/house compares them by name.
    warnings.filterwarnings("ignore", "autogenerate skipping metadata-specified expression-based index")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()
