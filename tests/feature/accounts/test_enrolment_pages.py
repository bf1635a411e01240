"""Applications of new liaison officers on the pages: seen by whoever keeps the people there, put right, decided."""

import pytest

from responder.accounts import queries
from responder.accounts.enrolment import service
from responder.accounts.enrolment.commands import Apply
from responder.accounts.models import Enrolment
from responder.app import House
from responder.kernel.actors import Actor
from responder.messaging.models import Outbound
from tests.cast import person_id
from tests.feature.accounts.conftest import Browser

NEW, HAIYA, XINYUAN = "+8613800130123", "310116112218", "310116102201"
SENDER = Actor(None, "0123", "310116", "sms")


def applied(house: House, name: str = "张三", division: str = HAIYA) -> int:
    with house.work.begin(SENDER) as uow:
        return service.apply(uow, Apply(NEW, name, division, f"登记 {name} 海涯村")).enrolment.id


def state(house: House) -> tuple[str, str, str]:
    with house.work.read() as session:
        row = session.query(Enrolment).one()
        return row.name, row.division_code, row.state


def owner(house: House) -> tuple[str, str] | None:
    with house.work.read() as session:
        found = queries.owner_of(session, NEW)
        return (found.name, found.division) if found else None


def test_the_town_sees_and_confirms_it_put_right(browser: Browser, house: House) -> None:
    enrolment, town = applied(house), browser("town")
    assert "登记申请" in town.get("/people").get_data(as_text=True)
    assert "张三" in town.get("/people/enrolments").get_data(as_text=True)
    page = town.get(f"/people/enrolments/{enrolment}").get_data(as_text=True)
    assert "登记 张三 海涯村" in page
    form = {"name": "张三丰", "division": HAIYA, "post": "B"}
    assert town.post(f"/people/enrolments/{enrolment}", data=form).status_code == 302
    assert state(house) == ("张三丰", HAIYA, "confirmed")
    assert owner(house) == ("张三丰", HAIYA)
    again = town.post(f"/people/enrolments/{enrolment}", data=form)
    assert again.status_code == 409
    assert "吴建国已经处理过了" in again.get_data(as_text=True)
    assert "已同意" in town.get("/people/enrolments").get_data(as_text=True)


def test_it_is_refused_with_a_word(browser: Browser, house: House) -> None:
    enrolment = applied(house)
    assert browser("coordinator").post(f"/people/enrolments/{enrolment}", data={"act": "refuse"}).status_code == 302
    assert (state(house)[2], owner(house)) == ("refused", None)
    with house.work.read() as session:
        assert [row.number for row in session.query(Outbound).filter_by(template="enrol_refused")] == [NEW]


def test_the_number_goes_to_somebody_of_that_name(browser: Browser, house: House) -> None:
    enrolment, village = applied(house, "王秀兰"), person_id(house, "village")
    town = browser("town")
    assert "王秀兰的新号码" in town.get(f"/people/enrolments/{enrolment}").get_data(as_text=True)
    form = {"name": "王秀兰", "division": HAIYA, "join": str(village)}
    wrong = {**form, "join": str(person_id(house, "coordinator"))}
    assert town.post(f"/people/enrolments/{enrolment}", data=wrong).status_code == 409
    assert owner(house) is None
    assert town.post(f"/people/enrolments/{enrolment}", data=form).status_code == 302
    with house.work.read() as session:
        assert queries.owner_of(session, NEW).person_id == village  # type: ignore[union-attr]


def test_without_a_known_place_the_branch_chooses_one(browser: Browser, house: House) -> None:
    enrolment = applied(house, division="")
    assert browser("town").get(f"/people/enrolments/{enrolment}").status_code == 404
    office = browser("coordinator")
    assert "地点没认出" in office.get("/people/enrolments").get_data(as_text=True)
    form = {"name": "张三", "division": ""}
    assert office.post(f"/people/enrolments/{enrolment}", data=form).status_code == 422
    assert office.post(f"/people/enrolments/{enrolment}", data={**form, "division": XINYUAN}).status_code == 302
    assert owner(house) == ("张三", XINYUAN)


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("village", 403), ("leader", 403), ("auditor", 403)])
def test_nobody_else_reaches_it(browser: Browser, house: House, who: str, status: int) -> None:
    enrolment = applied(house)
    other = browser(who)
    assert other.get(f"/people/enrolments/{enrolment}").status_code == status
    form = {"name": "张三", "division": HAIYA}
    assert other.post(f"/people/enrolments/{enrolment}", data=form).status_code == status
    assert state(house)[2] == "open"
