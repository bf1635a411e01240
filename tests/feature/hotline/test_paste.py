"""A forwarded chat is pasted, taken apart, looked at, and filed by proxy: each message once, whoever said it kept."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from responder.app import House
from responder.messaging.models import Inbound
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from responder.reports import queries
from responder.reports.queries import ReportView
from tests import cast
from tests.feature.reports.conftest import picture

VILLAGE = "310116112218"
CHAT = (
    "海涯村-王秀兰 2026/9/16 2:13:05\n漕泾镇海涯村海堤进水，三十余户房屋进水，紧急转移87人，急需棉被60床\n[图片]\n\n"
    "吴建国 2026/9/16 2:15:40\n收到，注意安全\n\n"
    "海涯村-王秀兰 2026/9/16 3:40:00\n「吴建国：转移多少人了？失踪有没有」\n- - - - - - - - -\n"
    "续报：转移增至120人，无伤亡\n"
)


@dataclass
class Desk:
    """Somebody at the page."""

    house: House
    client: FlaskClient

    def paste(self, chat: str = CHAT, photos: int = 0) -> str:
        """The dry run."""
        files = [(io.BytesIO(picture(size=(64 + n, 48))), f"{n}.jpg") for n in range(photos)]
        answer = self.send({"paste": chat, "photos": files})
        assert answer.status_code == 200
        return answer.text

    def send(self, fields: dict[str, Any]) -> TestResponse:
        """The form with these fields."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/hotline/paste").text)
        assert token
        data = {"csrf_token": token[1], **fields}
        return self.client.post("/hotline/paste", data=data, content_type="multipart/form-data")

    def file(self, page: str, **more: Any) -> TestResponse:
        """The form of a dry run, as it stands and with fields changed, sent to be filed. ``None`` takes one away."""
        fields = {**fields_of(page), "do": "file", **more}
        return self.send({name: value for name, value in fields.items() if value is not None})

    def reports(self, division: str = "310116") -> list[ReportView]:
        """Reports as seen from a division, oldest first."""
        with self.house.work.read() as session:
            return queries.reports(session, Scope(division), Cursor(None, 50))[::-1]


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send of the page's form, without files."""
    form = page[page.index('action="/hotline/paste"') :]
    form = form[: form.index("</form>")]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        skipped = 'type="file"' in tag or ('type="checkbox"' in tag and "checked" not in tag)
        if name and value and not skipped:
            had = found.get(name[1])
            new = unescape(value[1])
            found[name[1]] = new if had is None else [*(had if isinstance(had, list) else [had]), new]
    for name, inside in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"( selected)?', inside)
        found[name] = next((value for value, chosen in options if chosen), options[0][0] if options else "")
    for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(text)
    return found


def keys_of(page: str) -> list[str]:
    """The keys of the messages, in their order."""
    return list(dict.fromkeys(re.findall(r'name="place_was-([0-9a-f]{32})"', page)))


@pytest.fixture
def coordinator(house: House) -> Desk:
    """The coordinator's browser."""
    return Desk(house, cast.client_for(house, "coordinator"))


@pytest.fixture
def town(house: House) -> Desk:
    """The town liaison's browser."""
    return Desk(house, cast.client_for(house, "town"))


def test_a_chat_becomes_reports_of_whoever_said_it(coordinator: Desk) -> None:
    page = coordinator.paste()
    assert page.count('class="panel paste-row') == 3
    assert coordinator.reports() == [], "a dry run files nothing"
    answer = coordinator.file(page)
    assert answer.status_code == 302, answer.text
    first, second = coordinator.reports()
    assert (first.kind, first.hazard, first.division, first.place) == ("initial", "flood", VILLAGE, "漕泾镇海涯村")
    assert first.figures == {"households_affected": 30, "relocated": 87}
    assert first.needs == [{"item": "棉被", "qty": 60}]
    assert (first.reporter_name, first.reporter_id) == ("王秀兰", cast.person_id(coordinator.house, "village"))
    assert (first.typed_by_name, first.channel) == ("周慧敏", "proxy")
    assert first.said_at == datetime(2026, 9, 15, 18, 13, 5, tzinfo=UTC).replace(second=0)
    assert (second.kind, second.figures) == ("followup", {"relocated": 120, "deaths": 0, "injured": 0})
    assert second.division == VILLAGE, "the same person goes on about the same place"
    assert second.incident == first.incident
    assert second.urgent == [], "what was quoted is not said again"


def test_the_chat_is_kept_as_it_was_pasted(coordinator: Desk) -> None:
    coordinator.file(coordinator.paste())
    with coordinator.house.work.read() as session:
        (kept,) = session.scalars(select(Inbound))
        assert (kept.body, kept.gateway, kept.outcome, kept.name) == (CHAT, "paste", "report", "周慧敏")
        assert kept.subject == "R1001"


def test_the_same_paste_twice_makes_no_second_report(coordinator: Desk) -> None:
    page = coordinator.paste()
    coordinator.file(page)
    assert coordinator.file(page).status_code == 302, "sent once more, as a browser does"
    again = coordinator.paste()
    assert "R1001" in again
    assert coordinator.file(again).status_code == 422, "nothing is ticked any more"
    assert len(coordinator.reports()) == 2
    with coordinator.house.work.read() as session:
        assert len(session.scalars(select(Inbound)).all()) == 1


