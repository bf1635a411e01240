"""Notices become rows of the outbox: worded, counted, given their time. Inside the unit that sends them.

Every text that comes in is answered by this way: it takes one statement for all rows, whatever they need.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from responder.accounts import queries as accounts
from responder.accounts.views import Reach
from responder.kernel.actors import REAL
from responder.kernel.events import Event
from responder.kernel.notices import Notice
from responder.messaging import rules
from responder.messaging.handcalls import service as handcalls
from responder.messaging.handcalls.commands import HandCallWanted
from responder.messaging.letters import treatment
from responder.messaging.manners import manners
from responder.messaging.models import WAITS, Outbound
from responder.messaging.wording import worded
from responder.places.queries import places
from responder.platform.work import UnitOfWork

_outbound: Any = Outbound.__table__
_before: Any = _outbound.alias("before")
_turn = (
    select(func.count())
    .select_from(_before)
    .where(_before.c.number == bindparam("its_number"), _before.c.priority == bindparam("its_priority"), text(WAITS))
    .scalar_subquery()
)
"""How many texts of its priority its number waits for: everybody's first goes before anybody's second."""
_POST: dict[str, Any] = {
    name: insert(_outbound).values(turn=_turn).on_conflict_do_nothing()
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
}


@dataclass(frozen=True)
class Post:
    """Puts notices into the outbox. ``answer`` is the number (E.164) that takes answers, "" where there is none."""

    answer: str = ""

    def __call__(self, uow: UnitOfWork, notices: Sequence[Notice]) -> None:
        """Writes the rows. Those without a reachable number are told to the board, and stand on a person's list where
        their kind asks for it. Raises UnknownTemplate, ConfigError."""
        named = {notice.person for notice in notices if notice.person is not None and notice.number is None}
        reached = accounts.reach_all(uow.session, named) if named else {}
        rows = [self._row(uow, notice, reached) for notice in notices]
        _without_number(uow, [(notice, row) for notice, row in zip(notices, rows, strict=True) if not row["number"]])
        connection = uow.session.connection()
        connection.execute(_POST[connection.dialect.name], rows if len(rows) > 1 else rows[0])

    def _row(self, uow: UnitOfWork, notice: Notice, reached: Mapping[int, Reach]) -> dict[str, Any]:
        number, lang, division, person = notice.number, notice.lang, uow.actor.division, notice.person
        if person is not None and number is None:
            found = reached.get(person)
            if found is not None:
                number, lang, division = found.number, lang or found.lang, found.division
        lang, treated = lang or "zh", treatment(notice.template)
        words = worded(notice.template, lang, notice.params, drill=uow.world != REAL, answer=self.answer)
        at = uow.now
        if treated.waits_for_morning:
            at = manners().quiet.over(at, places(uow.session).profile.zone())
        status = "queued" if at <= uow.now else "held"
        return {
            "dedup": f"{uow.world}:{notice.dedup}", "person_id": person, "number": number or "",
            "template": notice.template, "lang": lang, "body": words.body, "form": words.form,
            "priority": notice.priority, "subject": notice.subject, "wanted": notice.wanted,
            "status": status if number else "failed", "created_at": uow.now, "next_at": at,
            "expires_at": at + timedelta(minutes=treated.stale_minutes), "road": "", "attempts": 0, "gateway": "",
            "provider_id": "", "error": "" if number else "no number",
            "category": "" if number else "permanent_number", "segments": rules.segments(words.body), "cost": 0,
            "world": uow.world, "division_code": division,
            "its_number": number or "", "its_priority": notice.priority,
        }  # fmt: skip


def copy_for(uow: UnitOfWork, row: Mapping[str, Any], to: Reach, mark: str) -> None:
    """The same text for somebody else, once: ``mark`` ends its dedup key."""
    connection = uow.session.connection()
    values = {name: row[name] for name in _COPIED} | {
        "dedup": f"{row['dedup']}{mark}"[:200], "person_id": to.person_id, "number": to.number, "status": "queued",
        "created_at": uow.now, "next_at": uow.now, "road": "", "attempts": 0, "gateway": "", "provider_id": "",
        "error": "", "category": "", "cost": 0, "division_code": to.division,
        "its_number": to.number, "its_priority": row["priority"],
    }  # fmt: skip
    connection.execute(_POST[connection.dialect.name], values)


_COPIED = (
    "template", "lang", "body", "form", "priority", "subject", "wanted", "expires_at", "segments", "world",
)  # fmt: skip


def _without_number(uow: UnitOfWork, unsent: Sequence[tuple[Notice, dict[str, Any]]]) -> None:
    """Nothing can be sent: the board is told, and a person calls whoever must be reached."""
    if not unsent:
        return
    names = accounts.names(uow.session, {notice.person for notice, _row in unsent if notice.person is not None})
    for notice, row in unsent:
        data = {"template": notice.template, "about": notice.subject}
        uow.record(Event("message.unreachable", row["division_code"], notice.subject, data))
        if manners().course(treatment(notice.template).kind).person and notice.person is not None:
            handcalls.put(
                uow,
                HandCallWanted(
                    None, notice.person, "", names.get(notice.person, ""), row["body"], "no_number", "",
                    notice.template, notice.priority, notice.subject, row["division_code"], f"text:{notice.dedup}",
                    wanted=notice.wanted,
                ),
            )  # fmt: skip
