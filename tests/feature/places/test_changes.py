"""A branch corrects points and names, in its own subtree."""

import math

import pytest

from responder.kernel.actors import Actor
from responder.kernel.refusals import Invalid, NotFound
from responder.places import coordinates, queries, rules, service
from responder.places.commands import MovePoint, RenameDivision, SetAliases
from responder.places.coordinates import Point
from responder.places.models import Division
from responder.platform import eventlog
from responder.platform.scope import everything
from responder.platform.work import Work

VILLAGE, TOWN, STRANGER = "310116112218", "310116112", "310117"


@pytest.fixture
def officer() -> Actor:
    """The town's own officer."""
    return Actor(1, "吴建国", TOWN, "web")


def test_a_point_pasted_from_amap_is_stored_in_wgs84(work: Work, officer: Actor) -> None:
    shown = coordinates.from_wgs84(Point(30.79, 121.41), "gcj02")
    with work.begin(officer) as uow:
        service.move_point(uow, MovePoint(VILLAGE, shown.lat, shown.lng, "gcj02"))
    with work.read() as session:
        row = session.get_one(Division, VILLAGE)
        assert (row.lat, row.lng, row.precision) == (30.79, 121.41, "own")
        assert (row.crs_source, row.point_source) == ("gcj02", "branch")
        located = queries.places(session).point(VILLAGE)
        assert located == (Point(30.79, 121.41), "own")
        last = eventlog.newest(session, everything(), None, 1)[0]
    assert (last.kind, last.division, last.actor) == ("places.moved", VILLAGE, "吴建国")


@pytest.mark.parametrize(("lat", "lng"), [(121.41, 30.79), (math.nan, 121.0), (30.0, math.inf), (-91.0, 0.0)])
def test_what_is_no_point_is_refused(work: Work, officer: Actor, lat: float, lng: float) -> None:
    with pytest.raises(Invalid), work.begin(officer) as uow:
        service.move_point(uow, MovePoint(VILLAGE, lat, lng))


def test_a_point_in_another_city_is_refused(work: Work, officer: Actor) -> None:
    with pytest.raises(rules.PointTooFar), work.begin(officer) as uow:
        service.move_point(uow, MovePoint(VILLAGE, 43.8, 125.3))
    with work.read() as session:
        assert session.get_one(Division, VILLAGE).lat is None


@pytest.mark.parametrize("code", ["310116", "310116102", STRANGER, "310116112999"])
def test_beyond_the_own_subtree_nothing_is_found(work: Work, officer: Actor, code: str) -> None:
    with pytest.raises(NotFound), work.begin(officer) as uow:
        service.move_point(uow, MovePoint(code, 30.79, 121.41))
    with pytest.raises(NotFound), work.begin(officer) as uow:
        service.rename_division(uow, RenameDivision(code, "新名"))
    with pytest.raises(NotFound), work.begin(officer) as uow:
        service.set_aliases(uow, SetAliases(code, ("新名",)))


def test_a_renamed_division_is_still_found_by_its_former_name(work: Work, officer: Actor) -> None:
    with work.begin(officer) as uow:
        service.rename_division(uow, RenameDivision(VILLAGE, " 海涯  新村 "))
    with work.read() as session:
        tree = queries.places(session)
        assert tree.name(VILLAGE) == "海涯 新村"
        assert [p.code for p in tree.named("海涯村")] == [VILLAGE]
    with work.begin(officer) as uow:
        service.rename_division(uow, RenameDivision(VILLAGE, "海涯村"))
    with work.read() as session:
        assert session.get_one(Division, VILLAGE).aliases == ["海涯 新村"]


def test_aliases_lead_texts_to_the_division(work: Work, officer: Actor) -> None:
    with work.begin(officer) as uow:
        service.set_aliases(uow, SetAliases(VILLAGE, ("海牙村", "海涯村", "海牙村")))
    with work.read() as session:
        tree = queries.places(session)
        assert tree.division(VILLAGE).aliases == ("海牙村",)
        assert [p.code for p in tree.named("海牙村")] == [VILLAGE]


@pytest.mark.parametrize("name", ["", "   ", "长" * 81])
def test_no_empty_and_no_endless_names(work: Work, officer: Actor, name: str) -> None:
    with pytest.raises(Invalid), work.begin(officer) as uow:
        service.rename_division(uow, RenameDivision(VILLAGE, name))
    with pytest.raises(Invalid), work.begin(officer) as uow:
        service.set_aliases(uow, SetAliases(VILLAGE, ("海牙村", name)))


def test_what_changes_nothing_is_not_recorded(work: Work, officer: Actor) -> None:
    with work.read() as session:
        before = eventlog.last_seq(session)
    with work.begin(officer) as uow:
        service.rename_division(uow, RenameDivision(VILLAGE, "海涯村"))
        service.set_aliases(uow, SetAliases(VILLAGE, ()))
    with work.read() as session:
        assert eventlog.last_seq(session) == before
