"""Aliyun by its official SDK, an extra of the package: approved templates out, lists of texts and receipts in
(DOMAIN §7.2). What its codes mean is in ``config/gateways/aliyun.toml``."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from responder.kernel import phones
from responder.messaging import rules, templates
from responder.messaging.commands import Incoming, Receipt
from responder.messaging.gateways import Capabilities, Category, Letter, SendFailed, Sent
from responder.platform import config

NAME = "aliyun"
ENDPOINT = "https://dysmsapi.aliyuncs.com"
CONNECT_MS, READ_MS = 5000, 10000
_ZONE = ZoneInfo("Asia/Shanghai")


class Meanings(RootModel[dict[Category, tuple[str, ...]]]):
    """Codes by what they mean: exact ones, or beginnings that end with ``*``."""

    model_config = ConfigDict(frozen=True)

    def of(self, code: str) -> Category:
        """What a code means; unknown where nobody said."""
        for category, codes in self.root.items():
            if any(fnmatchcase(code, one) for one in codes):
                return category
        return "unknown"


class _Hooks(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    addresses: tuple[IPv4Network | IPv6Network, ...] = ()


class Book(BaseModel):
    """The gateway's file. ``limits`` are seconds until a limit opens again, by the word that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    can: Capabilities
    templates: dict[str, Any] = {}
    hooks: _Hooks = _Hooks()
    errors: Meanings
    limits: dict[str, float]
    receipts: Meanings


@cache
def book() -> Book:
    """Reads the file. Raises ConfigError, which names file and key."""
    return config.load(f"gateways/{NAME}.toml", Book)


class Aliyun:
    """Sends short forms by approved templates. ``api`` is another address for a stand-in or an inner network. Raises
    ConfigError where the SDK isn't installed or the register of templates is wrong."""

    name = NAME

    def __init__(self, book: Book, data: Path, key: str, secret: str, *, api: str = "", proxy: str = "") -> None:
        try:
            from alibabacloud_dysmsapi20170525 import models
            from alibabacloud_dysmsapi20170525.client import Client
            from alibabacloud_tea_openapi.utils_models import Config
            from darabonba.runtime import RuntimeOptions
        except ImportError:
            raise config.ConfigError("aliyun needs its SDK: pip install 'responder[aliyun]'") from None
        address = urlsplit(api or ENDPOINT)
        self._book, self._data = book, data
        self._signature = templates.approval(NAME, data).signature or book.can.signature.strip("【】")
        self.can = book.can.model_copy(update={"signature": f"【{self._signature}】" if self._signature else ""})
        self._request = models.SendSmsRequest
        self._client = Client(
            Config(
                access_key_id=key, access_key_secret=secret, protocol=address.scheme, endpoint=address.netloc,
                user_agent="responder",
            )
        )  # fmt: skip
        # Told to the letter: the SDK's own tries would send a text twice, its time-outs are longer than a sender's.
        self._options = RuntimeOptions(
            autoretry=False, max_attempts=1, connect_timeout=CONNECT_MS, read_timeout=READ_MS,
            http_proxy=proxy or None, https_proxy=proxy or None,
        )  # fmt: skip

    def send(self, letter: Letter) -> Sent:
        """Hands one short form over. Raises SendFailed with the error's category."""
        code = templates.approved(NAME, letter.template, letter.lang, self._data)
        if letter.body.startswith(rules.DRILL_MARK) or code is None:
            raise SendFailed("template", "content", f"{letter.template}/{letter.lang} is not approved")
        request = self._request(
            phone_numbers=phones.shown(letter.number), sign_name=self._signature, template_code=code,
            template_param=json.dumps(plain(letter.form), ensure_ascii=False), out_id=str(letter.ref),
        )  # fmt: skip
        try:
            answer = self._client.send_sms_with_options(request, self._options).body
        except Exception as problem:
            raise self._failure(problem) from None
        if answer is None or answer.code != "OK" or not answer.biz_id:
            code, said = (str(answer.code or ""), str(answer.message or "")) if answer else ("", "")
            raise self._refused(code, said) if code and code != "OK" else SendFailed("unreadable", "unknown", "no id")
        return Sent(provider_id=str(answer.biz_id))

    def _failure(self, problem: Exception) -> SendFailed:
        """What the SDK raised: an answer with a code, or nobody answered in time."""
        code = getattr(problem, "code", None)
        status = getattr(problem, "status_code", None) or 0
        if status and code and code != "None":
            # In milliseconds, where it asks us to wait.
            after = (getattr(problem, "retry_after", None) or 0) / 1000
            return self._refused(str(code), str(getattr(problem, "message", "")), status, after)
        inner = getattr(problem, "inner_exception", None) or problem
        if status >= 500 or type(inner).__name__ == "RetryError":
            return SendFailed(str(status or "network"), "temporary", type(inner).__name__)
        return SendFailed("unreadable", "unknown", type(inner).__name__)

    def _refused(self, code: str, said: str, status: int = 200, after: float = 0) -> SendFailed:
        category = self._book.errors.of(code)
        if category == "unknown" and (status == 429 or status >= 500):
            category = "temporary"
        if category == "temporary" and not after:
            after = next((seconds for word, seconds in self._book.limits.items() if word in said), 0)
        return SendFailed(code, category, said, after)


def plain(form: Mapping[str, str]) -> dict[str, str]:
    """Variables as the provider takes them: its own marks of a signature may not stand inside."""
    return {name: words.replace("【", "“").replace("】", "”") for name, words in form.items()}


class _Element(BaseModel):
    """One of a pushed list. Ids come as numbers or words."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)
    phone_number: str = Field(min_length=1, max_length=200)
    send_time: str = ""

    @field_validator("*", mode="before")
    @classmethod
    def _kept(cls, value: object) -> object:
        if isinstance(value, str):
            return rules.keepable(value)
        return "" if value is None else value


class _Up(_Element):
    content: str
    sequence_id: str = ""


class _Report(_Element):
    success: bool
    err_code: str = ""
    biz_id: str = ""
    out_id: str = ""


def incoming(element: object) -> Incoming:
    """A text that came in (SmsUp). Raises ValidationError."""
    told = _Up.model_validate(element)
    number = phones.parse(told.phone_number) or told.phone_number
    return Incoming(NAME, told.sequence_id, number, told.content, _moment(told.send_time))


def receipt(element: object, book: Book) -> tuple[Receipt, str]:
    """What became of a text (SmsReport), and the number that it went to; ``ref`` is 0 where the report names none of
    ours. Raises ValidationError."""
    told = _Report.model_validate(element)
    ref = int(told.out_id) if told.out_id.isascii() and told.out_id.isdigit() and len(told.out_id) < 10 else 0
    number = phones.parse(told.phone_number) or told.phone_number
    if told.success:
        return Receipt(ref, told.biz_id, "delivered"), number
    return Receipt(ref, told.biz_id, "failed", told.err_code[:200], book.receipts.of(told.err_code)), number


def elements(body: bytes) -> Sequence[object]:
    """The pushed list; a lone element is a list of one. Raises ValueError where it is neither."""
    found = json.loads(body)
    if isinstance(found, dict):
        return [found]
    if not isinstance(found, list):
        raise ValueError("neither a list nor an element")
    return found


def _moment(written: str) -> datetime | None:
    try:
        return datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_ZONE)
    except ValueError:
        return None
