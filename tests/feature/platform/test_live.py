"""Live push: in order, nothing missing, nothing twice, each browser its own part of the tree and its own world."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask_socketio import SocketIOTestClient

from responder.accounts import service as accounts
from responder.accounts.commands import DisablePerson
from responder.kernel.actors import Actor
from responder.platform import live
from responder.platform.live import NAMESPACE
from tests import cast
from tests.at_once import at_once
from tests.feature.platform.conftest import VILLAGE, Stage

OTHER_TOWN, STRANGER = "310116102", "310117"

Connect = Callable[..., SocketIOTestClient]


def frames(client: SocketIOTestClient) -> list[dict[str, Any]]:
    """All frames received since the last look."""
    return [{"name": one["name"], **one["args"][0]} for one in client.get_received(NAMESPACE)]


def subjects(client: SocketIOTestClient) -> list[str]:
    """What the events received since the last look were about."""
    return [item["subject"] for frame in frames(client) for item in frame.get("items", [])]


def test_what_happens_after_joining_arrives_in_one_frame_in_order(stage: Stage) -> None:
    client = stage.connect("coordinator")
    client.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)
    seqs = [stage.happen(n) for n in range(3)]
    stage.pusher.push()
    (frame,) = frames(client)
    assert frame["name"] == "events"
    assert [item["seq"] for item in frame["items"]] == seqs
    assert frame["until"] == seqs[-1]
    assert set(frame["items"][0]) == {"seq", "at", "kind", "division", "subject", "summary", "drill"}
    assert frame["items"][0]["drill"] is None


def test_who_was_away_gets_what_was_missed_once(stage: Stage) -> None:
    start = stage.pusher.sent
    for n in range(4):
        stage.happen(n)
    stage.pusher.push()
    stage.happen(4)
    client = stage.connect("coordinator")
    client.emit("resume", {"since": start}, namespace=NAMESPACE)
    stage.happen(5)
    stage.pusher.push()
    stage.pusher.push()
    assert subjects(client) == [f"R{n}" for n in range(6)]
    client.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)
    assert subjects(client) == []
    stage.happen(6)
    stage.pusher.push()
    assert subjects(client) == ["R6"], "resuming twice doesn't bring everything twice"


def test_an_empty_stretch_still_moves_the_browser_on(stage: Stage) -> None:
    start = stage.pusher.sent
    stage.happen(1, STRANGER)
    client = stage.connect("coordinator")
    client.emit("resume", {"since": start}, namespace=NAMESPACE)
    (frame,) = frames(client)
    assert frame["items"] == []
    assert frame["until"] == stage.pusher.sent


def test_a_browser_found_gone_while_it_is_told_holds_nobody_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The socket's engine says farewell in the middle of sending, where no sign of life came in time."""
    gone, there = stage.connect("coordinator"), stage.connect("town")
    for client in (gone, there):
        client.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)
    emit = stage.socketio.emit

    def told(*args: Any, **more: Any) -> None:
        if gone.is_connected(NAMESPACE):
            gone.disconnect(namespace=NAMESPACE)
        emit(*args, **more)

    monkeypatch.setattr(stage.socketio, "emit", told)
    stage.happen(1)
    at_once(stage.pusher.push, seconds=10)
    assert subjects(there) == ["R1"]
    assert len(stage.pusher.members) == sum(stage.pusher.rooms.values()) == 1


def test_a_browser_found_gone_while_it_joins_leaves_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    start = stage.pusher.sent
    stage.happen(1)
    client = stage.connect("coordinator")
    (sid,) = stage.pusher.waiting
    monkeypatch.setattr(stage.socketio, "emit", lambda *args, **more: client.disconnect(namespace=NAMESPACE))
    at_once(lambda: stage.pusher.join(sid, start), seconds=10)
    assert not stage.pusher.members
    assert not stage.pusher.rooms


def test_too_much_missed_is_a_gap(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "GAP", 3)
    start = stage.pusher.sent
    for n in range(4):
        stage.happen(n)
    client = stage.connect("coordinator")
    client.emit("resume", {"since": start}, namespace=NAMESPACE)
    (frame,) = frames(client)
    assert (frame["name"], frame["until"]) == ("gap", stage.pusher.sent)
    stage.happen(9)
    stage.pusher.push()
    assert subjects(client) == ["R9"]


