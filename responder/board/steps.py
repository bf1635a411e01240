"""What an incident asks of the office beside teams and goods: levels, hand-offs, joins, the release of deaths."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from responder.incidents import authority, handoffs, joins, levels, rules, standing_levels, suggestions
from responder.incidents.handoffs import HandOffView, Line
from responder.incidents.joins import ProposalView
from responder.incidents.queries import IncidentView
from responder.incidents.responses import ORDERED, RUNNING
from responder.incidents.standing_levels import ResponseView
from responder.incidents.suggestions import Suggestion
from responder.kernel import clock
from responder.places.queries import places
from responder.platform.scope import Scope, ancestors


@dataclass(frozen=True)
class Levels:
    """Levels of one incident: what runs, what waits for an office, what figures would justify beyond that.
    ``offices`` are those for which the reader may start one, ``below`` those that may be ordered."""

    running: list[ResponseView]
    ordered: list[ResponseView]
    ended: list[ResponseView]
    suggested: list[Suggestion]
    offices: list[str]
    below: list[str]


def levels_of(session: Session, scope: Scope, one: IncidentView) -> Levels:
    """The levels of an incident that the reader sees."""
    known = standing_levels.of_scope(session, scope, one.id, ended=True)
    running = [row for row in known if row.status == RUNNING]
    ordered = [row for row in known if row.status == ORDERED]
    tree = places(session)
    over = one.status == rules.CLOSED
    between = [code for code in ancestors(one.division) if tree.tier(code) in (1, 2)]
    mine = [code for code in between if scope.holds(code)] or (
        [scope.division] if tree.tier(scope.division) == 2 else []
    )
    below = [code for code in between if code != scope.division and scope.holds(code)]
    if tree.tier(one.division) == 1:
        below += [place.code for place in tree.below(one.division) if tree.tier(place.code) == 2]
    return Levels(
        running,
        ordered,
        [row for row in known if row.status not in (RUNNING, ORDERED) and row.started_at is not None],
        [] if over else open_suggestions(session, scope, one, running),
        mine if scope.can("response.manage") and not over else [],
        below if scope.can("response.manage") and not over else [],
    )


def open_suggestions(
    session: Session, scope: Scope, one: IncidentView, running: Sequence[ResponseView]
) -> list[Suggestion]:
    """Levels that the figures reach at offices of the reader, above what runs there."""
    runs = {row.division: row.level for row in running if row.incident == one.number}
    found = suggestions.weigh(places(session), one.division, one.figures, {})
    return [each for each in suggestions.fresh(found, runs) if scope.holds(each.office)]


@dataclass(frozen=True)
class Steps:
    """All of it for one incident. ``missing`` are lines that nobody opened, to be told by hand all the same."""

    levels: Levels
    hand_offs: list[HandOffView]
    missing: list[Line]
    proposals: list[ProposalView]
    parts: list[tuple[str, str]]
    now: datetime


def steps(session: Session, scope: Scope, one: IncidentView) -> Steps:
    """What stands beside an incident's clock."""
    told = handoffs.of_incident(session, scope, one.id)
    known = {row.line.slug for row in told}
    return Steps(
        levels_of(session, scope, one),
        told,
        [line for slug, line in handoffs.lines().items() if slug not in known] if one.urgent else [],
        joins.proposals(session, scope, one.id) if one.status in (rules.OPEN, rules.VERIFIED) else [],
        joins.joined_here(session, scope, one.id),
        clock.now(),
    )


@dataclass(frozen=True)
class Signing:
    """An authorisation that owes a countersignature. ``mine`` is for the reader to sign."""

    row: authority.AuthorisationView
    mine: bool
    overdue: bool


def signings(session: Session, scope: Scope) -> list[Signing]:
    """What owes a countersignature in the reader's area, the most overdue first."""
    now = clock.now()
    found = authority.unsigned(session, scope)
    me = scope.person_id
    return [
        Signing(
            row,
            me != row.recorded_by_id
            and (row.by_id == me if row.by_id is not None else authority.may_sign(
                session, me, row.act, row.division, row.level
            )),
            row.overdue(now),
        )
        for row in found
    ]  # fmt: skip


def level_options(suggested: Sequence[Suggestion]) -> str:
    """The level that is chosen first where one is started: the highest that figures suggest."""
    best = ""
    for each in suggested:
        best = each.level if levels.higher(each.level, best) else best
    return best
