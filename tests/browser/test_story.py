"""The main job, whole: from a phone's text to a team on the scene and a public page, by mouse and by phones."""

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Server, SignIn, until

SAMPLES = Path(__file__).parents[1] / "unit" / "hotline" / "samples.jsonl"
VILLAGE = "310116112218"


def _sample(name: str) -> str:
    lines = map(json.loads, SAMPLES.read_text(encoding="utf-8").splitlines())
    return str(next(line["text"] for line in lines if line["id"] == name))


def _board(page: Page, server: Server) -> None:
    """Opens the board and marks the page, so that a reload would be noticed."""
    page.goto(server.base + "/")
    page.evaluate("window.unreloaded = true; window.rung = 0;")
    page.evaluate("window.addEventListener('responder:sound', () => { window.rung += 1 })")
    expect(page.locator("[data-live-state], .live").first).to_be_visible()
    page.wait_for_timeout(500)


def test_from_a_phone_s_text_to_a_public_page(server: Server, sign_in: SignIn, browser: Browser) -> None:
    village_phone = server.phone("village", VILLAGE)
    coordinator, town, stranger = sign_in("coordinator"), sign_in("town"), sign_in("stranger")
    for page in (coordinator, town, stranger):
        _board(page, server)

    # 1. A village liaison texts; the phone gets a receipt, the boards show it at once, another branch nothing.
    server.text(village_phone, _sample("P02"))
    receipt = until(lambda: server.received(village_phone), 2)[0]
    row = coordinator.locator("#reports [data-key=R1001], [data-key=R1001]").first
    expect(row).to_be_visible(timeout=3000)
    expect(town.locator("[data-key=R1001]").first).to_be_visible(timeout=3000)
    assert "R1001" in receipt
    assert "87" in receipt
    assert "海涯村" in receipt
    assert coordinator.evaluate("window.unreloaded")
    assert coordinator.evaluate("window.rung") >= 1
    assert town.evaluate("window.unreloaded")
    assert stranger.locator("[data-key]").count() == 0
    assert "海涯村" not in stranger.locator("body").inner_text()

    # 3. The coordinator opens the incident, sees teams and goods with reasons, picks, confirms once.
    coordinator.goto(server.base + "/incidents/S1001")
    plan = coordinator.locator("form[data-plan]")
    expect(plan.locator("input[name=team]:checked").first).to_be_visible()
    assert "漕泾镇" in plan.inner_text()
    for box in plan.locator("input[name=team]:checked").all()[1:]:
        box.uncheck()
    confirm = plan.locator("[data-plan-confirm]")
    expect(confirm).to_contain_text("1 队")
    expect(confirm).to_contain_text("60")
    confirm.click()
    expect(coordinator.get_by_text("M1001").first).to_be_visible()

    # 4. The leader's phone gets one text; digits move the mission; the open page follows live.
    leader_phone = server.phone("leader", "310116112")
    alert = until(lambda: server.received(leader_phone))
    assert len(alert) == 1
    assert "M1001" in alert[0]
    assert "海涯村" in alert[0]
    assert "1" in alert[0]
    assert len(alert[0]) <= 70
    server.text(leader_phone, "1")
    expect(coordinator.locator("text=首个确认").first).to_be_visible()
    until(lambda: "M1001" in "".join(server.received(leader_phone)[1:]))
    server.text(leader_phone, "出发")
    until(lambda: server.api("coordinator", "missions/M1001")["status"] == "en_route")
    server.text(leader_phone, "M1001 3")
    until(lambda: server.api("coordinator", "missions/M1001")["status"] == "arrived")

    # 5. Goods leave by the ledger and are received at the place.
    keeper = sign_in("keeper")
    keeper.goto(server.base + "/stock/missions/M1001/pick")
    expect(keeper.locator("main")).to_contain_text("棉被")
    keeper.locator("main form button").last.click()
    expect(keeper.locator("main")).to_contain_text("60")
    coordinator.goto(server.base + "/stock/missions/M1001/receive")
    coordinator.locator("main form").last.locator("button").first.click()
    coordinator.wait_for_load_state()
    coordinator.goto(server.base + "/incidents/S1001")
    clock = coordinator.locator(".clock").inner_text()
    assert "–" not in clock, clock
    server.text(leader_phone, "4")
    until(lambda: server.api("coordinator", "missions/M1001")["status"] in {"done", "closed"})

    # 6. Figures are verified by another person, the incident is closed and published.
    supervisor = sign_in("supervisor")
    _press(supervisor, server, "verify")
    _press(coordinator, server, "close")
    _press(supervisor, server, "publish")
    reader = sign_in("")
    reader.goto(server.base + "/public/incidents/S1001")
    public = reader.locator("body").inner_text()
    assert "漕泾镇" in public
    assert "棉被" in public
    assert "60" in public
    for secret in ("海涯村", "王秀兰", "陆海峰", village_phone[3:], "19900"):
        assert secret not in public, secret


def _press(page: Page, server: Server, act: str) -> None:
    """Opens an act's dialog on the incident page and confirms it."""
    page.goto(server.base + "/incidents/S1001")
    page.click(f"a[href$='#{act}'], [data-dialog={act}]")
    page.locator(f"dialog#{act} form button:not([data-close])").last.click()
    page.wait_for_load_state()


