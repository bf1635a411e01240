"""Four gateways on a bad night, behind one local server: one is down, one lets no words through, one throttles, and one
carries what is left to phones that are off, gone or have had enough."""

import itertools
import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from twilio.request_validator import RequestValidator
from werkzeug import Request, Response

from responder.settings import Settings
from tests.feature.hotline.telephone import PUBLIC, TOKEN

NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there: a gateway that is down."""

CITY = """
[can]
serves = ["+86"]
per_second = 200
burst = 200
[request]
url = "{env:CITY_SMS_URL}/send"
[request.form]
to = "{number_plain}"
text = "{body}"
[accepted]
as = "text"
pattern = '^(?P<code>OK)'
code = "code"
is = ["OK"]
"""
"""A provider of the city's, described in a file."""

PER_MINUTE = 2
"""What the modems take in a minute before they say: later."""


@dataclass
class Networks:
    """What each provider was told, by number and words, and what its phones do."""

    server: HTTPServer
    off: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    fed_up: set[str] = field(default_factory=set)
    twilio: list[tuple[str, str, datetime]] = field(default_factory=list)
    modems: list[tuple[str, str, datetime]] = field(default_factory=list)
    throttled: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    owed: list[Callable[[FlaskClient], object]] = field(default_factory=list)
    _minute: dict[datetime, int] = field(default_factory=lambda: defaultdict(int))
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> None:
        """Answers from now on."""
        self.server.expect_request(re.compile("/2010-04-01/.*/Messages.json")).respond_with_handler(self._twilio)
        self.server.expect_request("/cgi-bin/sendsms").respond_with_handler(self._modem)

    def settings(self, settings: Settings) -> Settings:
        """The settings under which the house meets them."""
        folder = settings.data / "gateways"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "city.toml").write_text(CITY, encoding="utf-8")
        values = {
            "gateways": "http:city,twilio,kannel,simulator", "public_url": PUBLIC,
            "twilio_account_sid": "AC1", "twilio_auth_token": TOKEN, "twilio_from": "+15005550006",
            "twilio_api_url": self.server.url_for(""), "kannel_url": self.server.url_for("/cgi-bin/sendsms"),
            "kannel_username": "red", "kannel_password": "cross", "answer_number": "+8613900001111",
        }  # fmt: skip
        return settings.model_copy(update=values)

    def tell(self, phones: FlaskClient) -> int:
        """The receipts that the providers owe, all at once; returns how many."""
        with self._lock:
            owed, self.owed = self.owed, []
        for receipt in owed:
            receipt(phones)
        return len(owed)

    def bring(self, phones: FlaskClient, key: str, number: str, body: str) -> None:
        """A text to the modem's number."""
        query = {"from": number, "to": "+8613900001111", "text": body, "id": f"in{next(self._ids)}", "smsc": "sim1"}
        answered = phones.get(f"/hooks/kannel/{key}/sms", query_string=query)
        assert answered.status_code == 200, answered.text

    def _twilio(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()}
        number, body = form["To"], form["Body"]
        with self._lock:
            sid = f"SM{next(self._ids):032d}"
            if number in self.fed_up:
                return _json('{"code": 21610, "message": "unsubscribed", "status": 400}', 400)
            if number in self.gone:
                return _json('{"code": 21211, "message": "not a number", "status": 400}', 400)
            self.twilio.append((number, body, datetime.now(UTC)))
            # Taken, and then kept back by the carrier's filter.
            back = urlsplit(form["StatusCallback"])
            said = {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "30007", "To": number}
            path = f"{back.path}?{back.query}"
            self.owed.append(lambda phones: _post_signed(phones, path, said))
        return _json(json.dumps({"sid": sid, "status": "queued", "num_segments": "1"}), 201)

    def _modem(self, request: Request) -> Response:
        number, body = request.headers["X-Kannel-To"], request.get_data(as_text=True)
        with self._lock:
            now = datetime.now(UTC)
            minute = now.replace(second=0, microsecond=0)
            if self._minute[minute] >= PER_MINUTE:
                self.throttled += 1
                return Response("Temporal failure, try again later.", 503)
            self._minute[minute] += 1
            self.modems.append((number, body, now))
            lost = number in self.off or number in self.gone
            if not lost:
                self.reached[number] += 1
            told = request.headers["X-Kannel-DLR-Url"].replace("%d", "2" if lost else "1")
            path = urlsplit(re.sub(r"%[iAT]", "x", told))
            self.owed.append(lambda phones: phones.get(f"{path.path}?{path.query}"))
        return Response("0: Accepted for delivery", 202)


def most_in_a_day(told: list[tuple[str, str, datetime]], *, same: bool) -> int:
    """The most texts that one number got within 24 hours: of the same words, or of different ones."""
    worst = 0
    for number in {number for number, _body, _at in told}:
        mine = [(body, at) for who, body, at in told if who == number]
        for _body, start in mine:
            day = [body for body, at in mine if start <= at < start + timedelta(days=1)]
            worst = max(worst, max(Counter(day).values()) if same else len(set(day)))
    return worst


def _post_signed(phones: FlaskClient, path: str, form: dict[str, str]) -> None:
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
    answered = phones.post(path, data=form, headers={"X-Twilio-Signature": signature})
    assert answered.status_code == 200, (path, answered.status_code)


def _json(body: str, status: int) -> Response:
    return Response(body, status, content_type="application/json")
