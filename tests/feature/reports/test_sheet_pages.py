"""Pages of the consolidated sheets: every number leads to its message; a tier adds and forwards; no stranger."""

import re

import pytest
from werkzeug.test import TestResponse

from responder.platform.scope import Scope
from responder.reports import forwarding
from tests.feature.reports.conftest import DISTRICT, STRANGER, TOWN, VILLAGE, Desk
from tests.feature.reports.filing import say, sheet


def read(desk: Desk, who: str, path: str) -> str:
    """A page as somebody reads it."""
    answer = desk.browser(who).client.get(path)
    assert answer.status_code == 200, path
    return answer.text


def status(desk: Desk, who: str, path: str) -> int:
    """How a page answers somebody."""
    return desk.browser(who).client.get(path).status_code


def post(desk: Desk, who: str, path: str, **fields: str) -> TestResponse:
    """A form sent by somebody, and the page that follows."""
    browser = desk.browser(who)
    data = {"csrf_token": browser.hidden()["csrf_token"], **fields}
    return browser.client.post(path, data=data, follow_redirects=True)


@pytest.fixture
def name(desk: Desk) -> str:
    """A flood: a village, its town's own total beside it, a figure by the government."""
    found = say(desk, "village", kind="initial", affected=87, deaths=1, text="八十七人受灾").incident
    assert found is not None
    say(desk, "town", TOWN, ref=found, affected=120)
    say(desk, "coordinator", DISTRICT, ref=found, affected=500, source="government")
    return found


def test_a_tier_s_sheet_shows_children_sum_difference_and_other_sources(desk: Desk, name: str) -> None:
    page = read(desk, "town", f"/reports/sheet/{name}/{TOWN}")
    for wanted in ("下级合计", "87", "120", "差 33", "（待核）"):
        assert wanted in page
    page = read(desk, "coordinator", f"/reports/sheet/{name}/{DISTRICT}")
    assert "政府通报" in page
    assert "不计入合计" in page
    assert f'href="/reports/sheet/{name}/{TOWN}"' in page


def test_a_number_leads_to_the_words_it_came_from(desk: Desk, name: str) -> None:
    page = read(desk, "coordinator", f"/reports/trace/{name}/{DISTRICT}/deaths")
    assert "八十七人受灾" in page
    assert "海涯村" in page
    assert status(desk, "coordinator", f"/reports/trace/{name}/{DISTRICT}/nonsense") == 404


def test_the_day_s_sheet_opens_tier_by_tier(desk: Desk, name: str) -> None:
    assert "漕泾镇" in read(desk, "coordinator", "/reports/day")
    assert "海涯村" in read(desk, "coordinator", f"/reports/day?tier={TOWN}")
    assert "这一天没有灾情数字" in read(desk, "coordinator", "/reports/day?date=2001-01-01")
    for path in ("/reports/day?date=x", f"/reports/day?tier={STRANGER}", "/reports/day?tier=nowhere"):
        assert status(desk, "coordinator", path) == 404


def test_a_tier_adds_its_own_and_sends_the_sheet_upward(desk: Desk, name: str) -> None:
    here = f"/reports/sheet/{name}/{TOWN}"
    added = post(desk, "town", f"{here}/add", relocated="30", text="镇中学安置点", idempotency_key="k1")
    assert "已补充" in added.text
    assert sheet(desk, name, TOWN).tier.figures["relocated"] == 30
    assert "已补充" not in post(desk, "town", f"{here}/add").text
    assert "已上报" not in _said(post(desk, "town", f"{here}/forward", how="magic"))
    sent = post(desk, "town", f"{here}/forward", how="phone", authorised_by="陆海峰", post="镇长")
    assert "已上报" in _said(sent)
    with desk.house.work.read() as session:
        (one,) = forwarding.submissions(session, Scope(DISTRICT), name)
    assert (one.authorised_by, one.how, one.figures["affected"]) == ("陆海峰", "phone", 120)
    assert "陆海峰" in read(desk, "town", here)


def _said(answer: TestResponse) -> str:
    """The messages above a page."""
    return "".join(re.findall(r'class="notice[^>]*>(.*?)</div>|class="flash[^>]*>(.*?)</', answer.text, re.S)[0])


@pytest.mark.parametrize("path", ["sheet/{name}/310116", "_sheet/{name}/310116", "trace/{name}/310116/affected"])
def test_nobody_outside_reads_a_sheet(desk: Desk, name: str, path: str) -> None:
    for who in ("stranger", "village"):
        assert status(desk, who, "/reports/" + path.format(name=name)) == 404
    assert "海涯" not in read(desk, "stranger", "/reports/day")
    assert status(desk, "coordinator", "/reports/" + path.format(name="S99999")) == 404


def test_a_village_neither_adds_nor_forwards(desk: Desk, name: str) -> None:
    for act in ("add", "forward"):
        assert post(desk, "village", f"/reports/sheet/{name}/{VILLAGE}/{act}", affected="3").status_code == 403
