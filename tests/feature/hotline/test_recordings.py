"""Recordings: fetched from the provider alone, checked by content, heard in scope, wound, forgotten in time."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Request, Response
from werkzeug.test import TestResponse

from responder import worker
from responder.accounts import sessions
from responder.app import House
from responder.hotline.voice import jobs, queries, recordings
from responder.hotline.voice.models import Recording
from responder.kernel import clock
from responder.messaging.gateways import SendFailed, twiml
from responder.messaging.models import Inbound
from responder.platform.scope import Scope
from responder.reports.models import Report
from tests import cast
from tests.feature.hotline.telephone import API, VOICE, Exchange, Telephone
from tests.feature.hotline.test_calls import exchange_of

MP3 = b"ID3\x04" + bytes(range(256)) * 40
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(200)
PATH = "/2010-04-01/Accounts/AC1/Recordings/RE1.mp3"


@pytest.fixture
def exchange(house: House) -> Exchange:
    """The exchange, with Twilio's token set."""
    return exchange_of(house)


def spoken(exchange: Exchange, who: str = "village", sid: str = "CA1", ref: str = "RE1") -> Telephone:
    """Somebody has called and spoken."""
    line = exchange.call(who, sid)
    if "Record" not in line.verbs:
        line.key("1")
    line.record(ref)
    return line


def fetched(exchange: Exchange, data: bytes = MP3) -> int:
    """The worker's job, with a provider that gives these bytes."""
    return jobs.fetch(exchange.house.work, exchange.house.settings.data, {"twilio": lambda _ref: data})


def play(client: FlaskClient, **headers: str) -> TestResponse:
    """The first recording as a browser asks for it; read to its end, so that the file is closed."""
    answer = client.get("/hotline/recordings/1", headers=headers)
    assert answer.data is not None
    answer.close()
    return answer


def test_it_is_fetched_kept_outside_the_web_root_and_played(exchange: Exchange) -> None:
    spoken(exchange)
    assert fetched(exchange) == 1
    assert fetched(exchange) == 0
    (row,) = exchange.rows(Recording)
    assert (row["state"], row["kind"], row["size"]) == ("kept", "mp3", len(MP3))
    assert recordings.path(exchange.house.settings.data, row["sha256"], "mp3").read_bytes() == MP3
    assert exchange.item()["understood"]["recordings"] == [{"id": 1, "seconds": 12, "state": "kept"}]
    assert "call.recorded" in exchange.kinds()
    heard = play(cast.client_for(exchange.house, "coordinator"))
    assert (heard.status_code, heard.mimetype, heard.data) == (200, "audio/mpeg", MP3)
    assert heard.headers["X-Content-Type-Options"] == "nosniff"


def test_it_can_be_wound(exchange: Exchange) -> None:
    spoken(exchange)
    fetched(exchange, WAV)
    client = cast.client_for(exchange.house, "coordinator")
    part = play(client, Range="bytes=8-11")
    assert (part.status_code, part.data, part.mimetype) == (206, b"WAVE", "audio/wav")
    assert part.headers["Content-Range"] == f"bytes 8-11/{len(WAV)}"
    assert play(client, Range="bytes=9999-").status_code == 416


@pytest.mark.parametrize(
    ("who", "status"),
    [("coordinator", 200), ("town", 200), ("supervisor", 200), ("village", 403), ("leader", 403), ("stranger", 404)],
)
def test_only_in_scope_and_only_by_those_who_read_messages(exchange: Exchange, who: str, status: int) -> None:
    spoken(exchange)
    fetched(exchange)
    assert play(cast.client_for(exchange.house, who)).status_code == status


def test_nobody_hears_it_without_signing_in_nor_before_it_is_there(exchange: Exchange) -> None:
    spoken(exchange)
    assert cast.client_for(exchange.house, "coordinator").get("/hotline/recordings/1").status_code == 404
    fetched(exchange)
    assert exchange.client.get("/hotline/recordings/1").status_code == 302


