"""A sheet goes upward in one action, with its authority, past the next office where the rule says so."""

import pytest
from sqlalchemy import select

from responder.incidents.authorised import Authorised
from responder.kernel.refusals import NotFound
from responder.messaging.models import Outbound
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.reports import forwarding, rules, service
from responder.reports.commands import Forward
from tests import cast
from tests.feature.reports.conftest import DISTRICT, STRANGER, TOWN, Desk
from tests.feature.reports.filing import FAR, incident, kinds, say


def test_a_sheet_goes_upward_with_its_authority_and_the_office_above_is_told(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", ref=name, affected=87)
    say(desk, "town", TOWN, ref=name, affected=90)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.forward(uow, Forward(name, TOWN, Authorised("phone", "陆海峰", "镇长"), "首报"))
    say(desk, "village", ref=name, affected=120)
    with desk.house.work.read() as session:
        (one,) = forwarding.submissions(session, Scope(DISTRICT), name)
        assert forwarding.submissions(session, Scope(STRANGER), name) == []
        texts = list(session.scalars(select(Outbound).where(Outbound.template == "sheet_forwarded")))
    assert (one.to, one.figures, one.difference, one.leap, one.reporting) == (
        [DISTRICT], {"affected": 90}, {"affected": 3}, False, 1
    )  # fmt: skip
    assert (one.by, one.authorised_by, one.how, one.note) == ("吴建国", "陆海峰", "phone", "首报")
    assert cast.phone("coordinator") in {text.number for text in texts}
    assert all("90" in text.body for text in texts)
    assert "report.forwarded" in kinds(desk)


def test_what_can_t_go_upward(desk: Desk) -> None:
    name = incident(desk)
    for who, where, division in (("stranger", name, DISTRICT), ("town", name, DISTRICT), ("town", "S99999", TOWN)):
        with pytest.raises(NotFound), desk.house.work.begin(desk.actor(who)) as uow:
            service.forward(uow, Forward(where, division))
    with pytest.raises(rules.NothingToForward), desk.house.work.begin(desk.actor("town")) as uow:
        service.forward(uow, Forward(name, TOWN))


def test_ten_dead_or_missing_leap_past_the_next_office(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "coordinator", FAR, ref=name, deaths=4)
    with desk.house.work.read() as session:
        tree = places(session)
        assert forwarding.targets(tree, DISTRICT, {"deaths": 4, "missing": 5}) == ["3101"]
        assert forwarding.targets(tree, DISTRICT, {"deaths": 4, "missing": 6}) == ["3101", "31"]
        assert forwarding.targets(tree, TOWN, {"deaths": 400}) == [DISTRICT]
        assert forwarding.targets(tree, "31", {}) == []
    with desk.house.work.begin(desk.actor("coordinator")) as uow:
        service.forward(uow, Forward(name, DISTRICT))
