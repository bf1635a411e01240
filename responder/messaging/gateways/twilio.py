"""Twilio by the official SDK: the only module that knows it (DOMAIN §7.1, §8)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.datastructures import MultiDict

from responder.messaging.gateways import Capabilities, Category, Letter, SendFailed, Sent

TIMEOUT_SECONDS = 10.0
"""The SDK has no time-out of its own."""

_CATEGORIES: dict[int, Category] = {
    20429: "temporary", 30001: "temporary", 30003: "temporary", 30008: "temporary", 30017: "temporary",
    30022: "temporary", 21211: "permanent_number", 21214: "permanent_number", 21614: "permanent_number",
    30005: "permanent_number", 30006: "permanent_number", 21610: "opted_out", 30004: "content", 30007: "content",
    20003: "config", 21408: "config", 21606: "config", 21608: "config", 21612: "config", 30002: "config",
}  # fmt: skip

STATUS = {"sent": "sent", "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed"}
"""Twilio's status words to ours; the others (queued, accepted …) tell nothing new."""


def category(code: int | None, http_status: int = 0) -> Category:
    """What to do about an error (DOMAIN §8, error table); HTTP 429 and 5xx are temporary."""
    if code in _CATEGORIES:
        return _CATEGORIES[code]
    return "temporary" if http_status == 429 or http_status >= 500 else "unknown"


class _HttpClient(TwilioHttpClient):
    """The SDK's own HTTP client, led to another base URL where a stand-in or a proxying gateway is set."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS)
        self._base = urlsplit(base) if base else None

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self._base:
            parts = urlsplit(url)
            path = self._base.path.rstrip("/") + parts.path
            url = urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))
        return super().request(method, url, *args, **kwargs)


class Twilio:
    """Sends by Twilio. ``status_url`` is where receipts come back, empty where we have no public address."""

    name = "twilio"

    def __init__(
        self, can: Capabilities, account: str, token: str, sender: str, status_url: str = "", base_url: str = ""
    ) -> None:
        self.can = can
        self._client = Client(account, token, http_client=_HttpClient(base_url))
        self._sender = sender
        self._status_url = status_url

    def send(self, letter: Letter) -> Sent:
        """Hands one text to Twilio. Raises SendFailed with the error's category."""
        more: dict[str, Any] = {"status_callback": f"{self._status_url}?ref={letter.ref}"} if self._status_url else {}
        sender = {"messaging_service_sid": self._sender} if self._sender.startswith("MG") else {"from_": self._sender}
        try:
            message = self._client.messages.create(to=letter.number, body=letter.body, **sender, **more)
        except TwilioRestException as problem:
            raise SendFailed(str(problem.code), category(problem.code, problem.status), problem.msg) from None
        except TwilioServiceException as problem:
            raise SendFailed(str(problem.code), category(problem.code, problem.status), problem.title) from None
        except (requests.RequestException, OSError) as problem:
            raise SendFailed("network", "temporary", type(problem).__name__) from None
        except (TwilioException, ValueError) as problem:
            # An answer that the SDK can't read.
            raise SendFailed("unreadable", "unknown", type(problem).__name__) from None
        if not message.sid:
            raise SendFailed("unreadable", "unknown", "no sid")
        return Sent(provider_id=str(message.sid))


def signed(token: str, url: str, form: Mapping[str, list[str]], signature: str) -> bool:
    """Whether a form post really comes from Twilio: HMAC over the URL and all its parameters, compared in
    constant time. Forms only: the SDK's validator raises TypeError on a JSON body without ``bodySHA256``."""
    if not token or not signature:
        return False
    # A plain dict with lists in it makes the validator raise: it wants the shape that a request has.
    values = MultiDict((name, value) for name, found in form.items() for value in found)
    return bool(RequestValidator(token).validate(url, values, signature))