def test_what_was_read_can_be_put_right(coordinator: Desk) -> None:
    page = coordinator.paste()
    first, _ack, follow = keys_of(page)
    changed = {
        f"place-{first}": "枫泾镇", f"hazard-{first}": "typhoon", f"relocated-{first}": "68", f"injured-{first}": "０",
        f"needs-{first}": "帐篷5顶、奶粉", f"speaker-{first}": "老陈", f"tick-{follow}": None,
    }  # fmt: skip
    assert coordinator.file(page, **changed).status_code == 302
    (one,) = coordinator.reports()
    assert (one.division, one.place, one.hazard) == ("310116102", "枫泾镇", "typhoon")
    assert one.figures == {"households_affected": 30, "relocated": 68, "injured": 0}
    assert one.needs == [{"item": "帐篷", "qty": 5}, {"item": "奶粉", "qty": None}]
    assert (one.reporter_name, one.reporter_id) == ("老陈", None)


def test_a_wrong_number_is_told_beside_its_message_and_nothing_is_filed(coordinator: Desk) -> None:
    page = coordinator.paste()
    key = keys_of(page)[0]
    answer = coordinator.file(page, **{f"relocated-{key}": "八十七"})
    assert answer.status_code == 422
    assert 'value="八十七"' in answer.text
    assert coordinator.reports() == []
    refused = coordinator.file(page, **{f"hazard-{key}": ""})
    assert refused.status_code == 422
    assert coordinator.reports() == []


def test_photos_go_to_the_message_that_they_stood_in(coordinator: Desk) -> None:
    page = coordinator.paste(photos=2)
    fields = fields_of(page)
    first, _ack, follow = keys_of(page)
    assert (fields["photo_of_0"], len(fields["photo"])) == (first, 2)
    for token in fields["photo"]:
        with coordinator.client.get(f"/hotline/paste/photos/{token}") as answer:
            assert answer.mimetype == "image/jpeg"
    assert coordinator.file(page, photo_of_1=follow).status_code == 302
    with coordinator.house.work.read() as session:
        for number in ("R1001", "R1002"):
            assert len(queries.photos(session, Scope("310116"), number)) == 1


def test_a_photo_is_only_for_whoever_brought_it(coordinator: Desk, town: Desk) -> None:
    fields = fields_of(coordinator.paste(photos=1))
    assert town.client.get(f"/hotline/paste/photos/{fields['photo']}").status_code == 404
    assert town.client.get("/hotline/paste/photos/forged").status_code == 404
    page = town.paste()
    assert town.file(page, photo=fields["photo"], photo_of_0=keys_of(page)[0]).status_code == 302
    with town.house.work.read() as session:
        assert queries.photos(session, Scope("310116"), "R1001") == []


def test_a_file_that_is_no_photo_is_refused_in_words(coordinator: Desk) -> None:
    answer = coordinator.send({"paste": CHAT, "photos": [(io.BytesIO(b"MZ nothing"), "a.jpg")]})
    assert answer.status_code == 422
    assert "海涯村" in answer.text, "nothing has to be pasted again"


def test_the_town_files_for_its_villages_and_for_nobody_else(town: Desk) -> None:
    page = town.paste("王秀兰：海涯村着火了，烧毁2间\n李四：枫泾镇中洪村着火了，烧毁3间")
    assert "310116102" not in "".join(re.findall(r'<option value="(\d+)"', page))
    key = keys_of(page)[0]
    assert town.file(page, **{f"division-{key}": "310116102"}).status_code == 422
    assert town.reports() == []
    assert town.file(page).status_code == 302
    assert {one.division for one in town.reports()} == {VILLAGE, "310116112"}


def test_a_name_counts_only_where_one_person_bears_it(town: Desk) -> None:
    town.file(town.paste("周慧敏：海涯村着火了，烧毁2间\n秀兰：海涯村内涝，转移3人"))
    assert {(one.reporter_name, one.reporter_id) for one in town.reports()} == {("周慧敏", None), ("秀兰", None)}


def test_a_drill_s_words_are_not_ticked(coordinator: Desk) -> None:
    page = coordinator.paste("【演练】海涯村着火，伤2人")
    assert "checked" not in page[page.index("paste-row") :]
    assert coordinator.file(page).status_code == 422


def test_no_chat_at_all(coordinator: Desk) -> None:
    page = coordinator.paste("漕泾镇海涯村内涝，受灾45户132人")
    assert coordinator.file(page).status_code == 302
    (one,) = coordinator.reports()
    assert (one.figures["affected"], one.reporter_name, one.text) == (132, "周慧敏", "漕泾镇海涯村内涝，受灾45户132人")
    assert coordinator.send({"paste": " "}).status_code == 200


def test_zero_reports_of_two_mornings_are_two(coordinator: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from responder.kernel import clock

    for day in (16, 17):
        now = datetime(2026, 9, day, 0, 30, tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        client = Desk(coordinator.house, cast.client_for(coordinator.house, "coordinator"))
        assert client.file(client.paste("王秀兰：海涯村零报告\n吴建国：收到")).status_code == 302
    assert [one.kind for one in coordinator.reports()] == ["zero", "zero"]


@pytest.mark.parametrize("who", ["village", "keeper", "auditor"])
def test_only_for_those_who_file_for_others(house: House, who: str) -> None:
    assert cast.client_for(house, who).get("/hotline/paste").status_code == 403


def test_a_stranger_files_for_nobody_here(house: House) -> None:
    stranger = Desk(house, cast.client_for(house, "stranger"))
    page = stranger.paste()
    assert VILLAGE not in page
    assert "对上了" not in page
    stranger.file(page)
    assert stranger.reports("310116") == []