def _photo() -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (800, 600), "#88a").save(packed, "JPEG")
    return packed.getvalue()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_form_on_a_phone(server: Server, sign_in: SignIn, lang: str) -> None:
    """2. The same report by the web form on 360 px: place, location, photo, casualties and losses."""
    page = sign_in(
        "town", lang, PHONE, geolocation={"latitude": 30.79, "longitude": 121.41}, permissions=["geolocation"]
    )
    page.goto(server.base + "/reports/new")
    if page.locator("[data-place] details:not([open])").count():
        # Where the last report came from is remembered.
        assert page.input_value("[name=division]") == VILLAGE
        page.locator("[data-place] summary").click()
    page.locator("[data-place] select").first.select_option(VILLAGE)
    page.locator("label.tile", has_text="台风" if lang == "zh" else "yphoon").first.click()
    page.locator("details.urgent summary").click()
    page.fill("[name=deaths]", "0")
    page.fill("[name=injured]", "2")
    page.fill("[name=affected]", "90")
    page.fill("[name=relocated]", "87")
    page.locator("details.more:has([name=loss_total]) > summary").first.click()
    page.fill("[name=loss_total]", "18.5")
    page.fill("[name=need_item_0]", "棉被" if lang == "zh" else "quilt")
    page.fill("[name=need_qty_0]", "60")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "flood.jpg", "mimeType": "image/jpeg", "buffer": _photo()}
    )
    page.locator("[data-locate]").first.click()
    until(lambda: page.input_value("[name=lat]").startswith("30.79"))
    page.locator("form.report-form .acts.sticky button").click()
    page.wait_for_url(re.compile(r"/reports/R\d+$"))
    told = page.locator("main").inner_text()
    assert ("87" in told and "18.5" in told) or "185,000" in told
    assert page.locator("main img").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_caller_s_report_keeps_who_said_it_apart_from_who_typed_it(server: Server, sign_in: SignIn) -> None:
    page = sign_in("coordinator")
    page.goto(server.base + "/reports/new?proxy=1&division=310116102")
    page.fill("[name=said_name]", "过路司机")
    page.fill("[name=said_phone]", "19900009999")
    page.locator("label.tile", has_text="火灾").first.click()
    page.fill("[name=text]", "路边厂房着火")
    page.locator("form.report-form .acts.sticky button").click()
    page.wait_for_url(re.compile(r"/reports/R\d+$"))
    told = page.locator("main").inner_text()
    assert "过路司机" in told
    assert "周慧敏" in told


def test_a_board_that_was_away_catches_up_with_nothing_missing_and_nothing_twice(
    server: Server, sign_in: SignIn
) -> None:
    page = sign_in("coordinator")
    _board(page, server)
    page.evaluate("window.seqs = []")
    page.evaluate("document.addEventListener('responder:event', (e) => window.seqs.push(e.detail.seq))")
    before = len(page.evaluate("window.seqs"))
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    phone = server.phone("village", VILLAGE)
    for n in range(5):
        server.text(phone, f"海涯村内涝，受灾{40 + n}户{100 + n}人，无人员伤亡")
    page.wait_for_timeout(3000)
    page.context.set_offline(False)
    until(lambda: len(page.evaluate("window.seqs")) - before >= 5, 40)
    page.wait_for_timeout(500)
    seqs = page.evaluate("window.seqs")
    assert seqs == sorted(set(seqs))
    assert page.evaluate("window.unreloaded")


def test_a_drill_lives_in_its_own_world(server: Server, sign_in: SignIn) -> None:
    """7. Planned, subscribed, started; its texts begin 【演练】; ending it closes its missions."""
    director, coordinator = sign_in("director"), sign_in("coordinator")
    director.goto(server.base + "/drills")
    planned = director.locator("a[href*='/drills/Y']").first
    planned.click()
    number = director.url.rsplit("/", 1)[1]
    director.click("a[href$='#start'], [data-dialog=start]")
    director.locator("dialog#start form button:not([data-close])").last.click()
    director.wait_for_load_state()
    before = len(server.get("/public/incidents.json").get("items", []))
    _board(coordinator, server)
    phone = server.phone("village", VILLAGE)
    heard = len(server.received(phone))
    server.text(phone, "演练 海涯村火灾，受灾3户8人，无人员伤亡")
    receipt = until(lambda: server.received(phone)[heard:])[0]
    assert receipt.startswith("【演练】")
    drilled = re.search(r"R\d+", receipt)
    assert drilled
    coordinator.wait_for_timeout(1000)
    assert coordinator.locator(f"[data-key={drilled.group()}]").count() == 0
    assert coordinator.request.get(f"{server.base}/reports/{drilled.group()}").status == 404
    director.goto(f"{server.base}/drills/{number}")
    director.locator("form[action$='/world'] button").first.click()
    director.goto(server.base + "/")
    expect(director.locator(f"[data-key={drilled.group()}]").first).to_be_visible()
    expect(director.locator("body")).to_contain_text("演练")
    director.goto(f"{server.base}/drills/{number}")
    director.click("a[href$='#end'], [data-dialog=end]")
    director.locator("dialog#end form button:not([data-close])").last.click()
    director.wait_for_load_state()
    heard = len(server.received(phone))
    server.text(phone, "演练 海涯村火灾，受灾5户")
    answer = until(lambda: server.received(phone)[heard:])[0]
    assert not re.search(r"R\d+收到", answer)
    assert len(server.get("/public/incidents.json").get("items", [])) == before
