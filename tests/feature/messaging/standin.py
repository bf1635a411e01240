"""A local stand-in of Twilio's API, for the real SDK."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from responder import worker
from responder.app import House
from responder.kernel.actors import Actor
from responder.messaging.gateways import twilio
from responder.messaging.relay import Relay

if TYPE_CHECKING:
    from tests.feature.messaging.conftest import Line

SYSTEM = Actor(None, "twilio", "", "job")
PATH = "/2010-04-01/Accounts/AC1/Messages.json"


@dataclass
class StandIn:
    """What Twilio's API is told and what it answers."""

    server: HTTPServer
    asked: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[dict[str, str]], tuple[int, Any]] = lambda form: (
        201,
        {"sid": "SM" + form["To"], "status": "queued"},
    )

    def __call__(self, request: Request) -> Response:
        """One message resource created, or an error."""
        form = {name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()}
        self.asked.append(form)
        status, body = self.answer(form)
        text = body if isinstance(body, str) else json.dumps(body)
        return Response(text, status, content_type="application/json")

    def refuse(self, status: int, code: int | None = None) -> None:
        """Answers every message with an error from now on."""
        body = {"code": code, "message": "no", "status": status} if code else {"message": "no"}
        self.answer = lambda form: (status, body)


def relay_of(line: "Line", base: str, names: str = "twilio") -> Relay:
    house = line.house
    settings = house.settings.model_copy(
        update={
            "gateways": names, "twilio_account_sid": "AC1", "twilio_auth_token": "12345", "twilio_from": "+15005550006",
            "twilio_api_url": base,
        }
    )  # fmt: skip
    return worker.relay(House(settings, house.work))


def hang_up(found: Relay) -> None:
    for gateway in found.gateways:
        if isinstance(gateway, twilio.Twilio):
            gateway.close()
