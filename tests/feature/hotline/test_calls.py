"""Calls as Twilio makes them: every branch of the menu, in both languages, to the report and the text back."""

import pytest

from responder.app import House, build
from responder.hotline.voice.models import Call, Recording
from responder.messaging.models import Inbound, Outbound
from tests import cast
from tests.feature.hotline.conftest import VILLAGE, Hotline
from tests.feature.hotline.telephone import PUBLIC, TOKEN, Exchange

DUTY = "+8619900000002"


@pytest.fixture
def exchange(house: House) -> Exchange:
    """The exchange, with Twilio's token set and nobody's telephone as the duty officer's."""
    return exchange_of(house)


def exchange_of(house: House, **more: str) -> Exchange:
    values = {"twilio_auth_token": TOKEN, "twilio_account_sid": "AC1", "public_url": PUBLIC, **more}
    wired = House(house.settings.model_copy(update=values), house.work)
    return Exchange(wired, build(wired).test_client())


class TestGreeting:
    """The first words."""

    def test_a_known_caller_is_greeted_by_name_and_told_of_the_recording(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        assert line.spoken.startswith("王秀兰您好，漕泾镇红十字会。通话有录音。直接说，按1。")
        assert line.verbs == ["Gather"]
        assert line.languages[0] == "Polly.Zhiyu|cmn-CN"
        assert line.languages[-1] == "Polly.Joanna|en-US"
        assert 'actionOnEmptyResult="true"' in line.twiml
        assert 'numDigits="1"' in line.twiml

    def test_the_call_stands_in_the_inbox_from_its_first_moment(self, exchange: Exchange) -> None:
        exchange.call("village")
        assert (exchange.item()["outcome"], exchange.item()["name"]) == ("calling", "王秀兰")

    def test_nine_changes_the_language_and_back(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        assert "To simply speak, press 1" in line.key("9")
        assert line.languages[0] == "Polly.Joanna|en-US"
        assert "直接说，按1" in line.key("9")

    def test_another_voice_is_one_setting(self, house: House) -> None:
        line = exchange_of(house, twilio_voice="Google.cmn-CN-Wavenet-A|cmn-CN").call("village")
        assert line.languages[0] == "Google.cmn-CN-Wavenet-A|cmn-CN"


class TestSpeaking:
    """Key 1: record at once."""

    def test_one_records_and_the_number_is_texted_back(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        assert line.key("1") == "请说地点、灾情、人数，说完挂机。"
        assert line.verbs == ["Say", "Record", "Redirect"]
        said = line.record(seconds=22)
        item = exchange.item()
        assert said.startswith("录好了，编号I")
        assert line.ended
        assert item["outcome"] == "waiting"
        assert item["understood"]["recordings"] == [{"id": 1, "seconds": 22, "state": "wanted"}]
        (text,) = exchange.texts()
        assert f"（I{item['id']}）" in text
        assert {"message.waiting", "call.urgent"} <= set(exchange.kinds())

    def test_hanging_up_ends_the_recording_too(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("1")
        line.record(Digits="hangup", CallStatus="completed")
        line.hang_up()
        assert exchange.item()["outcome"] == "waiting"
        assert len(exchange.item()["understood"]["recordings"]) == 1
        assert len(exchange.texts()) == 1

    def test_who_says_nothing_is_called_back(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("1")
        assert line.wait().startswith("来电已记下")
        assert exchange.item()["outcome"] == "waiting"
        assert "call.urgent" not in exchange.kinds()

    @pytest.mark.parametrize("number", ["+8613900001111", "anonymous", ""])
    def test_an_unknown_caller_is_recorded_at_once_and_red(self, exchange: Exchange, number: str) -> None:
        line = exchange.call(number)
        assert "您的号码没有登记" in line.spoken
        assert "You are being recorded" in line.spoken
        assert "Record" in line.verbs
        line.record()
        item = exchange.item()
        assert (item["outcome"], item["person_id"], item["division_code"]) == ("waiting", None, "310116")
        assert "call.urgent" in exchange.kinds()
        assert exchange.texts() == []


class TestKeypad:
    """Key 2: figures by keypad."""

    def test_a_report_by_keys_is_filed_read_back_and_texted(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        assert "洪涝1。" in line.key("2")
        assert "死亡几人？" in line.key("1")
        assert line.key("0#", "*#", "12#", "36#") == "倒房几间？"
        assert line.key("4#") == "请说地点和情况，录音，说完按井号。"
        said = line.wait()
        assert "洪涝，死亡零人，受伤一二人，转移安置三六人，倒塌房屋四间" in said
        assert "失踪" not in said
        assert line.key("1").startswith("已上报，编号R")
        (report,) = exchange.reports()
        assert report.figures == {"deaths": 0, "injured": 12, "relocated": 36, "houses_collapsed": 4}
        assert (report.hazard, report.kind, report.channel, report.division) == ("flood", "initial", "voice", VILLAGE)
        assert report.reporter_name == report.typed_by_name == "王秀兰"
        (text,) = exchange.texts()
        assert report.number in text
        item = exchange.item()
        assert (item["outcome"], item["subject"]) == ("report", report.number)
        assert item["body"].startswith("电话按键：洪涝，死亡0人、受伤12人")

    def test_nought_and_skipped_stay_apart(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2", "2", "*", "0", "*#", "*", "0#")
        line.wait()
        line.key("1")
        assert exchange.reports()[0].figures == {"missing": 0, "houses_collapsed": 0}

    def test_an_unknown_hazard_is_skipped_too(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2", "*", "0", "0", "0", "7", "0")
        line.wait()
        line.key("1")
        assert exchange.reports()[0].hazard is None

    def test_dead_are_red(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2", "1", "2", "1", "*", "*", "*")
        line.wait()
        line.key("1")
        assert exchange.reports()[0].in_danger
        assert "report.urgent" in exchange.kinds()

    def test_what_was_said_beside_the_figures_must_be_heard(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2", "1", "0", "0", "0", "3", "0")
        assert "另有录音" in line.record()
        line.key("1")
        (report,) = exchange.reports()
        item = exchange.item()
        assert (item["outcome"], item["subject"]) == ("waiting", report.number)
        assert "call.urgent" in exchange.kinds()

    def test_two_begins_again(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2", "1", "9", "0", "0", "0", "0")
        line.wait()
        assert "选灾种" in line.key("2")
        line.key("4", "1", "0", "0", "0", "0")
        assert "火灾，死亡一人" in line.wait()
        line.key("1")
        (report,) = exchange.reports()
        assert (report.hazard, report.figures["deaths"]) == ("fire", 1)

    @pytest.mark.parametrize("keys", ["1*2", "1234567", "**1", "１２"])
    def test_a_slip_is_asked_again(self, exchange: Exchange, keys: str) -> None:
        line = exchange.call("village")
        line.key("2", "1")
        assert line.key(keys) == "没有听清。 死亡几人？"
        line.key("3")
        assert line.spoken == "失踪几人？"

    def test_in_english(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("9", "2", "1", "0", "*", "12", "3", "0")
        said = line.wait()
        assert said.startswith("You reported: flood, ")
        assert " 1 2" in said
        assert line.key("1").startswith("Filed as R 1 0")
        assert set(line.languages) == {"Polly.Joanna|en-US"}
        assert exchange.rows(Outbound)[0]["lang"] == "en"


class TestZero:
    """Key 3: a zero report."""

    def test_a_zero_report_is_one_more_key(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        assert line.key("3") == "零报告：漕泾镇海涯村没有灾情。对，按1。返回，按2。"
        assert line.key("1").startswith("已上报")
        (report,) = exchange.reports()
        assert (report.kind, report.figures, report.channel) == ("zero", {}, "voice")
        assert exchange.item()["understood"]["intent"] == "zero"

    def test_a_slip_leads_back(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("3", "2")
        assert "直接说，按1" in line.spoken
        assert exchange.reports() == []


class TestMissions:
    """Key 4: answers."""

    def test_without_a_mission_the_menu_comes_back(self, exchange: Exchange) -> None:
        assert exchange.call("leader").key("4").startswith("您现在没有任务。直接说，按1。")

    @pytest.mark.parametrize(
        ("key", "status"),
        [("1", "acknowledged"), ("2", "en_route"), ("3", "arrived"), ("4", "done"), ("9", "declined")],
    )
    def test_one_mission_is_answered_by_one_key(
        self, hotline: Hotline, exchange: Exchange, key: str, status: str
    ) -> None:
        number = hotline.send_out(hotline.team())
        line = exchange.call("leader")
        assert "收到按1，出发2" in line.key("4")
        line.key(key)
        assert line.ended
        assert f"mission.{status}" in exchange.kinds()
        assert (exchange.item()["outcome"], exchange.item()["subject"]) == ("answer", number)
        said = "mission_settled" if status in ("done", "declined") else "mission_answered"
        assert any(row["template"] == said for row in exchange.rows(Outbound))

    def test_of_several_one_is_chosen(self, hotline: Hotline, exchange: Exchange) -> None:
        first = hotline.send_out(hotline.team())
        world = hotline.drill()
        second = hotline.send_out("T1001", world)
        line = exchange.call("leader")
        said = line.key("4")
        assert "您有几个任务" in said
        assert "演练，M" in said
        assert "演练，任务M" in line.key("2")
        line.key("1")
        assert "mission.acknowledged" in exchange.kinds(world)
        assert "mission.acknowledged" not in exchange.kinds()
        assert (exchange.item()["subject"], exchange.item()["world"]) == (second, world)
        assert first != second

    def test_saying_it_twice_is_told_kindly(self, hotline: Hotline, exchange: Exchange) -> None:
        hotline.send_out(hotline.team())
        exchange.call("leader").key("4", "1")
        assert "早已记下" in exchange.call("leader", "CA2").key("4", "1")

    def test_a_refused_answer_goes_to_a_person(self, hotline: Hotline, exchange: Exchange) -> None:
        hotline.send_out(hotline.team())
        exchange.call("leader").key("4", "3")
        line = exchange.call("leader", "CA2")
        assert line.key("4", "2").startswith("没能登记")
        assert line.ended
        assert exchange.rows(Inbound)[1]["outcome"] == "waiting"


class TestOfficer:
    """Key 0, and those who don't get on."""

    def test_without_a_telephone_of_hers_a_message_is_left(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        assert line.key("0").startswith("值班员不在线")
        assert "Record" in line.verbs
        line.record()
        assert exchange.item()["outcome"] == "waiting"

    def test_she_is_put_through(self, house: House) -> None:
        exchange = exchange_of(house, duty_phone="199 0000 0002")
        line = exchange.call("village")
        line.key("0")
        assert line.verbs == ["Say", "Dial"]
        assert DUTY in line.twiml
        line.dialled("completed")
        assert exchange.item()["outcome"] == "call"

    @pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
    def test_when_she_doesn_t_answer_a_message_is_left(self, house: House, status: str) -> None:
        exchange = exchange_of(house, duty_phone=DUTY)
        line = exchange.call("village")
        line.key("0")
        assert line.dialled(status).startswith("值班员不在线")
        line.record()
        assert exchange.item()["outcome"] == "waiting"

    def test_her_own_call_isn_t_put_through_to_herself(self, house: House) -> None:
        line = exchange_of(house, duty_phone=DUTY).call("coordinator")
        line.key("0")
        assert "Dial" not in line.verbs

    @pytest.mark.parametrize("duty", ["", DUTY])
    def test_three_failures_and_a_person_takes_over(self, house: House, duty: str) -> None:
        exchange = exchange_of(house, duty_phone=duty)
        line = exchange.call("village")
        assert line.wait().startswith("没有听清")
        assert line.key("7").startswith("没有听清")
        line.wait()
        assert ("Dial" if duty else "Record") in line.verbs

    def test_failures_are_counted_in_a_row(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("7", "7", "2", "0", "0", "1")
        assert "死亡几人" in line.spoken

    def test_what_was_keyed_before_goes_along(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2", "1", "3", "x", "x", "x")
        line.record()
        item = exchange.item()
        assert item["understood"]["deaths"] == 3
        assert item["understood"]["hazard"] == "flood"


class TestDrill:
    """A drill is chosen, never guessed."""

    def test_while_a_drill_runs_a_call_is_real_unless_chosen(self, hotline: Hotline, exchange: Exchange) -> None:
        world = hotline.drill()
        line = exchange.call("village")
        assert "演练上报，按6" in line.spoken
        line.key("3", "1")
        assert exchange.reports(world) == []
        assert len(exchange.reports()) == 1

    def test_six_enters_it(self, hotline: Hotline, exchange: Exchange) -> None:
        world = hotline.drill()
        line = exchange.call("village")
        assert line.key("6").startswith("现在是演练。")
        line.key("2", "1", "1", "0", "0", "0", "0")
        line.record()
        line.key("1")
        assert exchange.reports() == []
        assert len(exchange.reports(world)) == 1
        assert exchange.texts()[-1].startswith("【演练】")
        assert {row["world"] for row in exchange.rows(Call) + exchange.rows(Recording)} == {world}
        assert exchange.item()["world"] == world
        assert "report.received" not in exchange.kinds()

    def test_two_drills_are_not_offered(self, hotline: Hotline, exchange: Exchange) -> None:
        hotline.drill()
        hotline.drill("另一场")
        assert "演练" not in exchange.call("village").spoken


def test_somebody_of_another_branch_never_reports_for_ours(exchange: Exchange) -> None:
    line = exchange.call("stranger")
    line.key("2", "1", "1", "0", "0", "0", "0")
    line.wait()
    line.key("1")
    assert exchange.reports() == []
    assert cast.PEOPLE["stranger"][0] == "310117"
