"""HTTP to providers: by the house's proxy, with an end to every wait and to every answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy

import requests
import urllib3
from requests.adapters import HTTPAdapter

from responder.messaging.gateways import SendFailed

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
LARGEST = 1024 * 1024
"""Bytes of one answer; a provider's longest page of incoming texts is far below."""


@dataclass(frozen=True)
class Answer:
    """What a provider answered. Names of headers in any case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Session:
    """One provider's connections, shared by its sender threads.

    Nothing is taken from the environment, no cookie is kept and no redirect followed: each would lead texts and
    secrets another way than the settings say.
    """

    def __init__(self, proxy: str = "", senders: int = 4) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if proxy:
            self._session.proxies = {"http": proxy, "https": proxy}
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=senders))

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """One request. Raises SendFailed (temporary) where nobody answers in time, (config) for an impossible URL."""
        ends = time.monotonic() + READ_SECONDS
        waits = (CONNECT_SECONDS, READ_SECONDS)
        try:
            with self._session.request(
                method, url, headers=headers, data=body, auth=auth, timeout=waits, allow_redirects=False, stream=True
            ) as found:
                return Answer(found.status_code, _read(found, ends), found.headers)
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            raise SendFailed("address", "config", "not an address") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
            # Only its kind: the words of some hold the whole address, secrets included.
            raise SendFailed("network", "temporary", type(problem).__name__) from None

    def close(self) -> None:
        """Lets go of the connections."""
        self._session.close()


def _read(found: requests.Response, ends: float) -> bytes:
    """The whole answer. A provider that drips a byte a second would otherwise keep its sender for hours."""
    parts: list[bytes] = []
    size = 0
    while part := found.raw.read1(65536, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > LARGEST or time.monotonic() > ends:
            raise SendFailed("unreadable", "unknown", "too long")
    return b"".join(parts)
