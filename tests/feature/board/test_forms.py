"""The report's form, from a phone and for a caller; the inbox from which a report is made."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from responder.messaging.models import Inbound
from responder.reports.models import Report
from tests.feature.board.conftest import VILLAGE, Night, post

Browser = Callable[[str], FlaskClient]


def newest(night: Night) -> Report:
    with night.house.work.read() as session:
        found = session.scalar(select(Report).order_by(Report.id.desc()).limit(1))
        assert found is not None
        return found


def test_the_form_keeps_blank_and_nought_apart(night: Night, browser: Browser) -> None:
    status, page = post(
        browser("village"), "/reports/new", kind="initial", hazard="fire", division=VILLAGE, affected="12", deaths="0",
        relocated="", crop_affected="15", crop_affected_unit="mu", loss_total="3", loss_total_unit="wan",
    )  # fmt: skip
    assert (status, "已上报" in page) == (200, True)
    assert newest(night).figures == {"affected": 12, "deaths": 0, "crop_affected": 1, "loss_total": 30000}


def test_contradictions_are_shown_once_and_nothing_is_lost(night: Night, browser: Browser) -> None:
    form = {
        "kind": "initial",
        "hazard": "fire",
        "division": VILLAGE,
        "affected": "5",
        "relocated": "9",
        "text": "后院起火",
    }
    status, page = post(browser("village"), "/reports/new", **form)
    assert status == 422
    assert "核对过了" in page
    assert 'value="9"' in page
    assert "后院起火" in page
    before = newest(night).id
    assert post(browser("village"), "/reports/new", **form, checked="1")[0] == 200
    assert newest(night).id == before + 1


def test_a_slip_is_named_at_its_field(browser: Browser) -> None:
    status, page = post(browser("village"), "/reports/new", kind="initial", hazard="", division=VILLAGE, injured="1.5")
    assert status == 422
    assert 'href="#f-injured"' in page
    assert 'href="#f-hazard"' in page


def test_a_place_in_words_is_found_without_script(night: Night, browser: Browser) -> None:
    status, _page = post(browser("town"), "/reports/new", kind="initial", hazard="snow", division_text="海涯村")
    assert status == 200
    assert newest(night).division_code == VILLAGE


def test_a_village_reports_for_itself_alone(night: Night, browser: Browser) -> None:
    page = browser("village").get("/reports/new").get_data(as_text=True)
    assert f'name="division" value="{VILLAGE}"' in page
    assert "data-place " not in page
    before = newest(night).id
    assert post(browser("village"), "/reports/new", kind="initial", hazard="snow", division="310117")[0] == 422
    assert newest(night).id == before


def test_a_follow_up_says_what_was_told(browser: Browser) -> None:
    page = browser("village").get("/reports/new?kind=followup&incident=S1001").get_data(as_text=True)
    assert "已报 87" in page
    assert 'name="ref" value="S1001"' in page


def test_a_stranger_learns_no_figures_by_asking_for_a_follow_up(browser: Browser) -> None:
    page = browser("stranger").get("/reports/new?kind=followup&incident=S1001").get_data(as_text=True)
    assert "已报" not in page


def test_a_report_is_made_from_a_text_of_the_inbox(night: Night, browser: Browser) -> None:
    client = browser("coordinator")
    page = client.get("/messages").get_data(as_text=True)
    found = re.search(r'href="(/reports/new\?[^"]*inbound=\d+[^"]*)"', page)
    assert found
    form = client.get(found.group(1).replace("&amp;", "&")).get_data(as_text=True)
    assert "快来人" in form
    assert 'value="13912345678"' in form
    inbound = re.search(r'name="inbound" value="(\d+)"', form)
    assert inbound
    post(
        client, "/reports/new", kind="initial", hazard="flood", division=VILLAGE, proxy="1", inbound=inbound.group(1),
        said_name="张先生", said_phone="13912345678", text="快来人",
    )  # fmt: skip
    row = newest(night)
    assert (row.channel, row.reporter_name, row.typed_by_name) == ("proxy", "张先生", "周慧敏")
    with night.house.work.read() as session:
        text = session.get(Inbound, int(inbound.group(1)))
        assert text is not None
        assert (text.outcome, text.subject) == ("settled", f"R{1000 + row.id}")


def test_a_stranger_takes_nothing_from_the_inbox(browser: Browser) -> None:
    form = browser("stranger").get("/reports/new?proxy=1&inbound=1").get_data(as_text=True)
    assert "快来人" not in form
    assert "13912345678" not in form


def test_a_report_is_returned_with_its_reason(browser: Browser) -> None:
    assert "必须填写" in post(browser("coordinator"), "/reports/R1001/review", accept="0", reason="")[1]
    assert "位置不清" in post(browser("coordinator"), "/reports/R1001/review", accept="0", reason="位置不清")[1]
    page = browser("village").get("/board/_needs").get_data(as_text=True)
    assert "被退回：位置不清" in page
    assert "更正" in browser("village").get("/reports/R1001").get_data(as_text=True)


def test_the_pretend_phones_say_that_they_are_pretend(night: Night) -> None:
    from responder.app import build

    page = build(night.house).test_client().get("/simulator").get_data(as_text=True)
    assert "手机都是假的" in page
    assert 'data-open="+8619900000004"' in page
