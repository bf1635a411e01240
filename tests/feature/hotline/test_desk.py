"""The duty officer's inbox: the best guess beside the words, taken over in one click, once."""

import re

from flask.testing import FlaskClient

from tests import cast
from tests.feature.hotline.conftest import VILLAGE, Hotline

UNKNOWN = "+8613900000001"


def form_of(page: str, inbound: int) -> dict[str, str]:
    """The fields of one text's form as the page fills them."""
    found = re.search(rf'action="/hotline/inbox/{inbound}/accept".*?</form>', page, re.S)
    assert found is not None, page
    fields = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', found.group()))
    for name, options in re.findall(r'<select name="([^"]+)">(.*?)</select>', found.group(), re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen.group(1) if chosen else ""
    return fields


def press(client: FlaskClient, inbound: int, **changed: str) -> str:
    """Presses the button of one text; returns what the next page says."""
    fields = form_of(client.get("/messages").text, inbound)
    return client.post(f"/hotline/inbox/{inbound}/accept", data={**fields, **changed}, follow_redirects=True).text


def test_one_click_files_it_for_whoever_wrote_it(hotline: Hotline) -> None:
    came = hotline.text(UNKNOWN, "漕泾镇海涯村进水，转移12人，需棉被10床")
    assert came["outcome"] == "waiting"
    officer = cast.client_for(hotline.house, "coordinator")
    page = officer.get("/messages").text
    assert "漕泾镇海涯村" in page
    assert "照此上报" in page
    press(officer, came["id"])
    (one,) = hotline.reports()
    assert (one.channel, one.division, one.hazard, one.figures) == ("proxy", VILLAGE, "flood", {"relocated": 12})
    assert one.needs == [{"item": "棉被", "qty": 10}]
    assert (one.typed_by_name, one.reporter_phone) == ("周慧敏", UNKNOWN)
    row = hotline.inbox()[0]
    assert (row["outcome"], row["handled_by"], row["subject"]) == ("settled", "周慧敏", one.number)
    receipt = hotline.said_to(UNKNOWN)[-1]
    assert receipt.startswith(f"{one.number}值班员已登记：漕泾镇海涯村洪涝")


def test_two_officers_press_and_it_counts_once(hotline: Hotline) -> None:
    came = hotline.text(UNKNOWN, "漕泾镇海涯村进水，转移12人")
    officer, town = (cast.client_for(hotline.house, who) for who in ("coordinator", "coordinator"))
    fields = form_of(town.get("/messages").text, came["id"])
    press(officer, came["id"])
    page = town.post(f"/hotline/inbox/{came['id']}/accept", data=fields, follow_redirects=True).text
    assert "已经处理过了" in page
    assert len(hotline.reports()) == 1


def test_the_guess_can_be_put_right_and_assigned(hotline: Hotline) -> None:
    first = hotline.text("village", "海涯村内涝，转移20人")["subject"]
    incident = hotline.incidents()[0].number
    came = hotline.text(UNKNOWN, "村里又淹了，快点来，转移了12人")
    officer = cast.client_for(hotline.house, "coordinator")
    put_right = {"kind": "followup", "fig_relocated": "31", "fig_injured": "1", "said_name": "老张"}
    press(officer, came["id"], division="", division_text="漕泾镇海涯村", ref=incident, **put_right)
    one = hotline.reports()[0]
    assert one.number != first
    assert (one.incident, one.division, one.reporter_name) == (incident, VILLAGE, "老张")
    assert one.figures == {"relocated": 31, "injured": 1}


def test_a_place_that_is_none_of_ours_is_told(hotline: Hotline) -> None:
    came = hotline.text(UNKNOWN, "进水了，转移12人")
    officer = cast.client_for(hotline.house, "coordinator")
    page = press(officer, came["id"], division="", division_text="松江区某村")
    assert "没有找到“松江区某村”" in page
    assert hotline.reports() == []
    assert hotline.inbox()[0]["outcome"] == "waiting"


def test_a_refused_text_of_a_known_person_keeps_its_reporter(hotline: Hotline) -> None:
    came = hotline.text("village", "更正：转移78人，不是87人")
    assert came["outcome"] == "waiting"
    officer = cast.client_for(hotline.house, "coordinator")
    press(officer, came["id"], kind="initial", hazard="flood")
    (one,) = hotline.reports()
    assert (one.reporter_name, one.reporter_id) == ("王秀兰", cast.person_id(hotline.house, "village"))
    hotline.text("village", "更正：转移79人")
    assert hotline.incidents()[0].figures["relocated"] == 79, "they can go on by text"


def test_danger_comes_first_then_the_oldest(hotline: Hotline) -> None:
    hotline.text("village", "明天开会吗")
    hotline.text(UNKNOWN, "这里天黑了")
    hotline.text(UNKNOWN, "救命，有人被困屋顶")
    page = cast.client_for(hotline.house, "coordinator").get("/messages").text
    assert page.index("被困屋顶") < page.index("明天开会吗") < page.index("天黑了")


def test_what_is_only_partly_understood_waits_too_until_answered(hotline: Hotline) -> None:
    hotline.text("town", "内涝，转移30人")
    officer = cast.client_for(hotline.house, "coordinator")
    assert "已报，缺项待答" in officer.get("/messages").text
    hotline.text("town", "海涯村")
    assert "没有要人看的来信" in officer.get("/messages").text


def test_a_stranger_neither_sees_nor_files(hotline: Hotline) -> None:
    came = hotline.text(UNKNOWN, "漕泾镇海涯村进水，转移12人")
    stranger = cast.client_for(hotline.house, "stranger")
    assert "海涯村" not in stranger.get("/messages").text
    sent = {"csrf_token": "", "division": VILLAGE, "division_text": "漕泾镇海涯村"}
    assert stranger.post(f"/hotline/inbox/{came['id']}/accept", data=sent).status_code in (302, 400, 404)
    assert hotline.reports() == []


def test_a_strange_phone_is_handled_once(hotline: Hotline) -> None:
    for _ in range(3):
        hotline.text(UNKNOWN, "救命，有人被困屋顶")
    assert [row["outcome"] for row in hotline.inbox()] == ["waiting", "repeat", "repeat"]
    assert len(hotline.said_to(UNKNOWN)) == 1
    alarms = [row for row in hotline.outbox() if row["template"] == "text_urgent"]
    assert [row["number"] for row in alarms] == [cast.phone("coordinator")]
    assert "被困" in alarms[0]["body"]