def test_a_query_without_scope_finds_nothing(exchange: Exchange) -> None:
    spoken(exchange)
    with exchange.house.work.read() as session:
        assert queries.recording(session, Scope("310117"), 1) is None
        assert queries.recording(session, Scope("310116"), 1) is not None
    with exchange.house.work.read(7) as session:
        assert queries.recording(session, Scope("310116", 7), 1) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/2010-04-01/Accounts/AC1/Recordings/RE1", "http://169.254.169.254/Recordings/RE1",
        "https://api.twilio.com.evil.example/Recordings/RE1", "https://api.twilio.com@evil.example/Recordings/RE1",
        "file:///etc/passwd/Recordings/RE1", "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE2",
        "http://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1", "https://[/Recordings/RE1",
    ],
)  # fmt: skip
def test_another_address_is_never_fetched(exchange: Exchange, url: str) -> None:
    line = exchange.call("village")
    line.key("1")
    line.record("RE1", RecordingUrl=url)
    (row,) = exchange.rows(Recording)
    assert row["state"] == "refused"

    def never(ref: str) -> bytes:
        raise AssertionError(ref)

    assert jobs.fetch(exchange.house.work, Path("/nowhere"), {"twilio": never}) == 0
    assert exchange.item()["outcome"] == "waiting"


@pytest.mark.parametrize("ref", ["", "../../Messages/SM1", "RE1/../x", "SM1", "RE" + "1" * 60, "RE１"])
def test_a_name_that_is_no_recording_s_is_passed_over(exchange: Exchange, ref: str) -> None:
    line = exchange.call("village")
    line.key("1")
    form = {"CallSid": line.sid, "RecordingSid": ref, "RecordingUrl": "https://api.twilio.com/Recordings/" + ref}
    assert exchange.post(VOICE + "/recording", form).status_code == 200
    assert exchange.rows(Recording) == []
    with pytest.raises(SendFailed):
        twiml.fetch("AC1", "t", ref, "http://127.0.0.1:1")


def test_the_name_is_found_in_the_address_where_it_isn_t_told(exchange: Exchange) -> None:
    line = exchange.call("village")
    line.key("1")
    line._to(line.action, line.form(RecordingUrl=API + "RE5.wav", RecordingDuration="x"))
    (row,) = exchange.rows(Recording)
    assert (row["ref"], row["seconds"], row["state"]) == ("RE5", 0, "wanted")
    line.recorded("RE5", "31")
    assert exchange.rows(Recording)[0]["seconds"] == 31


@pytest.mark.parametrize("data", [b"", b"<html>", b"\x89PNG\r\n", b"RIFF0000AVI ", b"MZ"])
def test_what_is_no_sound_is_not_kept(exchange: Exchange, data: bytes) -> None:
    spoken(exchange)
    assert fetched(exchange, data) == 0
    assert exchange.rows(Recording)[0]["state"] == "lost"
    assert "call.lost" in exchange.kinds()
    assert not (exchange.house.settings.data / "attachments").exists()


