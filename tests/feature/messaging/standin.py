"""A local stand-in of Twilio's API, for the real SDK."""

import base64
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
from responder.messaging.rules import segments

if TYPE_CHECKING:
    from tests.feature.messaging.conftest import Line

SYSTEM = Actor(None, "twilio", "", "job")
PATH = "/2010-04-01/Accounts/AC1/Messages.json"
CALLS = "/2010-04-01/Accounts/AC1/Calls.json"
_BASIC = "Basic " + base64.b64encode(b"AC1:12345").decode()
_NOW = "Sun, 22 Nov 2026 01:00:00 +0000"

Answered = tuple[int, Any] | tuple[int, Any, dict[str, str]]


def message(form: dict[str, str]) -> dict[str, Any]:
    """A message resource as Twilio's interface gives it for a text just taken."""
    sid = "SM" + form["To"]
    return {
        "account_sid": "AC1", "api_version": "2010-04-01", "body": form["Body"], "date_created": _NOW,
        "date_sent": None, "date_updated": _NOW, "direction": "outbound-api", "error_code": None,
        "error_message": None, "from": form.get("From"), "messaging_service_sid": form.get("MessagingServiceSid"),
        "num_media": "0", "num_segments": str(segments(form["Body"])), "price": None, "price_unit": "USD", "sid": sid,
        "status": "accepted" if "MessagingServiceSid" in form else "queued",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/AC1/Messages/{sid}/Media.json"}, "to": form["To"],
        "uri": f"/2010-04-01/Accounts/AC1/Messages/{sid}.json",
    }  # fmt: skip


def call(form: dict[str, str]) -> dict[str, Any]:
    """A call resource as Twilio's interface gives it for a call just ordered."""
    sid = "CA" + form["To"]
    return {
        "account_sid": "AC1", "answered_by": None, "api_version": "2010-04-01", "caller_name": None,
        "date_created": None, "date_updated": None, "direction": "outbound-api", "duration": None, "end_time": None,
        "forwarded_from": None, "from": form["From"], "from_formatted": form["From"], "group_sid": None,
        "parent_call_sid": None, "phone_number_sid": "PN1", "price": None, "price_unit": "USD", "queue_time": "0",
        "sid": sid, "start_time": None, "status": "queued", "subresource_uris": {}, "to": form["To"],
        "to_formatted": form["To"], "trunk_sid": None, "uri": f"/2010-04-01/Accounts/AC1/Calls/{sid}.json",
    }  # fmt: skip


def refusal(status: int, code: int | None, words: str = "no") -> dict[str, Any]:
    """An error in the form that Twilio has always given it."""
    if code is None:
        return {"message": words}
    return {
        "code": code, "message": words, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status
    }  # fmt: skip


def problem(status: int, code: int, words: str = "no") -> dict[str, Any]:
    """An error in the newer form (RFC 9457)."""
    kind = f"https://www.twilio.com/docs/api/errors/{code}"
    return {"type": kind, "title": words, "status": status, "code": code, "detail": words, "instance": "/x"}


@dataclass
class StandIn:
    """What Twilio's API is told and what it answers. ``answer`` serves both resources; who isn't the account is
    turned away as Twilio does it."""

    server: HTTPServer
    asked: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[dict[str, str]], Answered] = lambda form: (201, message(form) if "Body" in form else call(form))

    def __call__(self, request: Request) -> Response:
        """One resource created, or an error."""
        form = {name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()}
        self.asked.append(form)
        known = request.headers.get("Authorization") == _BASIC
        status, body, *more = self.answer(form) if known else (401, refusal(401, 20003, "Authenticate"))
        text = body if isinstance(body, str) else json.dumps(body)
        return Response(text, status, more[0] if more else None, content_type="application/json")

    def refuse(self, status: int, code: int | None = None) -> None:
        """Answers everything with an error from now on."""
        self.answer = lambda form: (status, refusal(status, code))


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