def test_what_was_missed_is_also_found_in_the_log(stage: Stage) -> None:
    """Nothing remembered: the process has just been started."""
    start = stage.pusher.sent
    stage.happen(1)
    client = stage.connect("coordinator")
    stage.pusher.recent.clear()
    client.emit("resume", {"since": start}, namespace=NAMESPACE)
    assert "R1" in subjects(client)


def test_a_later_seq_than_ours_is_waited_for(stage: Stage) -> None:
    client = stage.connect("coordinator")
    seq = stage.happen(1)
    client.emit("resume", {"since": seq}, namespace=NAMESPACE)
    assert frames(client) == []


@pytest.mark.parametrize(
    "message", [None, {}, {"since": None}, {"since": -1}, {"since": "1"}, {"since": True}, {"since": 2**80}, [1], "x"]
)
def test_an_odd_resume_begins_now(stage: Stage, message: Any) -> None:
    stage.happen(1)
    client = stage.connect("coordinator")
    client.emit("resume", message, namespace=NAMESPACE)
    stage.happen(2)
    stage.pusher.push()
    assert subjects(client) == ["R2"]


def test_who_never_says_resume_gets_what_happens_from_then_on(stage: Stage) -> None:
    client = stage.connect("coordinator")
    deadline = time.monotonic() + 10
    while stage.pusher.waiting and time.monotonic() < deadline:
        time.sleep(0.05)
    stage.happen(1)
    stage.pusher.push()
    assert subjects(client) == ["R1"]


def test_each_branch_and_tier_its_own(stage: Stage) -> None:
    people = {who: stage.connect(who) for who in ("coordinator", "town", "village", "stranger")}
    for client in people.values():
        client.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)
    start = stage.pusher.sent
    stage.happen(1, VILLAGE)
    stage.happen(2, OTHER_TOWN)
    stage.happen(3, STRANGER)
    stage.happen(4, "310116")
    stage.pusher.push()
    seen = {who: subjects(client) for who, client in people.items()}
    assert seen == {"coordinator": ["R1", "R2", "R4"], "town": ["R1"], "village": ["R1"], "stranger": ["R3"]}
    for who, client in people.items():
        client.emit("resume", {"since": start}, namespace=NAMESPACE)
        assert subjects(client) == seen[who], "what is replayed is what was pushed"


def test_private_events_are_never_pushed(stage: Stage) -> None:
    start = stage.pusher.sent
    client = stage.connect("auditor")
    client.emit("resume", {"since": start}, namespace=NAMESPACE)
    frames(client)
    stage.happen(1, private=True)
    stage.pusher.push()
    client.emit("resume", {"since": start}, namespace=NAMESPACE)
    assert "R1" not in subjects(client)
    stage.pusher.recent.clear()
    client.emit("resume", {"since": start}, namespace=NAMESPACE)
    assert "R1" not in subjects(client)


def test_a_drill_has_its_own_line(stage: Stage) -> None:
    number, world = stage.drill()
    real = stage.connect("coordinator")
    inside = stage.connect("coordinator", drill=number)
    for client in (real, inside):
        client.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)
    stage.happen(1)
    stage.happen(2, world=world)
    stage.pusher.push()
    assert subjects(real) == ["R1"]
    (frame,) = frames(inside)
    assert [(item["subject"], item["drill"]) for item in frame["items"]] == [("R2", number)]
    assert not stage.connect("coordinator", drill="Y9999").is_connected(NAMESPACE)
    assert not stage.connect("stranger", drill=number).is_connected(NAMESPACE)


def test_who_isn_t_known_is_turned_away(stage: Stage) -> None:
    for auth in ({}, {"token": "wrong"}, {"token": ""}, {"token": "x" * 10000}, None):
        client = stage.socketio.test_client(stage.app, namespace=NAMESPACE, auth=auth)
        assert not client.is_connected(NAMESPACE)


def test_a_signed_in_browser_needs_no_token(stage: Stage) -> None:
    browser = cast.client_for(stage.house, "coordinator")
    cookie = browser.get_cookie("responder")
    assert cookie is not None
    here = stage.app.test_client()
    here.set_cookie("responder", cookie.value)
    client = stage.socketio.test_client(stage.app, namespace=NAMESPACE, flask_test_client=here)
    assert client.is_connected(NAMESPACE)
    client.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)