class TestFetching:
    """From the account's own API, or the stand-in that the settings name."""

    def _answer(self, httpserver: HTTPServer, answer: Response) -> list[Request]:
        seen: list[Request] = []

        def handle(request: Request) -> Response:
            seen.append(request)
            return answer

        httpserver.expect_request(PATH).respond_with_handler(handle)
        return seen

    def test_with_the_account_s_own_credentials(self, exchange: Exchange, httpserver: HTTPServer) -> None:
        seen = self._answer(httpserver, Response(MP3, 200))
        spoken(exchange)
        house = exchange.house
        settings = house.settings.model_copy(update={"twilio_api_url": httpserver.url_for("")})
        (job,) = [job for name, _seconds, job in worker.jobs(House(settings, house.work)) if name == "recordings"]
        assert job(house.work) == 1
        assert seen[0].authorization is not None
        assert (seen[0].authorization.username, seen[0].authorization.password) == ("AC1", "12345")

    @pytest.mark.parametrize("status", [301, 302, 307, 404, 429, 500, 503])
    def test_no_redirect_is_followed_and_a_failure_passes(self, httpserver: HTTPServer, status: int) -> None:
        self._answer(httpserver, Response(b"", status, headers={"Location": httpserver.url_for("/elsewhere")}))
        with pytest.raises(SendFailed) as failed:
            twiml.fetch("AC1", "t", "RE1", httpserver.url_for(""))
        assert failed.value.category == "temporary"
        assert all(entry[0].path == PATH for entry in httpserver.log)

    def test_what_never_ends_is_cut_off(self, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(twiml, "LARGEST", 1000)
        self._answer(httpserver, Response(b"ID3" + bytes(5000), 200))
        with pytest.raises(SendFailed) as failed:
            twiml.fetch("AC1", "t", "RE1", httpserver.url_for(""))
        assert failed.value.code == "size"

    def test_a_provider_that_is_away_is_asked_again_and_in_the_end_given_up(self, exchange: Exchange) -> None:
        def away(_ref: str) -> bytes:
            raise SendFailed("network", "temporary")

        spoken(exchange)
        run = partial(jobs.fetch, exchange.house.work, exchange.house.settings.data, {"twilio": away})
        run()
        assert exchange.rows(Recording)[0]["state"] == "wanted"
        assert run() == 0
        moment = clock.now()
        for _ in range(8):
            moment += timedelta(hours=2)
            with time_machine.travel(moment, tick=False):
                run()
        assert exchange.rows(Recording)[0]["state"] == "lost"
        assert exchange.kinds().count("call.lost") == 1


def test_after_its_time_it_is_deleted_and_the_item_stays(exchange: Exchange) -> None:
    spoken(exchange)
    spoken(exchange, "town", "CA2", "RE2")
    fetched(exchange)
    folder = exchange.house.settings.data
    path = recordings.path(folder, exchange.rows(Recording)[0]["sha256"], "mp3")
    assert jobs.forget(exchange.house.work, folder) == 0
    with time_machine.travel(clock.now() + timedelta(days=731), tick=False):
        assert jobs.forget(exchange.house.work, folder) == 2
        assert jobs.forget(exchange.house.work, folder) == 0
    assert not path.exists()
    assert {row["state"] for row in exchange.rows(Recording)} == {"deleted"}
    assert exchange.item_of(1)["understood"]["recordings"][0]["state"] == "deleted"


class TestTypingIn:
    """A person types in what was spoken."""

    def test_the_inbox_plays_it_and_leads_to_the_form(self, exchange: Exchange) -> None:
        spoken(exchange)
        client = cast.client_for(exchange.house, "coordinator")
        assert "录音正在取回" in client.get("/messages").text
        fetched(exchange)
        page = client.get("/messages").text
        assert '<audio controls preload="none" src="/hotline/recordings/1"' in page
        assert "代录" in page
        form = client.get(f"/reports/new?proxy=1&inbound={exchange.item()['id']}").text
        assert 'value="王秀兰"' in form

    def test_the_report_is_by_voice_said_by_the_caller_and_plays_the_recording(self, exchange: Exchange) -> None:
        spoken(exchange)
        fetched(exchange)
        house, item = exchange.house, exchange.item()["id"]
        exchange.client.application.config["WTF_CSRF_ENABLED"] = False
        client = exchange.client
        client.set_cookie(sessions.COOKIE, cast.session_for(house, "coordinator"))
        sent = {
            "kind": "initial", "hazard": "flood", "division": "310116112218", "affected": "132", "proxy": "1",
            "inbound": str(item), "said_name": "王秀兰", "said_phone": "19900000004", "idempotency_key": "k1",
            "text": "海涯村内涝，受灾132人", "checked": "1",
        }  # fmt: skip
        answered = client.post("/reports/new", data=sent)
        assert answered.status_code == 302, answered.text
        (report,) = exchange.reports()
        assert (report.channel, report.reporter_name, report.typed_by_name) == ("voice", "王秀兰", "周慧敏")
        assert report.reporter_id == cast.person_id(house, "village")
        with house.work.read() as session:
            assert session.scalar(select(Report.inbound_id)) == item
        assert (exchange.item()["outcome"], exchange.item()["subject"]) == ("settled", report.number)
        assert "/hotline/recordings/1" in client.get(f"/reports/{report.number}").text
        assert exchange.rows(Inbound)[0]["handled_by"] == "周慧敏"
