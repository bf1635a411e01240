"""A new liaison officer enrols by text; the town agrees by text."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from responder.accounts import queries as accounts
from responder.accounts import service as people
from responder.accounts.commands import AddPerson
from responder.accounts.models import Enrolment, Person, Phone
from tests import cast
from tests.at_once import at_once
from tests.cast import SYSTEM
from tests.feature.hotline.conftest import VILLAGE, Hotline

NEW = "+8613800130123"
OTHER = "+8613800130124"


def enrolments(hotline: Hotline) -> list[tuple[str, str, str]]:
    """Name, division and state of each, oldest first."""
    with hotline.house.work.read() as session:
        rows = session.scalars(select(Enrolment).order_by(Enrolment.id)).all()
        return [(row.name, row.division_code, row.state) for row in rows]


def texts(hotline: Hotline, template: str) -> list[dict[str, object]]:
    return [row for row in hotline.outbox() if row["template"] == template]


def owner(hotline: Hotline, number: str) -> tuple[str, str, tuple[str, ...]] | None:
    with hotline.house.work.read() as session:
        found = accounts.owner_of(session, number)
        return (found.name, found.division, found.roles) if found else None


@pytest.mark.parametrize(
    "body",
    [
        "登记 张三 海涯村",
        "登记张三海涯村",
        "登记：海涯村 张三",
        "登记 张三 漕泾镇海涯村",
        "登记 张三 漕泾镇 海涯村村委会",
        "我是海涯村张三，登记联络员",
        "你好，我叫张三，申请任海涯村联络员",
        "海涯村张三申请登记联络员",
        "报名 姓名张三，村名：海涯村",
    ],
)
def test_an_application_in_any_order(hotline: Hotline, body: str) -> None:
    row = hotline.text(NEW, body)
    assert (row["outcome"], row["subject"]) == ("enrol", "E1001")
    assert enrolments(hotline) == [("张三", VILLAGE, "open")]
    [asked] = texts(hotline, "enrol_asked")
    assert asked["person_id"] == cast.person_id(hotline.house, "town")
    assert asked["body"] == "张三（尾号0123）申请任海涯村联络员。回E1001 1同意 2不同意"
    assert [row["number"] for row in texts(hotline, "enrol_received")] == [NEW]
    assert "message.waiting" not in hotline.kinds()


def test_in_english(hotline: Hotline) -> None:
    hotline.text(NEW, "enrol Zhang San 海涯村")
    assert enrolments(hotline) == [("Zhang San", VILLAGE, "open")]


@pytest.mark.parametrize("body", ["海涯村内涝，已登记受灾群众30人", "登记救灾物资了吗", "新任书记张三来海涯村了"])
def test_what_is_no_application(hotline: Hotline, body: str) -> None:
    assert hotline.text(NEW, body)["outcome"] == "waiting"
    assert enrolments(hotline) == []


def test_words_of_danger_are_never_an_application(hotline: Hotline) -> None:
    row = hotline.text(NEW, "登记 张三 海涯村 有人被困")
    assert (row["outcome"], row["urgent"]) == ("waiting", True)
    assert enrolments(hotline) == []


def test_the_town_agrees_by_text_and_the_newcomer_may_report(hotline: Hotline) -> None:
    hotline.text(NEW, "登记 张三 海涯村")
    assert hotline.text("town", "E1001 1")["outcome"] == "reply"
    assert enrolments(hotline) == [("张三", VILLAGE, "confirmed")]
    assert owner(hotline, NEW) == ("张三", VILLAGE, ("liaison",))
    assert "登记成功" in hotline.said_to(NEW)[-1]
    assert hotline.said_to("town")[-1].startswith("E1001已处理：张三，海涯村联络员，已同意")
    assert hotline.text(NEW, "海涯村内涝，转移20人")["outcome"] in ("report", "partly")
    assert hotline.text("coordinator", "E1001 2")["outcome"] == "waiting"
    assert "吴建国已经处理过了：已同意" in hotline.said_to("coordinator")[-1]


@pytest.mark.parametrize("body", ["E1001 2", "E1001不同意", "e1001 no"])
def test_the_town_refuses_by_text(hotline: Hotline, body: str) -> None:
    hotline.text(NEW, "登记 张三 海涯村")
    hotline.text("town", body)
    assert enrolments(hotline) == [("张三", VILLAGE, "refused")]
    assert owner(hotline, NEW) is None
    assert "没有通过" in hotline.said_to(NEW)[-1]
    hotline.text(NEW, "登记 张三 海涯村")
    assert [state for _name, _code, state in enrolments(hotline)] == ["refused", "open"]


@pytest.mark.parametrize("who", ["village", "leader", "stranger", OTHER])
def test_nobody_else_decides(hotline: Hotline, who: str) -> None:
    hotline.text(NEW, "登记 张三 海涯村")
    hotline.text(who, "E1001 1")
    assert enrolments(hotline) == [("张三", VILLAGE, "open")]
    assert owner(hotline, NEW) is None


def test_asking_again_is_one_application_and_one_text_to_the_town(hotline: Hotline) -> None:
    for body in ("登记 张三 海涯村", "登记 张三 海涯村", "登记  张三  海涯村！"):
        assert hotline.text(NEW, body)["outcome"] == "enrol"
    assert len(enrolments(hotline)) == len(texts(hotline, "enrol_asked")) == 1
    hotline.text(NEW, "登记 张三 枫泾镇新元村")
    assert enrolments(hotline) == [("张三", "310116102201", "open")]
    assert {row["person_id"] for row in texts(hotline, "enrol_asked")[1:]} == {
        cast.person_id(hotline.house, "admin"),
        cast.person_id(hotline.house, "coordinator"),
    }


def test_an_unknown_place_is_asked_for_once_and_then_the_office_decides(hotline: Hotline) -> None:
    hotline.text(NEW, "登记 张三 桃花源村")
    assert enrolments(hotline) == [("张三", "310116", "open")]
    assert len(texts(hotline, "enrol_again")) == 1
    assert texts(hotline, "enrol_asked_web") == []
    hotline.text(NEW, "登记 张三 桃源村")
    assert len(texts(hotline, "enrol_again")) == 1
    assert len(texts(hotline, "enrol_received")) == 1
    assert "地点没认出：“登记 张三 桃源村”" in str(texts(hotline, "enrol_asked_web")[0]["body"])
    hotline.text("coordinator", "E1001 1")
    assert any("请上网页选好地点" in said for said in hotline.said_to("coordinator"))
    assert enrolments(hotline) == [("张三", "310116", "open")]


@pytest.mark.parametrize("answer", ["海涯村", "登记 海涯村", "是漕泾镇海涯村"])
def test_the_place_comes_with_the_next_text(hotline: Hotline, answer: str) -> None:
    hotline.text(NEW, "登记 张三 桃花源村")
    hotline.text(NEW, answer)
    assert enrolments(hotline) == [("张三", VILLAGE, "open")]
    assert len(texts(hotline, "enrol_asked")) == 1


def test_without_a_name_it_is_asked_for(hotline: Hotline) -> None:
    assert hotline.text(NEW, "登记 海涯村")["outcome"] == "waiting"
    assert enrolments(hotline) == []
    assert len(texts(hotline, "enrol_again")) == 1


def test_who_is_known_needs_no_enrolling(hotline: Hotline) -> None:
    assert hotline.text("village", "登记 王秀兰 海涯村")["outcome"] == "enrol"
    assert enrolments(hotline) == []
    assert hotline.said_to("village")[-1].startswith("您的号码已登记：王秀兰，漕泾镇海涯村")
    assert hotline.text("village", "登记受灾30户，海涯村内涝")["outcome"] in ("report", "partly")


def test_another_number_of_somebody_known(hotline: Hotline) -> None:
    hotline.text(NEW, "登记 王秀兰 海涯村")
    [asked] = texts(hotline, "enrol_asked")
    assert str(asked["body"]).endswith("3是王秀兰的新号码")
    hotline.text("town", "E1001 3")
    with hotline.house.work.read() as session:
        owners = session.scalars(select(Phone.person_id).where(Phone.e164 == NEW)).all()
        assert owners == [cast.person_id(hotline.house, "village")]
        assert len(session.scalars(select(Person).where(Person.name == "王秀兰")).all()) == 1


def test_a_number_that_somebody_got_meanwhile_is_refused_in_words(hotline: Hotline) -> None:
    hotline.text(NEW, "登记 张三 海涯村")
    with hotline.house.work.begin(SYSTEM) as uow:
        people.add_person(uow, AddPerson("李四", VILLAGE, frozenset({"liaison"}), phones=(NEW,)))
    hotline.text("town", "E1001 1")
    assert enrolments(hotline) == [("张三", VILLAGE, "open")]
    assert any("138****0123 已经登记在别人名下" in said for said in hotline.said_to("town"))


def test_applications_at_the_same_moment_are_one(hotline: Hotline) -> None:
    def asked() -> Callable[[], int]:
        client = hotline.client.application.test_client()
        told = {"from": NEW, "body": "登记 张三 海涯村"}
        return lambda: client.post("/simulator/sms", json=told).status_code

    assert set(at_once(*[asked() for _ in range(4)])) == {202}
    assert enrolments(hotline) == [("张三", VILLAGE, "open")]
    assert len(texts(hotline, "enrol_asked")) == 1


def test_decisions_at_the_same_moment_are_one(hotline: Hotline) -> None:
    hotline.text(NEW, "登记 张三 海涯村")

    def decided(who: str, digit: int) -> Callable[[], int]:
        client = hotline.client.application.test_client()
        told = {"from": cast.phone(who), "body": f"E1001 {digit}"}
        return lambda: client.post("/simulator/sms", json=told).status_code

    at_once(decided("town", 1), decided("coordinator", 2), decided("coordinator", 1))
    [(_name, _code, state)] = enrolments(hotline)
    assert state in ("confirmed", "refused")
    assert (owner(hotline, NEW) is not None) == (state == "confirmed")
    assert len(texts(hotline, "enrol_confirmed") + texts(hotline, "enrol_refused")) == 1
