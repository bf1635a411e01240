"""Planning drills: who may, what is refused, who sees them."""

from datetime import UTC, datetime, timedelta

import pytest

from responder.drills import queries, service
from responder.drills.commands import CancelDrill, ChangeDrill, PlanDrill, StartDrill
from responder.drills.rules import NotPlanned
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.refusals import Invalid, NotFound
from responder.platform import eventlog
from responder.platform.scope import Scope
from responder.platform.work import Work

DISTRICT, TOWN, VILLAGE, OTHER_TOWN, STRANGER = "310116", "310116112", "310116112218", "310116102", "310117"
DIRECTOR = Actor(7, "徐静", DISTRICT, "web")


def soon() -> datetime:
    return clock.now() + timedelta(days=30)


def command(**changes: object) -> PlanDrill:
    known: dict[str, object] = {
        "name": "疏散演练",
        "kind": "evacuation",
        "division": DISTRICT,
        "planned_at": soon(),
    }
    return PlanDrill(**(known | changes))  # type: ignore[arg-type]


def planned(work: Work, **changes: object) -> str:
    with work.begin(DIRECTOR) as uow:
        return service.plan(uow, command(**changes))


def seen(work: Work, division: str) -> list[str]:
    with work.read() as session:
        start, end = clock.now() - timedelta(hours=1), clock.now() + timedelta(days=60)
        return [drill.number for drill in queries.between(session, Scope(division), start, end)]


def test_a_planned_drill_has_a_number_and_an_event(work: Work) -> None:
    number = planned(work)
    assert number == "Y1001"
    with work.read() as session:
        events = eventlog.about(session, Scope(DISTRICT), [number])
    assert [event.kind for event in events] == ["drill.planned"]
    assert "疏散演练" in events[0].summary("zh")
    assert "evacuation" in events[0].summary("en")


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"name": "  "}, "drill_name", "required"),
        ({"name": "演" * 81}, "drill_name", "too_long"),
        ({"kind": "party"}, "drill_kind", "unknown"),
        ({"planned_at": datetime(2020, 5, 12, tzinfo=UTC)}, "planned_at", "past"),
        ({"day": "doomsday"}, "day", "unknown"),
        ({"participants": (STRANGER,)}, "participants", "unknown"),
        ({"participants": ("310116999",)}, "participants", "unknown"),
        ({"script": "演" * 20_001}, "script", "too_long"),
    ],
)
def test_what_cant_be_planned(work: Work, changes: dict[str, object], field: str, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        planned(work, **changes)
    assert refused.value.params == {"field": field, "problem": problem}


@pytest.mark.parametrize("division", [STRANGER, "31", "", "310116999"])
def test_nobody_plans_for_others(work: Work, division: str) -> None:
    with pytest.raises(NotFound):
        planned(work, division=division)


def test_those_above_and_those_taken_in_see_it(work: Work) -> None:
    number = planned(work, participants=(TOWN,))
    for division in (DISTRICT, TOWN, VILLAGE, "31"):
        assert seen(work, division) == [number], division
    for division in (OTHER_TOWN, STRANGER):
        assert seen(work, division) == [], division


def test_a_town_does_not_see_its_neighbours_drill(work: Work) -> None:
    number = planned(work, division=TOWN)
    assert seen(work, OTHER_TOWN) == []
    assert seen(work, VILLAGE) == [number]
    with work.read() as session, pytest.raises(NotFound):
        queries.drill(session, Scope(STRANGER), number)


def test_a_change_counts_up_and_replaces_participants(work: Work) -> None:
    number = planned(work, participants=(TOWN,))
    later = soon() + timedelta(days=1)
    with work.begin(DIRECTOR) as uow:
        service.change(uow, ChangeDrill(number, "联合演练", "joint", later, (OTHER_TOWN, TOWN), "脚本"))
    with work.read() as session:
        found = queries.drill(session, Scope(DISTRICT), number)
    assert (found.name, found.kind, found.planned_at) == ("联合演练", "joint", later)
    assert found.participants == (OTHER_TOWN, TOWN)
    assert found.sequence == 1


def test_a_town_cant_change_the_districts_drill(work: Work) -> None:
    number = planned(work)
    with pytest.raises(NotFound), work.begin(Actor(3, "吴建国", TOWN, "web")) as uow:
        service.cancel(uow, CancelDrill(number))


def test_a_cancelled_drill_stays_cancelled(work: Work) -> None:
    number = planned(work)
    with work.begin(DIRECTOR) as uow:
        service.cancel(uow, CancelDrill(number, "天气"))
    with pytest.raises(NotPlanned), work.begin(DIRECTOR) as uow:
        service.change(uow, ChangeDrill(number, "x", "joint", soon(), (), ""))
    with work.read() as session:
        found = queries.drill(session, Scope(DISTRICT), number)
    assert (found.status, found.reason, found.sequence) == ("cancelled", "天气", 1)


def test_a_drill_belongs_to_the_day_on_which_it_was_held(work: Work) -> None:
    number = planned(work, planned_at=clock.now() + timedelta(days=300))
    assert seen(work, DISTRICT) == []
    with work.begin(DIRECTOR) as uow:
        service.start(uow, StartDrill(number))
    assert seen(work, DISTRICT) == [number]


def test_pages_of_drills_go_back_in_order(work: Work) -> None:
    numbers = [planned(work, division=DISTRICT if n % 2 else TOWN) for n in range(5)]
    with work.read() as session:
        first = queries.newest(session, Scope(DISTRICT), None, 3)
        rest = queries.newest(session, Scope(DISTRICT), first[-1].id, 3)
        other = queries.newest(session, Scope(OTHER_TOWN), None, 10)
    assert [drill.number for drill in (*first, *rest)] == numbers[::-1]
    assert [drill.number for drill in other] == [numbers[3], numbers[1]]
