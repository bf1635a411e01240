"""A and B persons: shown, imported, one A to a division and role, who stands in for whom."""

import io
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from responder.accounts import credentials, queries, roster, rules, service
from responder.accounts.commands import (
    AddPerson,
    ChangePerson,
    DisablePerson,
    EnablePerson,
    GrantRoles,
    ImportPeople,
    MarkPhone,
)
from responder.accounts.models import Person
from responder.app import House
from responder.kernel.actors import Actor
from responder.kernel.refusals import Invalid
from responder.platform import terms
from tests import cast
from tests.at_once import at_once
from tests.cast import SYSTEM, person_id
from tests.feature.accounts.conftest import Browser
from tests.feature.hotline.test_statements import counted

As = Callable[[str], Actor]
HAIYA = "310116112218"
LIAISON = frozenset({"liaison"})


def add(house: House, name: str, post: str = "", phone: str = "", roles: frozenset[str] = LIAISON) -> int:
    with house.work.begin(SYSTEM) as uow:
        numbers = (phone,) if phone else ()
        return service.add_person(uow, AddPerson(name, HAIYA, roles, phones=numbers, post=post))


def post(house: House, who: int, letter: str) -> None:
    with house.work.begin(SYSTEM) as uow:
        person = uow.session.get_one(Person, who)
        command = ChangePerson(who, person.name, person.username or "", person.division_code, person.lang, letter)
        service.change_person(uow, command)


def test_people_are_asked_a_first_then_b_then_by_name(house: House) -> None:
    village = person_id(house, "village")
    post(house, village, "A")
    b = add(house, "阿乙", "B", "19900000701")
    other = add(house, "阿丙", phone="19900000702")
    with house.work.read() as session:
        with counted(house) as statements:
            found = queries.posted(session, [HAIYA, "310116102201"])
        assert len(statements) == 1
        assert [(p.id, p.post) for p in found[HAIYA]] == [(village, "A"), (b, "B"), (other, "")]
        assert found["310116102201"] == []
        assert [p.phone for p in found[HAIYA]] == [cast.phone("village"), "+8619900000701", "+8619900000702"]
        assert [p.id for p in queries.people_with(session, "report.file", [HAIYA])] == [village, b, other]
        assert queries.posted(session, []) == {}


def test_a_leader_with_a_post_is_listed_and_one_without_is_not(house: House) -> None:
    add(house, "队长甲", roles=frozenset({"leader"}))
    b = add(house, "队长乙", "B", roles=frozenset({"leader"}))
    with house.work.read() as session:
        assert [p.id for p in queries.posted(session, [HAIYA])[HAIYA]] == [b, person_id(house, "village")]


def test_b_stands_in_for_a_and_a_for_b(house: House) -> None:
    village = person_id(house, "village")
    b = add(house, "阿乙", "B", "19900000701")
    nobody = add(house, "阿丙", phone="19900000702")
    add(house, "队长乙", "B", "19900000703", frozenset({"leader"}))

    def stand_in(who: int) -> int | None:
        with house.work.read() as session:
            found = queries.stand_in(session, who)
        return found.person_id if found else None

    assert stand_in(village) is None
    post(house, village, "A")
    assert (stand_in(village), stand_in(b), stand_in(nobody)) == (b, village, None)
    with house.work.begin(SYSTEM) as uow:
        credentials.mark_phone(uow, MarkPhone("+8619900000701", "opted_out"))
    assert stand_in(village) is None
    with house.work.begin(SYSTEM) as uow:
        service.disable_person(uow, DisablePerson(village))
    assert stand_in(b) is None


def test_a_second_a_is_refused_in_words_however_it_comes_about(house: House, as_: As) -> None:
    village = person_id(house, "village")
    post(house, village, "A")
    with pytest.raises(rules.PostTaken) as refused:
        add(house, "阿乙", "A")
    assert refused.value.params == {"name": "王秀兰", "at": "漕泾镇海涯村"}
    leader = add(house, "队长", "A", roles=frozenset({"leader"}))
    b = add(house, "阿乙", "B")
    with pytest.raises(rules.PostTaken):
        post(house, b, "A")
    with pytest.raises(rules.PostTaken), house.work.begin(as_("admin")) as uow:
        service.grant_roles(uow, GrantRoles(leader, frozenset({"leader", "liaison"})))
    with pytest.raises(Invalid):
        post(house, b, "C")
    with house.work.begin(SYSTEM) as uow:
        service.disable_person(uow, DisablePerson(village))
    post(house, b, "A")
    with pytest.raises(rules.PostTaken), house.work.begin(SYSTEM) as uow:
        service.enable_person(uow, EnablePerson(village))


def test_of_two_named_at_the_same_moment_one_is_refused(house: House) -> None:
    def named(name: str) -> Callable[[], bool]:
        def act() -> bool:
            try:
                add(house, name, "A")
            except rules.PostTaken:
                return False
            return True

        return act

    assert sorted(at_once(named("甲"), named("乙"), named("丙"))) == [False, False, True]


def test_the_post_is_set_and_shown_on_the_pages(browser: Browser, house: House) -> None:
    town = browser("town")
    village = person_id(house, "village")
    details = {"name": "王秀兰", "username": "village", "lang": "zh", "division": HAIYA}
    assert town.post(f"/people/{village}", data={**details, "post": "A"}).status_code == 302
    assert "A角" in town.get(f"/people/{village}").get_data(as_text=True)
    assert "A角" in town.get("/people").get_data(as_text=True)
    answer = town.post("/people/new", data={"name": "新人", "division": HAIYA, "lang": "zh", "post": "A"})
    assert answer.status_code == 409
    assert "海涯村的A角已经是王秀兰" in answer.get_data(as_text=True)
    assert town.post(f"/people/{village}", data=details).status_code == 302
    with house.work.read() as session:
        assert queries.own(session, village).post == "A"


def test_posts_come_by_spreadsheet(browser: Browser, house: House) -> None:
    def upload(*rows: tuple[str, ...]) -> str:
        made = Workbook()
        page = made.active
        assert page is not None
        page.append([column.zh for column in roster.SHEET.columns])
        for name, letter in rows:
            page.append([name, "海涯村", None, None, None, None, None, letter])
        out = io.BytesIO()
        made.save(out)
        data = {"file": (io.BytesIO(out.getvalue()), "people.xlsx")}
        return browser("town").post("/people/import", data=data).get_data(as_text=True)

    assert "这里同一角色已经有A角了" not in upload(("甲", "A角"), ("乙", "b"))
    assert "这里同一角色已经有A角了" in upload(("甲", "A"), ("乙", "a"))
    assert terms.vocabulary("problem")["unknown"]["zh"] in upload(("甲", "C"))
    with house.work.begin(SYSTEM) as uow:
        rows = (AddPerson("甲", HAIYA, LIAISON, post="A"), AddPerson("乙", HAIYA, LIAISON, post="B"))
        service.import_people(uow, ImportPeople(rows))
    assert "这里同一角色已经有A角了" in upload(("丙", "A"))
