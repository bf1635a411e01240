"""Reports that a phone kept while there was no network: under the right name, in the right world, exactly once."""

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from responder.accounts import sessions
from responder.accounts.models import Person
from responder.drills import service as drills
from responder.drills.commands import EndDrill, PlanDrill, StartDrill
from responder.kernel import clock
from responder.reports.models import Photo, Report
from tests.feature.reports.conftest import DISTRICT, VILLAGE, Desk, picture


def _told(client: FlaskClient) -> dict[str, Any]:
    told: dict[str, Any] | None = client.get("/reports/sender").json
    assert told is not None
    return told


def _send(client: FlaskClient, me: str, *, key: str = "k1", token: str | None = None, **fields: Any) -> TestResponse:
    """What the script sends: the form's fields, who wrote it, the world, and a form key fetched just before."""
    if token is None:
        token = _told(client)["token"] or ""
    data = {
        "kind": "initial", "hazard": "flood", "division": VILLAGE, "relocated": "87", "idempotency_key": key, "me": me,
        "drill": "", "waited": "0", **fields,
    }  # fmt: skip
    headers = {"X-CSRFToken": token}
    return client.post("/reports/kept", data=data, headers=headers, content_type="multipart/form-data")


def _photos(desk: Desk) -> int:
    with desk.house.work.read() as session:
        return session.scalar(select(func.count(Photo.id))) or 0


def test_it_arrives_with_its_photos_and_the_hour_it_was_written(desk: Desk) -> None:
    client = desk.browser("village").client
    before = clock.now()
    photos = [(io.BytesIO(picture(size=(64, side))), f"{side}.jpg") for side in (40, 50)]
    sent = _send(client, "village", waited="7200", photos=photos, source="government", text="海堤内进水")
    assert sent.status_code == 201
    (one,) = desk.reports()
    assert sent.json == {"number": one.number, "url": f"/reports/{one.number}"}
    assert one.figures == {"relocated": 87}
    assert _photos(desk) == 2
    with desk.house.work.read() as session:
        said, source = session.execute(select(Report.said_at, Report.source)).one()
    assert abs(before - timedelta(hours=2) - said) < timedelta(minutes=1)
    assert source == "government"


@pytest.mark.parametrize("waited", ["", "-5", "nan", "inf", "1e300", "x", "99999999"])
def test_a_phone_without_a_sound_clock_reports_as_of_now(desk: Desk, waited: str) -> None:
    assert _send(desk.browser("village").client, "village", waited=waited).status_code == 201
    with desk.house.work.read() as session:
        assert clock.now() - session.execute(select(Report.said_at)).scalar_one() < timedelta(minutes=1)


def test_sent_again_it_is_the_same_report(desk: Desk) -> None:
    client = desk.browser("village").client
    first = _send(client, "village", photos=[(io.BytesIO(picture()), "a.jpg")])
    again = _send(client, "village", photos=[(io.BytesIO(picture()), "a.jpg")])
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert len(desk.reports()) == 1
    assert _photos(desk) == 1


def test_the_page_s_answer_was_lost_then_the_queue_sends_it(desk: Desk) -> None:
    browser = desk.browser("village")
    key = browser.hidden()["idempotency_key"]
    filed = browser.file(relocated="87", idempotency_key=key)
    again = _send(browser.client, "village", key=key)
    assert again.status_code == 200
    assert again.json is not None
    assert again.json["url"] == filed.location
    assert len(desk.reports()) == 1


def test_the_same_words_on_another_form_are_another_report(desk: Desk) -> None:
    client = desk.browser("village").client
    assert _send(client, "village", key="a", text="房屋进水", relocated="10").status_code == 201
    assert _send(client, "village", key="b", text="房屋进水", relocated="20", kind="followup").status_code == 201
    assert sorted(one.figures["relocated"] for one in desk.reports()) == [10, 20]