def test_somebody_disabled_loses_the_line_at_once(stage: Stage) -> None:
    client, other = stage.connect("village"), stage.connect("coordinator")
    for one in (client, other):
        one.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)
    admin = Actor(cast.person_id(stage.house, "admin"), "沈志强", "310116", "web")
    with stage.house.work.begin(admin) as uow:
        accounts.disable_person(uow, DisablePerson(cast.person_id(stage.house, "village")))
    stage.pusher.push()
    assert not client.is_connected(NAMESPACE)
    assert other.is_connected(NAMESPACE)
    assert all(who.username != "village" for who, _room in stage.pusher.members.values())


def test_who_leaves_is_forgotten(stage: Stage) -> None:
    client = stage.connect("coordinator")
    client.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)
    assert [who.username for who, _room in stage.pusher.members.values()] == ["coordinator"]
    client.disconnect(NAMESPACE)
    assert not stage.pusher.members
    assert not stage.pusher.waiting
    assert not stage.pusher.rooms


def test_the_summary_comes_in_the_reader_s_language_and_without_phones(stage: Stage) -> None:
    client = stage.connect("coordinator")
    client.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)
    stage.happen(1, place="漕泾镇海涯村", hazard="flood", figures={"relocated": 87}, kind="initial")
    stage.pusher.push()
    (frame,) = frames(client)
    summary = frame["items"][0]["summary"]
    assert "海涯村" in summary
    assert "洪涝" in summary
    assert "87" in summary


class TestEventsApi:
    """The same events by API."""

    def _get(self, stage: Stage, who: str, query: str, **headers: str) -> Any:
        token = {"Authorization": f"Bearer {stage.token(who)}"}
        return stage.app.test_client().get(f"/api/v1/events?{query}", headers={**token, **headers})

    def test_oldest_first_from_since_to_until(self, stage: Stage) -> None:
        start = stage.last()
        for n in range(5):
            stage.happen(n)
        stage.happen(9, STRANGER)
        seen, since = [], start
        for _ in range(10):
            page = self._get(stage, "coordinator", f"since={since}&limit=2").get_json()
            seen += [item["subject"] for item in page["items"] if item["kind"] == "report.received"]
            if page["until"] == since:
                break
            since = page["until"]
        assert seen == [f"R{n}" for n in range(5)]

    def test_until_passes_over_what_one_may_not_see(self, stage: Stage) -> None:
        token = {"Authorization": f"Bearer {stage.token('coordinator')}"}
        last = stage.happen(1, STRANGER)
        client = stage.app.test_client()
        page = client.get(f"/api/v1/events?since={last - 1}", headers=token).get_json()
        assert page == {"items": [], "until": last}
        ahead = client.get(f"/api/v1/events?since={last + 50}", headers=token).get_json()
        assert ahead == {"items": [], "until": last}, "who knows more than the log has comes back to it"

    def test_items_are_those_of_the_live_line(self, stage: Stage) -> None:
        client = stage.connect("coordinator")
        client.emit("resume", {"since": stage.pusher.sent}, namespace=NAMESPACE)
        seq = stage.happen(1, place="海涯村", hazard="flood")
        stage.pusher.push()
        (frame,) = frames(client)
        page = self._get(stage, "coordinator", f"since={seq - 1}").get_json()
        assert page["items"] == frame["items"]

    def test_worlds_are_parted(self, stage: Stage) -> None:
        number, world = stage.drill()
        start = stage.last()
        stage.happen(1)
        stage.happen(2, world=world)
        real = self._get(stage, "coordinator", f"since={start}").get_json()["items"]
        inside = self._get(stage, "coordinator", f"since={start}", **{"Responder-Drill": number}).get_json()["items"]
        assert [item["subject"] for item in real] == ["R1"]
        assert [(item["subject"], item["drill"]) for item in inside] == [("R2", number)]

    @pytest.mark.parametrize("query", ["since=x", "since=-1", "since=1.5", "limit=x", "since=１", "since=" + "9" * 30])
    def test_odd_numbers_are_refused(self, stage: Stage, query: str) -> None:
        refused = self._get(stage, "coordinator", query)
        assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")

    def test_without_a_token_nothing(self, stage: Stage) -> None:
        assert stage.app.test_client().get("/api/v1/events").status_code == 401
