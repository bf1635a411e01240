"""Scenarios, sent by pretend phones to a server that runs."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from werkzeug.serving import make_server

from responder.app import House, build
from responder.drills import queries, service
from responder.drills.cli import simulate
from responder.drills.commands import PlanDrill, StartDrill
from responder.kernel.actors import Actor
from responder.messaging.models import Inbound
from responder.platform.scope import Scope
from responder.reports.models import Report
from tests.cast import phone


@pytest.fixture
def url(house: House) -> Iterator[str]:
    """A running demonstration."""
    server = make_server("127.0.0.1", 0, build(house), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(10)
    assert not thread.is_alive()
    server.server_close()


def test_a_night_of_flood_arrives_text_by_text(house: House, url: str) -> None:
    ran = CliRunner().invoke(simulate, ["flood-night", "--url", url, "--fast"])
    assert ran.exit_code == 0, ran.output
    assert "汛期一夜" in ran.output
    with house.work.read() as session:
        texts = session.scalars(select(Inbound).order_by(Inbound.id)).all()
    assert len(texts) == 8
    assert texts[0].number == phone("village")
    assert texts[0].outcome == "report"
    assert "10:00" in ran.output


def test_a_drills_texts_go_into_the_running_drill(house: House, url: str) -> None:
    director = Actor(None, "徐静", "310116", "web")
    with house.work.begin(director) as uow:
        number = service.plan(uow, PlanDrill("疏散演练", "evacuation", "310116", uow.now + timedelta(days=1)))
    with house.work.begin(director) as uow:
        service.start(uow, StartDrill(number))
    ran = CliRunner().invoke(simulate, ["evacuation-drill", "--url", url, "--fast"])
    assert ran.exit_code == 0, ran.output
    with house.work.read() as session:
        assert session.scalars(select(Report.id)).all() == []
        world = queries.world_of(session, number)
    assert world is not None
    with house.work.read(world) as session:
        assert len(session.scalars(select(Report.id)).all()) >= 4
    with house.work.read() as session:
        assert queries.evaluate(session, Scope("310116"), number).reports >= 4


def test_a_server_that_does_not_run_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ran = CliRunner().invoke(simulate, ["flood-night", "--url", f"http://127.0.0.1:{port}", "--fast"])
    assert ran.exit_code == 1
    assert f"nothing answers at http://127.0.0.1:{port}" in ran.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["no-such"], "flood-night"), (["flood-night", "--url", "file:///etc/passwd"], "must begin with http")],
)
def test_what_cant_be_simulated(arguments: list[str], said: str) -> None:
    ran = CliRunner().invoke(simulate, arguments)
    assert ran.exit_code != 0
    assert said in ran.output
