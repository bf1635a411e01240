"""The world of a text: drills by their mark or their code, everything else is real."""

import pytest

from responder.dispatch import queries
from responder.platform.scope import Scope
from tests.feature.hotline.conftest import P02, VILLAGE, Hotline


@pytest.mark.parametrize("mark", ["演练：", "【演练】"])
def test_a_marked_text_goes_into_the_running_drill(hotline: Hotline, mark: str) -> None:
    world = hotline.drill()
    came = hotline.text("village", mark + P02)
    assert (came["outcome"], came["world"]) == ("report", world)
    (one,) = hotline.reports(world=world)
    assert one.figures["relocated"] == 87
    assert hotline.reports() == []
    assert hotline.incidents() == []
    assert "report.received" in hotline.kinds(world)
    assert "report.received" not in hotline.kinds()
    (said,) = hotline.said_to("village")
    assert said.startswith("【演练】")


def test_an_unmarked_text_is_real_also_while_a_drill_runs(hotline: Hotline) -> None:
    world = hotline.drill()
    hotline.text("village", P02)
    assert len(hotline.reports()) == 1
    assert hotline.reports(world=world) == []
    assert not hotline.said_to("village")[0].startswith("【演练】")


def test_a_drill_s_report_doesn_t_join_a_real_incident(hotline: Hotline) -> None:
    world = hotline.drill()
    real = hotline.text("village", P02)["subject"]
    hotline.text("village", f"演练：续报{real}：海涯村转移人数增至999人")
    assert hotline.incidents()[0].figures["relocated"] == 87
    assert hotline.reports(world=world) == []


def test_an_answer_to_a_drill_s_receipt_stays_in_the_drill(hotline: Hotline) -> None:
    world = hotline.drill()
    hotline.text("village", P02)
    drilled = hotline.text("village", "【演练】海涯村洪涝，转移20人，倒塌房屋2间")["subject"]
    assert hotline.text("village", f"更正 {drilled} 转移777人")["outcome"] == "report"
    assert hotline.text("village", "更正 转移778人")["outcome"] == "waiting", "it is asked which is meant"
    assert hotline.incidents()[0].figures["relocated"] == 87
    assert hotline.incidents(world=world)[0].figures["relocated"] == 777


def test_without_a_drill_a_marked_text_gets_a_kind_answer_and_waits(hotline: Hotline) -> None:
    came = hotline.text("village", "演练：" + P02)
    assert came["outcome"] == "waiting"
    (said,) = hotline.said_to("village")
    assert "没有正在进行的演练" in said
    assert hotline.reports() == []


def test_a_drill_elsewhere_isn_t_one_here(hotline: Hotline) -> None:
    hotline.drill(division="310116102")
    assert hotline.text("village", "演练：" + P02)["outcome"] == "waiting"


def test_of_two_drills_a_text_can_t_say_which(hotline: Hotline) -> None:
    hotline.drill("甲")
    hotline.drill("乙")
    came = hotline.text("village", "演练：" + P02)
    assert (came["outcome"], came["world"]) == ("waiting", 0)
    (said,) = hotline.said_to("village")
    assert "几场演练" in said


def test_after_the_end_nothing_more_is_written_into_the_drill(hotline: Hotline) -> None:
    world = hotline.drill()
    hotline.end(world)
    assert hotline.text("village", "演练：" + P02)["outcome"] == "waiting"
    assert hotline.reports(world=world) == []


def test_an_english_drill_text(hotline: Hotline) -> None:
    hotline.text("village", "DRILL: Flood in Haiya Village, 20 people relocated")
    (said,) = hotline.said_to("village")
    assert "no drill is running" in said


class TestAnswers:
    """Digits and words from the road."""

    def _status(self, hotline: Hotline, number: str, world: int = 0) -> str:
        with hotline.house.work.read(world) as session:
            found = queries.mission(session, Scope("310116", world), number)
        assert found is not None
        return found.status

    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ("1", "acknowledged"), ("收到", "acknowledged"), ("１", "acknowledged"), ("2", "en_route"),
            ("出发", "en_route"), ("3", "arrived"), ("到达", "arrived"),
            ("9", "declined"), ("无法前往", "declined"), (" 1 ", "acknowledged"),
            ("1。", "acknowledged"), ("{mission} 1", "acknowledged"), ("{mission}收到", "acknowledged"),
        ],
    )  # fmt: skip
    def test_one_open_mission_needs_no_code(self, hotline: Hotline, said: str, status: str) -> None:
        mission = hotline.send_out(hotline.team())
        came = hotline.text("leader", said.format(mission=mission))
        assert (came["outcome"], came["subject"]) == ("answer", mission)
        assert self._status(hotline, mission) == status
        assert hotline.said_to("leader")[-1].startswith(mission)

    def test_the_way_to_the_end(self, hotline: Hotline) -> None:
        mission = hotline.send_out(hotline.team())
        for said, status in (("1", "acknowledged"), ("2", "en_route"), ("3", "arrived"), ("4", "closed")):
            hotline.text("leader", said)
            assert self._status(hotline, mission) == status

    def test_the_same_answer_twice_changes_nothing(self, hotline: Hotline) -> None:
        mission = hotline.send_out(hotline.team())
        hotline.text("leader", "1")
        hotline.text("leader", "1")
        assert self._status(hotline, mission) == "acknowledged"
        assert hotline.kinds().count("mission.acknowledged") == 1
        assert "已记为" in hotline.said_to("leader")[-1]

    def test_without_a_mission_it_is_said_so(self, hotline: Hotline) -> None:
        assert hotline.text("leader", "1")["outcome"] == "waiting"
        (said,) = hotline.said_to("leader")
        assert "没有任务" in said

    def test_nobody_answers_for_another(self, hotline: Hotline) -> None:
        mission = hotline.send_out(hotline.team())
        for who in ("village", "stranger"):
            assert hotline.text(who, f"{mission} 1")["outcome"] == "waiting"
        assert self._status(hotline, mission) == "alerted"

    def test_a_bare_digit_goes_to_the_real_mission_first(self, hotline: Hotline) -> None:
        team, world = hotline.team(), hotline.drill()
        drilled = hotline.send_out(team, world)
        real = hotline.send_out(team)
        hotline.text("leader", "1")
        assert self._status(hotline, real) == "acknowledged"
        assert self._status(hotline, drilled, world) == "alerted"
        hotline.text("leader", f"{drilled} 1")
        assert self._status(hotline, drilled, world) == "acknowledged"
        assert hotline.said_to("leader")[-1].startswith("【演练】" + drilled)

    def test_with_a_drill_s_mission_alone_a_bare_digit_goes_there(self, hotline: Hotline) -> None:
        world = hotline.drill()
        mission = hotline.send_out(hotline.team(), world)
        came = hotline.text("leader", "1")
        assert (came["outcome"], came["world"]) == ("answer", world)
        assert self._status(hotline, mission, world) == "acknowledged"
        assert "mission.acknowledged" not in hotline.kinds()

    def test_after_the_drill_a_late_answer_gets_a_kind_word(self, hotline: Hotline) -> None:
        world = hotline.drill()
        mission = hotline.send_out(hotline.team(), world)
        hotline.end(world)
        hotline.text("leader", f"{mission} 1")
        assert hotline.said_to("leader")[-1]
        assert self._status(hotline, mission, world) == "closed"

    def test_a_leader_may_report_from_the_road(self, hotline: Hotline) -> None:
        hotline.send_out(hotline.team())
        came = hotline.text("leader", "漕泾镇海涯村内涝，转移18人")
        assert came["outcome"] == "report"
        assert hotline.reports()[0].division == VILLAGE