def test_two_tabs_at_once_file_it_once(desk: Desk) -> None:
    clients = [desk.browser("village").client for _ in range(4)]
    tokens = [_told(client)["token"] for client in clients]
    gate = threading.Barrier(len(clients))
    answers: list[int] = []

    def run(client: FlaskClient, token: str) -> None:
        gate.wait(20)
        answers.append(_send(client, "village", token=token).status_code)

    threads = [threading.Thread(target=run, args=pair) for pair in zip(clients, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == len(clients)
    assert set(answers) <= {200, 201, 409}, "409 is tried again by the phone"
    assert answers.count(201) == 1
    assert len(desk.reports()) == 1


def test_another_person_doesn_t_send_it(desk: Desk) -> None:
    refused = _send(desk.browser("town").client, "village")
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["code"] == "reports.other_person"
    assert desk.reports() == []


def test_nor_a_stranger_for_a_place_of_ours(desk: Desk) -> None:
    refused = _send(desk.browser("stranger").client, "stranger")
    assert refused.status_code == 422
    assert desk.reports() == []


def test_nobody_signed_in(desk: Desk) -> None:
    client = desk.browser("village").client
    client.delete_cookie(sessions.COOKIE)
    assert _told(client) == {"me": None, "token": None}
    assert _send(client, "village", token="made-up").status_code == 400
    assert desk.reports() == []


def test_without_the_form_key_nothing_is_taken(desk: Desk) -> None:
    assert _send(desk.browser("village").client, "village", token="").status_code == 400
    assert desk.reports() == []


def test_the_sender_is_told_who_is_signed_in(desk: Desk) -> None:
    told = _told(desk.browser("village").client)
    assert told["me"] == "village"
    assert told["token"]


def _drill(desk: Desk) -> str:
    director = desk.actor("director")
    with desk.house.work.begin(director) as uow:
        number = drills.plan(uow, PlanDrill("汛期演练", "joint", DISTRICT, clock.now().replace(year=2099)))
    with desk.house.work.begin(director) as uow:
        drills.start(uow, StartDrill(number))
    return number


def _world(number: str) -> int:
    return int(number[1:]) - 1000


def test_written_in_a_drill_it_goes_to_that_drill(desk: Desk) -> None:
    number = _drill(desk)
    client = desk.browser("coordinator").client
    assert _send(client, "coordinator", drill=number).status_code == 201
    assert desk.reports() == []
    assert len(desk.reports(world=_world(number))) == 1


def test_written_in_the_real_world_it_stays_there_whatever_drill_the_browser_is_in(desk: Desk) -> None:
    number = _drill(desk)
    browser = desk.browser("coordinator")
    token = _told(browser.client)["token"]
    browser.client.post("/world", data={"csrf_token": token, "drill": number})
    assert browser.client.get("/reports/new").text.count(number) > 0
    assert _send(browser.client, "coordinator").status_code == 201
    assert len(desk.reports()) == 1
    assert desk.reports(world=_world(number)) == []


def test_a_drill_that_is_over_or_unknown_takes_nothing(desk: Desk) -> None:
    number = _drill(desk)
    with desk.house.work.begin(desk.actor("director")) as uow:
        drills.end(uow, EndDrill(number))
    client = desk.browser("coordinator").client
    for drill, status in ((number, 409), ("D9999", 404), ("x", 404)):
        refused = _send(client, "coordinator", drill=drill)
        assert refused.status_code == status
        assert refused.json is not None
        assert refused.json["code"] != "changed_meanwhile", "the phone would try for ever"
    assert desk.reports() == []
    assert desk.reports(world=_world(number)) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hazard": ""}, "灾种"), ({"division": ""}, "地点"), ({"relocated": "八十七"}, "转移"),
        ({"relocated": "-1"}, "转移"), ({"occurred_at": "yesterday"}, "发生时间"),
        ({"kind": "correction"}, "理由"), ({"source": "gossip"}, ""), ({"kind": "gossip"}, ""),
        ({"idempotency_key": ""}, ""),
    ],
)  # fmt: skip
def test_what_can_t_be_read_comes_back_with_the_reason(desk: Desk, fields: dict[str, str], said: str) -> None:
    refused = _send(desk.browser("village").client, "village", **fields)
    assert refused.status_code == 422
    assert refused.json is not None
    assert said in refused.json["detail"]
    assert desk.reports() == []


def test_a_bad_photo_comes_back_and_nothing_is_filed(desk: Desk) -> None:
    photos = [(io.BytesIO(picture()), "a.jpg"), (io.BytesIO(b"MZ\x90 not a photo"), "b.jpg")]
    refused = _send(desk.browser("village").client, "village", photos=photos)
    assert refused.status_code == 422
    assert "照片" in refused.json["detail"]  # type: ignore[index]
    assert desk.reports() == []
    assert _send(desk.browser("village").client, "village").status_code == 201, "the same key, mended"


def test_a_contradiction_is_kept_as_a_warning_nobody_is_awake_to_be_asked(desk: Desk) -> None:
    assert _send(desk.browser("village").client, "village", affected="10").status_code == 201
    (one,) = desk.reports()
    assert len(one.warnings) == 1


def test_a_place_in_words_is_found(desk: Desk) -> None:
    sent = _send(desk.browser("town").client, "town", division="", division_text="海涯村")
    assert sent.status_code == 201
    assert desk.reports()[0].division == VILLAGE


def test_who_was_taken_off_the_list_sends_nothing(desk: Desk) -> None:
    client = desk.browser("village").client
    token = _told(client)["token"]
    with desk.house.work.begin(desk.actor("admin")) as uow:
        uow.session.query(Person).filter_by(username="village").one().disabled_at = uow.now
    answer = _send(client, "village", token=token)
    assert answer.status_code == 302
    assert "/sign-in" in (answer.location or "")
    assert desk.reports() == []


def test_what_is_open_around_is_shown_before_another_is_opened(desk: Desk) -> None:
    browser = desk.browser("village")
    browser.file(relocated="87")
    (incident,) = desk.incidents()
    asked = f"/reports/_likely?division={VILLAGE}&hazard=flood"
    assert incident.number in browser.client.get(asked).text
    assert browser.client.get(f"{asked}&lat=x&lng=999").status_code == 200
    assert "<li>" not in browser.client.get(f"/reports/_likely?division={VILLAGE}&hazard=earthquake").text
    assert "<li>" not in desk.browser("stranger").client.get(asked).text
    assert "<li>" not in browser.client.get(f"/reports/_likely?division={DISTRICT}&hazard=flood").text


def test_the_next_form_begins_where_the_last_report_was(desk: Desk) -> None:
    browser = desk.browser("town")
    assert browser.hidden()["division"] == ""
    browser.file(hazard="typhoon")
    page = browser.client.get("/reports/new").text
    assert browser.hidden()["division"] == VILLAGE
    assert 'name="hazard" value="typhoon" checked' in page
    assert desk.browser("coordinator").hidden()["division"] == "", "another person's last report is theirs"


def test_the_place_tree_is_one_s_own(desk: Desk) -> None:
    client = desk.browser("town").client
    told = client.get("/places/tree")
    assert told.json == {"of": "310116112", "items": [["310116112", "漕泾镇"], [VILLAGE, "海涯村"]]}
    again = client.get("/places/tree", headers={"If-None-Match": told.headers["ETag"]})
    assert again.status_code == 304
