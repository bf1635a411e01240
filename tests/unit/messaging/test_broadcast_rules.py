"""What an answer says, who fits, what lies inside, what a silent village comes to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.kernel.refusals import Invalid
from responder.messaging.broadcasts import rules
from responder.messaging.broadcasts.commands import Area, Audience, audience_of
from responder.messaging.broadcasts.measures import Callout
from responder.messaging.broadcasts.rules import Called, Said, Someone
from responder.messaging.commands import Option

OPTIONS = (Option("1", "在岗"), Option("2", "不在"))
NOW = datetime(2026, 7, 3, 4, tzinfo=UTC)
STEPS = Callout(essence=55, again_minutes=10, hand_minutes=20, people=2)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("1", Said("", "1", "")),
        ("B1012 1", Said("B1012", "1", "")),
        ("b-1012：2", Said("B1012", "2", "")),
        ("【演练】1", Said("", "1", "")),
        ("演练 B1012 1", Said("B1012", "1", "")),
        ("１．", Said("", "1", "")),
        ("回2", Said("", "2", "")),
        ("二", Said("", "2", "")),
        ("一会儿到", Said("", "", "一会儿到")),
        ("B1012 2, 明早到", Said("B1012", "2", "明早到")),
        ("B1012在岗", Said("B1012", "", "在岗")),
        ("2人受伤", Said("", "2", "人受伤", apart=False)),
        ("12", Said("", "", "12")),
        ("13900000000", Said("", "", "13900000000")),
        ("AB1012 1", Said("", "", "AB1012 1")),
        ("", Said("", "", "")),
    ],
)
def test_a_text_is_read_as_an_answer(body: str, said: Said) -> None:
    assert rules.read(body) == said


@pytest.mark.parametrize(
    ("body", "digit"),
    [
        ("1", "1"), ("3", None), ("2人受伤", None), ("B1012 2人受伤", "2"), ("1在岗", "1"), ("不在", "2"),
        ("收到", None), ("1 路上", "1"), ("0", None), ("好", None),
    ],
)  # fmt: skip
def test_an_answer_is_one_of_the_options(body: str, digit: str | None) -> None:
    assert rules.pick(rules.read(body), OPTIONS) == digit


@pytest.mark.parametrize("body", ["收到", "已收到。", "知道了", "1", "1收到", "OK"])
def test_a_receipt_answers_a_callout(body: str) -> None:
    assert rules.pick(rules.read(body), rules.RECEIPT) == "1"


def test_words_beside_the_digit_are_kept_without_its_label() -> None:
    assert rules.remark(rules.read("1在岗，带了泵"), OPTIONS) == "带了泵"
    assert rules.remark(rules.read("在岗"), OPTIONS) == ""


@given(st.text(max_size=80))
def test_any_text_can_be_read(body: str) -> None:
    said = rules.read(body)
    assert rules.pick(said, OPTIONS) in (None, "1", "2")
    assert len(rules.remark(said, OPTIONS)) <= 200


def someone(**more: object) -> Someone:
    fields: dict[str, object] = {"person_id": 1, "division": "310116112218", "tier": 3, "roles": {"liaison"}}
    return Someone(**{**fields, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("audience", "fits"),
    [
        (Audience(tiers=(3,)), True), (Audience(tiers=(1, 2)), False), (Audience(roles=("liaison", "x")), True),
        (Audience(roles=("liaison",), tiers=(1,)), False), (Audience(team_types=("relief",)), True),
        (Audience(divisions=("310116112", "310117")), True), (Audience(divisions=("310117",)), False),
        (Audience(area=Area(center=(30, 121), km=1)), False),
    ],
)  # fmt: skip
def test_kinds_are_anded(audience: Audience, fits: bool) -> None:
    assert rules.fits(someone(), audience, {1}, set()) is fits


def test_a_polygon_holds_what_lies_inside() -> None:
    bent = ((0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 3.0), (1.0, 3.0), (1.0, 0.0))
    assert rules.inside(bent, 0.5, 1)
    assert rules.inside(bent, 3, 3.5)
    assert not rules.inside(bent, 3, 1)
    assert not rules.inside(bent, 5, 3.5)


@pytest.mark.parametrize(
    "area",
    [
        Area(center=(91, 0), km=1), Area(center=(30, 121), km=0), Area(center=(30, 121), km=float("nan")),
        Area(corners=((0, 0), (1, 1))), Area(), Area(corners=((0, 0),) * 201),
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused(area: Area) -> None:
    with pytest.raises(Invalid):
        rules.check_audience(Audience(area=area))


def test_an_audience_is_kept_and_read_again() -> None:
    for area in (None, Area(center=(30.5, 121.25), km=5.0), Area(corners=((0.0, 0.0), (0.0, 1.0), (1.0, 1.0)))):
        meant = Audience((1, 3), ("liaison",), ("relief",), ("310116",), area)
        assert audience_of(meant.as_dict()) == meant


@pytest.mark.parametrize("labels", [["一"], ["甲", "甲"], ["长" * 13, "乙"], list("甲乙丙丁戊己庚")])
def test_what_are_no_options(labels: list[str]) -> None:
    with pytest.raises(Invalid):
        rules.options_of(labels)


def test_options_are_numbered_without_the_blanks() -> None:
    assert rules.options_line(rules.options_of(["在岗", " ", "不在"])) == "1在岗 2不在"
    assert rules.options_of([]) == ()


def called(*, number: str = "+86", told: int = 1, answered: bool = False, listed: bool = False) -> Called:
    return Called(number, told, NOW, answered, listed)


@pytest.mark.parametrize(
    ("people", "minutes", "state", "step"),
    [
        ([called()], 9, "waiting", ""), ([called()], 10, "waiting", "again"), ([called(told=2)], 19, "waiting", ""),
        ([called(told=2)], 20, "waiting", "hand"), ([called()], 45, "waiting", "hand"),
        ([called(), called(answered=True)], 30, "answered", ""), ([called(listed=True)], 60, "listed", ""),
        ([], 60, "unmanned", ""), ([called(number="", told=0)], 60, "unmanned", ""),
    ],
)  # fmt: skip
def test_a_village_s_state_and_what_is_due(people: list[Called], minutes: int, state: str, step: str) -> None:
    assert rules.village_state(people) == state
    assert rules.village_step(people, NOW, NOW + timedelta(minutes=minutes), STEPS) == step


def test_the_essence_ends_with_a_clause_where_one_fits() -> None:
    assert rules.essence("短。", 55) == "短。"
    assert rules.essence("暴雨橙色预警信号发布。" + "雨" * 60, 20) == "暴雨橙色预警信号发布。"
    assert len(rules.essence("雨" * 100, 55)) == 55
