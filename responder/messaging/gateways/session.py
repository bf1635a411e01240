"""HTTP to providers: by the house's proxy, with an end to every wait and to every answer."""

import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from responder.messaging.gateways import SendFailed

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
LARGEST = 1024 * 1024
"""Bytes of one answer; a provider's longest page of incoming texts is far below."""


class _Hurried(HTTPConnection):
    """A connection on which the head of an answer has an end too: the socket's own time-out begins anew with each byte,
    so that whoever drips would keep a sender for days."""

    def getresponse(self) -> Any:
        """The answer, its body still to be read."""
        timer = threading.Timer(READ_SECONDS, _cut, (self.sock,))
        timer.daemon = True
        timer.start()
        try:
            return super().getresponse()
        finally:
            timer.cancel()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        # The plain socket's: whoever reads is told that it has ended, with TLS or without.
        socket.socket.shutdown(line, socket.SHUT_RDWR)


class _HurriedTls(_Hurried, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Hurried


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _HurriedTls


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As the library's, of connections with an end."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """As the library's, of connections with an end."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


_POOLS = {"http": _Pool, "https": _TlsPool}


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
            self._session.mount(scheme, _Adapter(pool_connections=1, pool_maxsize=senders))

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        auth: tuple[str, str] | None = None,
        most: int = LARGEST,
        seconds: float = 0,
    ) -> Answer:
        """One request, whose answer has at most so many bytes and seconds (0: those of a text's). Raises SendFailed
        (temporary) where nobody answers in time, (config) for an impossible URL or header."""
        ends = time.monotonic() + (seconds or READ_SECONDS)
        waits = (CONNECT_SECONDS, READ_SECONDS)
        try:
            with self._session.request(
                method, url, headers=headers, data=body, auth=auth, timeout=waits, allow_redirects=False, stream=True
            ) as found:
                return Answer(found.status_code, _read(found, ends, most), found.headers)
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            raise SendFailed("address", "config", "not an address") from None
        except (requests.exceptions.InvalidHeader, UnicodeError):
            raise SendFailed("header", "config", "not a header") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
            # Only its kind: the words of some hold the whole address, secrets included.
            raise SendFailed("network", "temporary", type(problem).__name__) from None

    def close(self) -> None:
        """Lets go of the connections."""
        self._session.close()


def _read(found: requests.Response, ends: float, most: int) -> bytes:
    """The whole answer. A provider that drips a byte a second would otherwise keep its sender for hours."""
    parts: list[bytes] = []
    size = 0
    while part := found.raw.read1(65536, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > most:
            raise SendFailed("size", "unknown", "too long")
        if time.monotonic() > ends:
            raise SendFailed("unreadable", "unknown", "too slow")
    return b"".join(parts)
