"""The team's forms: what was typed, into commands. Leaders are named by phone: a phone is one person's."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from responder.accounts import queries as accounts
from responder.kernel import phones
from responder.kernel.refusals import Invalid
from responder.places.coordinates import Point
from responder.platform.scope import Scope
from responder.teams.commands import AddTeam, ChangeTeam, MemberLine, SetMembers
from responder.teams.queries import TeamView

Form = MultiDict[str, str]


def add(session: Session, scope: Scope, form: Form) -> AddTeam:
    """A new team as typed. Raises Invalid."""
    point = _point(form)
    return AddTeam(
        name=form.get("name", ""),
        type=form.get("type", ""),
        division=form.get("division", ""),
        leader=_person(session, scope, form, "leader_phone"),
        deputy=_person(session, scope, form, "deputy_phone"),
        lat=point.lat if point else None,
        lng=point.lng if point else None,
        equipment=form.get("equipment", "")[:1000],
    )


def change(session: Session, scope: Scope, form: Form, now: TeamView) -> ChangeTeam:
    """A team as it shall be. A blank phone keeps the leader or deputy there is. Raises Invalid."""
    point = _point(form)
    leader = _person(session, scope, form, "leader_phone")
    deputy = _person(session, scope, form, "deputy_phone")
    return ChangeTeam(
        number=now.number,
        name=form.get("name", ""),
        type=form.get("type", ""),
        leader=leader if leader is not None else now.leader_id,
        deputy=None if form.get("no_deputy") else deputy if deputy is not None else now.deputy_id,
        lat=point.lat if point else None,
        lng=point.lng if point else None,
        equipment=form.get("equipment", "")[:1000],
        active=not form.get("rests"),
        stood_down=form.get("stood_down", ""),
    )


def members(form: Form, number: str) -> SetMembers:
    """The members as typed, rows without a name left out. Raises Invalid."""
    columns = [form.getlist(f"member_{key}") for key in ("name", "role", "certificate_no", "issued", "expires")]
    lines = []
    for name, role, certificate_no, issued, expires in zip(*columns, strict=False):
        if name.strip():
            lines.append(MemberLine(name, role, None, certificate_no, _date(issued), _date(expires)))
        elif certificate_no.strip():
            raise Invalid(field="team_member", problem="required")
    return SetMembers(number, tuple(lines))


def _person(session: Session, scope: Scope, form: Mapping[str, str], field: str) -> int | None:
    text = form.get(field, "").strip()
    if not text:
        return None
    number = phones.parse(text)
    if number is None:
        raise Invalid(field=field, problem="phone")
    owner = accounts.owner_of(session, number)
    if owner is None or owner.disabled or not scope.holds(owner.division):
        raise Invalid(field=field, problem="no_such_person")
    return owner.person_id


def _point(form: Mapping[str, str]) -> Point | None:
    lat, lng = form.get("lat", "").strip(), form.get("lng", "").strip()
    if not lat or not lng:
        return None
    try:
        return Point(float(lat), float(lng))
    except ValueError:
        raise Invalid(field="location", problem="number") from None


def _date(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(field="certificate_date", problem="time") from None
