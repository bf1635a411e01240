"""Texts in words: short enough, with the one number to answer to."""

import ast
from pathlib import Path

import pytest

from responder.hotline import receipts
from responder.messaging.letters import treatments
from responder.messaging.rules import DRILL_MARK, UnknownTemplate, segments
from responder.messaging.wording import render, worded
from responder.platform import house

NUMBER = "+8613800138000"
FIGURES = {"deaths": 1, "missing": 2, "injured": 13, "relocated": 1268, "houses_collapsed": 24, "affected": 3420}
NEEDS = [{"item": "quilt", "qty": 60}, {"item": "tent", "qty": 20}, {"item": "water", "qty": 200}]
PARAMS: dict[str, object] = {
    "mission": "M10421", "place": "漕泾镇海涯村", "hazard": "typhoon", "goods": [{"item": "quilt", "qty": 60}],
    "n": 5, "status": "acknowledged", "number": "R10231", "reason": "受灾人数与户数对不上，请核对",
    "kind": "followup", "time": "18:00", "to": "金山区", "office": "漕泾镇", "level": "IV", "hours": 2,
    "names": "山阳镇、漕泾镇、廊下镇", "more": 7, "known": "王建国", "tail": "8000", "label": "能来", "code": "B17",
    "body": "请到镇政府集合", "options": "1能来 2不能来", "places": "海涯村、阮巷村", "note": "", "road": "sim1",
    "text": "余额不足", "yuan": 8, "percent": 12, "round": "2026-11",
    "ask": "哪个海涯村？1漕泾镇 2山阳镇 3廊下镇，请回数字", "words": "被困、落水", "name": "王建国",
    "said": "水已经进屋了老人被困在二楼", "figures": "转移87人、受伤2人", "needs": "棉被60床", "hint": "",
}  # fmt: skip
OWN: dict[str, dict[str, object]] = {"sheet_forwarded": {"figures": {"relocated": 87, "injured": 2}}}
LONG = {"help", "call_noted", "text_urgent", "report_receipt", "report_completed", "report_accepted"}
"""Those that may take two texts with the number in them: they tell everything that is known."""


def _body(name: str, lang: str, answer: str, *, drill: bool = False) -> str:
    return worded(name, lang, {**PARAMS, **OWN.get(name, {})}, drill=drill, answer=answer).body


def _folders() -> list[str]:
    return sorted(path.name for path in (house.root() / "templates" / "messages").iterdir() if path.is_dir())


def test_a_drill_s_text_is_marked() -> None:
    assert render("help", "zh", {}, drill=True).startswith("【演练】报灾这样写")
    assert not render("help", "zh", {}, drill=False).startswith("【")


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(UnknownTemplate):
        render("no_such", "zh", {}, drill=False)
    with pytest.raises(UnknownTemplate):
        worded("no_such", "zh", {}, drill=False, answer="")


def test_an_unknown_language_gets_chinese() -> None:
    assert render("help", "fr", {}, drill=False) == render("help", "zh", {}, drill=False)
    assert worded("help", "fr", {}, drill=False, answer="") == worded("help", "zh", {}, drill=False, answer="")


def test_every_template_has_both_languages_and_fills_without_params() -> None:
    assert _folders()
    for name in _folders():
        for lang in ("zh", "en"):
            said = render(name, lang, {}, drill=True)
            assert said.startswith(DRILL_MARK)
            assert "{" not in said, f"{name}/{lang}"
            assert "[" not in said, f"{name}/{lang}"


def _rendered_inside() -> set[str]:
    """Names that the code words into other texts: ``render("ask_village", …)`` or a name that it chooses of two."""
    found = set()
    for path in Path(house.root() / "responder").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.Call) and getattr(node.func, "id", "") == "render" for node in ast.walk(tree)):
            found |= {
                node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    return found


def test_every_text_is_treated_and_a_part_of_a_text_is_none() -> None:
    parts = set(_folders()) - treatments().keys()
    assert treatments().keys() <= set(_folders())
    assert parts <= _rendered_inside()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_wants_an_answer_names_the_number_and_nothing_else_does(lang: str) -> None:
    for name, treated in treatments().items():
        said = _body(name, lang, NUMBER)
        assert ("13800138000" in said) == treated.wants_answer, said
        assert "+86" not in said
        assert "138" not in _body(name, lang, "")


@pytest.mark.parametrize(
    ("number", "named"),
    [
        ("+8613800138000", "13800138000"), ("138 0013 8000", "13800138000"), ("+862157328000", "02157328000"),
        ("021-57328000", "02157328000"), ("4001234567", "4001234567"), ("95598", "95598"),
        ("+85261234567", "+85261234567"), ("值班室", "值班室"),
    ],
)  # fmt: skip
def test_the_number_is_named_as_it_is_dialled(number: str, named: str) -> None:
    assert f"，发{named}。" in worded("zero_prompt", "zh", PARAMS, drill=False, answer=number).body


def test_the_first_alert_says_which_number_to_answer_to() -> None:
    body = worded("mission_alert", "zh", PARAMS, drill=False, answer=NUMBER).body
    assert body == "M10421 漕泾镇海涯村台风，请出动。回13800138000：1收到 9去不了"
    body = worded("mission_alert", "en", PARAMS, drill=False, answer=NUMBER).body
    assert body == "M10421 漕泾镇海涯村, typhoon: please go. Reply to 13800138000: 1 received, 9 cannot"


@pytest.mark.parametrize("answer", ["", NUMBER])
def test_every_chinese_text_is_one(answer: str) -> None:
    for name in treatments().keys() - LONG:
        body = _body(name, "zh", answer, drill=True)
        assert segments(body) == 1, body
    for name in LONG:
        assert segments(_body(name, "zh", answer)) <= 2


def _receipt(lang: str, answer: str, *, drill: bool = False, ask: str = "") -> str:
    known = {
        "number": "R10231", "place": "漕泾镇海涯村", "hazard": "typhoon", "kind": "initial", "figures": FIGURES,
        "needs": NEEDS,
    }  # fmt: skip
    told = receipts.params(lang, known, ask=ask)
    return worded("report_receipt", lang, told, drill=drill, answer=answer).body


@pytest.mark.parametrize("drill", [False, True])
@pytest.mark.parametrize("answer", ["", NUMBER])
def test_a_receipt_leaves_out_what_one_text_can_t_hold(answer: str, drill: bool) -> None:
    said = _receipt("zh", answer, drill=drill)
    assert segments(said) == 1, said
    assert "死亡" in said
    assert "漕泾镇海涯村台风" in said


def test_a_receipt_without_the_number_tells_more() -> None:
    bare, named = _receipt("zh", ""), _receipt("zh", NUMBER)
    assert named.endswith("，发13800138000")
    assert bare.count("、") > named.count("、")


def test_a_receipt_that_fits_tells_everything() -> None:
    known = {
        "number": "R1",
        "place": "海涯村",
        "hazard": "flood",
        "kind": "initial",
        "figures": {"relocated": 3},
        "needs": [],
    }
    body = worded("report_receipt", "zh", receipts.params("zh", known), drill=False, answer="").body
    assert body == "R1收到：海涯村洪涝，转移安置3人。有误回“更正…”"
