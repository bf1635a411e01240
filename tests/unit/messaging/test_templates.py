"""Short forms of texts, what providers have approved of them, and the list that asks for approval."""

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pydantic import ValidationError

from responder.cli import main
from responder.messaging import forms, templates
from responder.messaging.forms import Form
from responder.messaging.letters import treatments
from responder.messaging.wording import worded
from responder.platform.config import ConfigError
from responder.platform.terms import LANGUAGES, vocabulary

FORMS = {name: treated.form for name, treated in treatments().items() if treated.form}
FREE_WORDS = {"broadcast_urgent", "note"}
"""Whole texts of an officer's own words: no provider approves a variable that is everything."""
MISSION: dict[str, object] = {"mission": "M10421", "place": "漕泾镇海涯村", "hazard": "typhoon"}


def test_what_must_reach_and_wants_an_answer_has_a_form() -> None:
    wanted = {name for name, t in treatments().items() if t.kind in ("alert", "duty") and t.wants_answer}
    assert wanted - FORMS.keys() == FREE_WORDS


def test_every_text_has_a_title() -> None:
    assert treatments().keys() == vocabulary("template").keys()


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_is_explained_and_short(name: str) -> None:
    form = FORMS[name]
    names = {one for lang in LANGUAGES for one in forms.variables(form.pattern(lang))}
    assert names <= templates.variables().keys()
    assert forms.longest(form, "zh") <= 70 or treatments()[name].kind == "answer"
    for lang in LANGUAGES:
        for one in forms.variables(form.pattern(lang)):
            assert len(getattr(templates.variables()[one].example, lang)) <= form.limits[one], (name, one, lang)


@pytest.mark.parametrize("name", sorted(FORMS))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_form_is_filled_by_what_the_text_is_filled_by(name: str, lang: str) -> None:
    """Without any parameter every variable still has words: a provider takes no empty one."""
    made = worded(name, lang, {}, drill=False, answer="+8613800138000").form
    assert made.keys() == forms.variables(FORMS[name].pattern(lang)).keys()
    assert all(made.values())


def test_a_form_is_worded_and_cut() -> None:
    made = worded(
        "mission_alert",
        "zh",
        {**MISSION, "place": "吉林省延边朝鲜族自治州敦化市雁鸣湖镇小山咀子村东沟屯"},
        drill=False,
        answer="",
    )
    assert made.form["mission"] == "M10421"
    assert made.form["hazard"] == "台风"
    assert made.form["place"].startswith("…")
    assert made.form["place"].endswith("小山咀子村东沟屯")
    assert len(made.form["place"]) == FORMS["mission_alert"].limits["place"]


def test_a_value_that_is_missing_is_said_to_be() -> None:
    assert worded("mission_alert", "zh", {"mission": "M1"}, drill=False, answer="").form["hazard"] == "不详"
    assert worded("report_receipt", "zh", {"number": "R1"}, drill=False, answer="").form["ask"] == "无"
    assert worded("report_receipt", "en", {"number": "R1"}, drill=False, answer="").form["figures"] == "not given"


def test_a_text_of_free_words_has_no_form() -> None:
    assert worded("broadcast_urgent", "zh", {"body": "请到镇政府集合", "code": "B1"}, drill=False, answer="").form == {}


@pytest.mark.parametrize(
    ("words", "limit", "cut"),
    [
        ("棉被60床、彩条布1200卷", 11, "棉被60床、彩条布…"),
        ("棉被60床、彩条布1200卷", 12, "棉被60床、彩条布…"),
        ("棉被60床、彩条布", 11, "棉被60床、彩条布"),
        ("转移1,268人", 6, "转移…"),
        ("1234567", 4, "…"),
        ("死亡1人、失踪2人", 6, "死亡1人…"),
    ],
)
def test_a_cut_leaves_no_half_number(words: str, limit: int, cut: str) -> None:
    assert forms.cut(words, limit) == cut


@given(st.text("人棉床0123456789、，.,: "), st.integers(1, 35), st.booleans())
@example("12345", 3, True)
def test_a_cut_never_changes_a_number(words: str, limit: int, keeps_end: bool) -> None:
    cut = forms.cut(words, limit, keeps_end=keeps_end)
    assert len(cut) <= limit
    if len(words) <= limit:
        assert cut == words
        return
    kept = cut[1:] if keeps_end else cut[:-1]
    assert (cut[0] if keeps_end else cut[-1]) == "…"
    assert words.endswith(kept) if keeps_end else words.startswith(kept)
    if kept:
        assert not (kept[0] if keeps_end else kept[-1]).isdigit()


