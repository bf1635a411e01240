"""Twilio by the official SDK: texts and calls out (DOMAIN §7.1, §8)."""

import logging
import re
import threading
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from responder.kernel import clock
from responder.messaging.gateways import Capabilities, Letter, SendFailed, Sent
from responder.messaging.gateways.session import Session
from responder.messaging.gateways.twilio_errors import category
from responder.messaging.letters import treatments

STATUS = {"sent": "sent", "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed"}
"""Twilio's status words to ours; the others (queued, accepted …) tell nothing new."""

RING_SECONDS, LONGEST_CALL_SECONDS = 40, 300
"""How long a phone rings: before most mailboxes answer; and when a call is cut, whatever happens in it."""

_LONGEST_WAIT_SECONDS = 3600
_LONGEST_VALIDITY_SECONDS = 36_000
_MAINLAND = "+86"
_LINK = re.compile(r"https?://|www\.|[a-z0-9-]\.(?:com|cn|net|org|gov|edu|info|io|me|cc|top|ly)(?![a-z0-9])", re.I)


class _Transport(HttpClient):
    """The SDK's requests by the house's own connections.

    The SDK's own client waits without end where an answer drips in, and takes proxies from the environment. Neither
    it nor its errors keep the headers, which say how long to wait: they are kept here for the thread that asked.
    """

    def __init__(self, session: Session, base: str) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), False)
        self._session = session
        self._base = urlsplit(base) if base else None
        self.told = threading.local()

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, led to another base URL where a stand-in is set. Raises SendFailed."""
        if self._base:
            parts = urlsplit(uri)
            path = self._base.path.rstrip("/") + parts.path
            uri = urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))
        if params:
            uri += "?" + urlencode(params, doseq=True)
        body = urlencode(data or {}, doseq=True).encode()
        answer = self._session.ask(method.upper(), uri, headers=headers, body=body, auth=auth)
        self.told.status, self.told.after = answer.status, _seconds(answer.headers.get("Retry-After", ""))
        return Response(answer.status, answer.body.decode("utf-8", "replace"), answer.headers)


class Twilio:
    """Sends and calls by Twilio; may be shared by any number of threads.

    ``sender`` is a number, or a Messaging Service (``MG…``) for texts and after a comma the number that calls.
    ``public`` is our public address, at which receipts and answers come back; "" where we have none: no calls then.
    """

    name = "twilio"

    def __init__(
        self, can: Capabilities, account: str, token: str, sender: str, public: str = "", api: str = "", proxy: str = ""
    ) -> None:
        self.can = can
        self._session = Session(proxy, can.senders)
        self._transport = _Transport(self._session, api)
        self._client = Client(account, token, http_client=self._transport)
        senders = [one.strip() for one in sender.split(",")]
        self._texts_from = senders[0]
        self._calls_from = next((one for one in senders if one.startswith("+")), "")
        self._hooks = f"{public.rstrip('/')}/hooks/twilio" if public else ""

    def send(self, letter: Letter) -> Sent:
        """Hands one text to Twilio. Raises SendFailed with the error's category."""
        if not self.can.links and letter.number.startswith(_MAINLAND) and _LINK.search(letter.body):
            # It would be held back and may cost the sender its registration: the text must change, not the road.
            raise SendFailed("link", "content", "no links to mainland numbers")
        more: dict[str, Any] = {}
        if self._hooks:
            more["status_callback"] = f"{self._hooks}/status?ref={letter.ref}"
        if (treated := treatments().get(letter.template)) is not None:
            # Twilio's own queue may hold a text for hours: an old alarm must not come out of it.
            more["validity_period"] = min(treated.stale_minutes * 60, _LONGEST_VALIDITY_SECONDS)
        sender = "messaging_service_sid" if self._texts_from.startswith("MG") else "from_"
        more[sender] = self._texts_from
        message = self._ask(lambda: self._client.messages.create(to=letter.number, body=letter.body, **more))
        if STATUS.get(str(message.status)) == "failed":
            raise SendFailed(str(message.error_code or message.status), category(message.error_code), "not taken")
        return Sent(_sid(message), segments=_count(message.num_segments))

    def call(self, letter: Letter) -> Sent:
        """Rings the number; what is said and answered goes over ``hooks_ringing``, and so do the receipts: ``sent``
        here means that Twilio took the order. Raises SendFailed with the error's category."""
        if not self._hooks or not self._calls_from:
            raise SendFailed("setting", "config", "a call needs a public address and a number to call from")
        said = f"{self._hooks}/ring?ref={letter.ref}"
        call = self._ask(
            lambda: self._client.calls.create(
                to=letter.number, from_=self._calls_from, url=said, method="POST", fallback_url=said,
                fallback_method="POST", status_callback=f"{self._hooks}/ring/status?ref={letter.ref}",
                status_callback_method="POST", timeout=RING_SECONDS, time_limit=LONGEST_CALL_SECONDS,
            )
        )  # fmt: skip
        return Sent(_sid(call))

    def close(self) -> None:
        """Lets go of the connections."""
        self._session.close()

    def _ask(self, create: Callable[[], Any]) -> Any:
        try:
            return create()
        except TwilioRestException as problem:
            raise self._failed(problem.code, problem.msg) from None
        except TwilioServiceException as problem:
            raise self._failed(problem.code, problem.detail or problem.title) from None
        except (TwilioException, ValueError, TypeError, AttributeError) as problem:
            # An answer that the SDK can't read.
            raise SendFailed("unreadable", "unknown", type(problem).__name__) from None

    def _failed(self, code: object, words: object) -> SendFailed:
        # Neither form of an error brings the headers, and the newer one repeats the status inside its body only.
        told = self._transport.told
        return SendFailed(str(code), category(code, told.status), str(words), told.after)


def _sid(made: Any) -> str:
    if not made.sid:
        raise SendFailed("unreadable", "unknown", "no sid")
    return str(made.sid)


def _count(told: object) -> int:
    text = str(told)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _seconds(header: str) -> float:
    """``Retry-After`` as seconds: a number or a date; 0 where it says nothing that can be read, an hour at most."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:6]), _LONGEST_WAIT_SECONDS))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    wait = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - clock.now()).total_seconds()
    return min(max(wait, 0.0), float(_LONGEST_WAIT_SECONDS))
