"""What levels, hand-offs, joins and authority leave waiting for one person."""

from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from responder.board.steps import open_suggestions, signings
from responder.board.waits import Need
from responder.incidents import handoffs, joins, standing_levels
from responder.incidents.queries import IncidentView
from responder.incidents.responses import ORDERED, RUNNING
from responder.places.queries import places
from responder.platform.scope import Scope


def hand_offs(session: Session, scope: Scope, active: Iterable[IncidentView]) -> Iterator[Need]:
    """People in danger of whom nobody has told 119, 110, 120 or the headquarters: one line for each incident."""
    if not (scope.can("incident.manage") or scope.can("report.review")):
        return
    known = {one.number: one for one in active}
    lines: dict[str, list[handoffs.HandOffView]] = {}
    for row in handoffs.unmade(session, scope, 60):
        lines.setdefault(row.incident, []).append(row)
    for number, rows in lines.items():
        if number in known:
            slugs = tuple(dict.fromkeys(row.line.slug for row in rows))
            yield Need("hand_off", number, rows[0].opened_at, known[number].place, lines=slugs)


def levels(session: Session, scope: Scope, active: Iterable[IncidentView]) -> Iterator[Need]:
    """Levels ordered from above, and levels that the figures reach and nobody has started."""
    if not scope.can("response.manage"):
        return
    known = standing_levels.of_scope(session, scope)
    tree = places(session)
    for row in known:
        if row.status == ORDERED and row.division == scope.division:
            yield Need("ordered", row.incident, row.ordered_at, tree.name(row.division), status=row.level)
    running = [row for row in known if row.status == RUNNING]
    for one in active:
        for each in open_suggestions(session, scope, one, running):
            if each.office == scope.division:
                yield Need("level", one.number, one.touched_at, one.place, status=each.level)


def questions(session: Session, scope: Scope) -> Iterator[Need]:
    """Incidents that may be one, and authorisations to be countersigned."""
    if scope.can("incident.manage"):
        for found in joins.proposals(session, scope):
            yield Need("join", found.first, found.made_at, found.places[0], name=found.places[1], words=found.second)
    if scope.can("response.manage"):
        owed = [one for one in signings(session, scope) if one.mine or one.overdue]
        if owed:
            first = owed[0].row
            status = "overdue" if any(one.overdue for one in owed) else ""
            yield Need("sign", first.subject, first.at, name=first.by_name, status=status, count=len(owed))