@pytest.mark.parametrize(
    ("zh", "limits"),
    [
        ("{body}", {"body": 20}),
        ("通知{place}{hazard}", {"place": 9, "hazard": 9}),
        ("通知{place}，{hazard}", {"place": 9, "hazard": 9}),
        ("通知{place}和{place}", {"place": 9}),
        ("通知{place}[{hazard}]有灾", {"place": 9}),
        ("通知{place}，回{answer}", {"place": 9, "answer": 13}),
        ("通知{place}", {}),
        ("通知{place}", {"place": 36}),
        ("通知{place}", {"place": 9, "hazard": 3}),
        ("【演练】通知{place}", {"place": 9}),
        ("看 https://x.cn/{place}", {"place": 9}),
    ],
)
def test_a_form_that_a_provider_would_refuse_is_refused_here(zh: str, limits: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Form(zh=zh, en=zh, limits=limits)


def _own(folder: Path, text: str) -> Path:
    templates.path("aliyun", folder).write_text(text, encoding="utf-8")
    return folder


def test_what_a_branch_got_approved_is_found(tmp_path: Path) -> None:
    data = _own(tmp_path, 'signature = "金山红会"\n[templates]\nmission_alert = { zh = "SMS_123" }\n')
    assert templates.approved("aliyun", "mission_alert", "zh", data) == "SMS_123"
    assert templates.approved("aliyun", "mission_alert", "en", data) is None
    assert templates.approved("aliyun", "mission_goods", "zh", data) is None
    assert templates.approved("aliyun", "mission_alert", "zh") is None
    assert templates.approval("aliyun", data).signature == "金山红会"
    assert templates.approved("http:gbk", "mission_alert", "zh", data) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[templates]\nmission_alarm = { zh = "SMS_1" }', "mission_alarm"),
        ('[templates]\nbroadcast = { zh = "SMS_1" }', "broadcast"),
        ('[templates]\nmission_alert = { zh = "SMS 1" }', "mission_alert.zh"),
        ('[templates]\nmission_alert = { fr = "SMS_1" }', "mission_alert.fr"),
        ('signature = "【金山】"', "signature"),
        ("sign = 1", "sign"),
    ],
)
def test_a_wrong_register_names_file_and_key(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=r"templates\.aliyun\.toml") as refused:
        templates.approval("aliyun", _own(tmp_path, text))
    assert told in str(refused.value)


def _export(tmp_path: Path, *words: str, **env: str) -> bytes:
    result = CliRunner(env=env).invoke(main, ["templates", "export", "--data", str(tmp_path), *words])
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def _rows(made: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))


def test_the_list_for_approval(tmp_path: Path) -> None:
    _own(tmp_path, '[templates]\nmission_alert = { zh = "SMS_123" }\n')
    rows = _rows(_export(tmp_path, "--gateway", "aliyun", RESPONDER_ANSWER_NUMBER=""))
    assert rows[0] == ["签名 signature", "【金山区红十字会】"]
    assert len(rows) == 2 + 2 * len(FORMS)
    (alert,) = [row for row in rows if row[-2:] == ["mission_alert", "SMS_123"]]
    assert alert[:5] == [
        "任务派发", "zh", "短信通知", "任务${mission}：请去${place}，灾种${hazard}。回复1收到9去不了",
        "【金山区红十字会】任务M10421：请去漕泾镇海涯村，灾种台风。回复1收到9去不了",
    ]  # fmt: skip
    assert "place: 地点，其他，最多18字" in alert[5].split("\n")
    assert alert[7] == "要"
    assert alert[8]


def test_a_landline_stands_in_the_words_and_a_mobile_number_doesn_t_where_it_is_refused(tmp_path: Path) -> None:
    def alert(gateway: str, number: str) -> list[str]:
        rows = _rows(_export(tmp_path, "--gateway", gateway, RESPONDER_ANSWER_NUMBER=number))
        return next(row for row in rows if row[1] == "zh" and row[-2] == "mission_alert")

    assert "回复02157328000：1收到" in alert("aliyun", "02157328000")[3]
    mobile = alert("aliyun", "+8613800138000")
    assert "回复1收到" in mobile[3]
    assert mobile[8].endswith("回复直接回到本短信")
    assert "回复13800138000：1收到" in alert("generic", "+8613800138000")[3]


def test_numbered_placeholders(tmp_path: Path) -> None:
    rows = _rows(_export(tmp_path, "--gateway", "tencent", RESPONDER_ANSWER_NUMBER=""))
    assert "任务{1}：请去{2}，灾种{3}。回复1收到9去不了" in {row[3] for row in rows[2:]}


def test_the_list_as_a_workbook(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(_export(tmp_path, "--format", "xlsx", RESPONDER_ANSWER_NUMBER="")))
    rows = list(book.worksheets[0].values)
    assert rows[0][1] == "【金山区红十字会】"
    assert len(rows) == 2 + 2 * len(FORMS)


def test_a_wrong_register_is_told_without_a_trace(tmp_path: Path) -> None:
    _own(tmp_path, "sign = 1")
    result = CliRunner().invoke(main, ["templates", "export", "--gateway", "aliyun", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "templates.aliyun.toml: sign" in result.output
    assert "Traceback" not in result.output
