"""One provider as its file describes it: ``<data>/gateways/<name>.toml``, else ``config/gateways/http/<name>.toml``."""

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

from responder.messaging.gateways import Capabilities, Category
from responder.messaging.gateways.http_reading import Kind
from responder.messaging.gateways.http_words import LETTER, POLL, Words, parse
from responder.platform import config
from responder.settings import Settings

PREFIX = "http:"
_NAME = re.compile(r"[a-z0-9_-]{1,19}")
"""With the prefix it fits the column that keeps a gateway's name."""

SHORT = 4
"""Characters: hiding a shorter word would hide the provider's own."""

Text = Annotated[Words, PlainValidator(parse)]
Encoding = Literal["utf-8", "gbk", "gb18030"]


def _regex(text: Any) -> re.Pattern[str]:
    try:
        found = re.compile(text)
    except (re.error, TypeError) as problem:
        raise ValueError(f"not a regular expression: {problem}") from None
    if _repeats(text):
        raise ValueError("a repetition inside a repetition, such as (a+)+, may take for ever")
    return found


_GROUP = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]|[*+]|\{\d*,\}", re.DOTALL)


def _repeats(pattern: str) -> bool:
    """Whether something without an end is repeated without an end."""
    inside = [False]
    closed = -1
    for found in _GROUP.finditer(pattern):
        sign = found[0]
        if sign == "(":
            inside.append(False)
        elif sign == ")":
            last, closed = inside.pop(), found.end()
            endless = last
            inside[-1] = inside[-1] or last
        elif sign in "*+" or sign[0] == "{":
            if found.start() == closed and endless:
                return True
            inside[-1] = True
    return False


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except Exception:
        raise ValueError("no such time zone") from None


def _leaves(value: Any) -> Any:
    """A JSON body with its texts read, whatever its shape."""
    if isinstance(value, dict):
        return {name: _leaves(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_leaves(one) for one in value]
    return parse(value) if isinstance(value, str) else value


def _texts(value: Any) -> list[Words]:
    """A text, or all texts in a body."""
    if isinstance(value, dict | list):
        return [words for one in (value.values() if isinstance(value, dict) else value) for words in _texts(one)]
    return [value] if isinstance(value, Words) else []


def _names(value: Any) -> set[str]:
    """The placeholders of a text, or of all texts in a body, that a kind of request may lack."""
    return {name for words in _texts(value) for name in words.names() & (LETTER | POLL)}


Pattern = Annotated[re.Pattern[str], PlainValidator(_regex)]
Zone = Annotated[ZoneInfo, PlainValidator(_zone)]
CHINA = ZoneInfo("Asia/Shanghai")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Request(_Part):
    """A request to the provider. At most one of ``form``, ``json`` and ``xml`` is its body."""

    method: Literal["GET", "POST", "PUT"] = "POST"
    url: Text
    headers: dict[str, Text] = {}
    query: dict[str, Text] = {}
    form: dict[str, Text] | None = None
    tree: Annotated[Any, PlainValidator(_leaves)] = Field(None, alias="json")
    xml: Text | None = None
    content_type: str = ""
    encoding: Encoding = "utf-8"
    zone: Zone = CHINA
    user: Text | None = None
    password: Text | None = None

    @model_validator(mode="after")
    def _one_body(self) -> "Request":
        if sum(body is not None for body in (self.form, self.tree, self.xml)) > 1:
            raise ValueError("form, json and xml: only one of them")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        return self

    def only(self, allowed: frozenset[str]) -> None:
        """Refuses placeholders that have no meaning in this request. Raises ValueError, which names the key."""
        for key, value in self:
            if strange := _names(value) - allowed:
                written = type(self).model_fields[key].alias or key
                raise ValueError(f"{written}: {{{min(strange)}}} means nothing here")

    def names(self) -> set[str]:
        """The placeholders that stand in it."""
        return set().union(*(_names(value) for _key, value in self))


class Inside(_Part):
    """Where what counts is a text inside what came: ``at`` says where, ``as`` how it is read."""

    at: str
    kind: Kind = Field(alias="as")
    pattern: Pattern | None = None


class Reading(_Part):
    """How something that the provider says is read."""

    kind: Kind = Field(alias="as")
    encoding: Encoding = "utf-8"
    pattern: Pattern | None = None
    inside: Inside | None = None

    @model_validator(mode="after")
    def _text_needs_a_pattern(self) -> "Reading":
        for one in (self, self.inside):
            if one is not None and (one.kind == "text") != (one.pattern is not None):
                raise ValueError("a pattern goes with as = 'text', and only with it")
        return self


class Accepted(Reading):
    """When the provider has taken a text, and what it calls it. ``http`` empty: any 2xx."""

    http: tuple[int, ...] = ()
    code: str = ""
    taken: tuple[str, ...] = Field((), alias="is")
    id: str = ""
    detail: str = ""
    segments: str = ""

    @model_validator(mode="after")
    def _code_and_words(self) -> "Accepted":
        if bool(self.code) != bool(self.taken):
            raise ValueError("code (where) and is (which words mean taken) go together")
        return self


class Error(_Part):
    """What one of the provider's errors means. The first that fits counts."""

    codes: tuple[str, ...] = ()
    pattern: Pattern | None = None
    http: tuple[int, ...] = ()
    category: Category
    after: Annotated[float, Field(ge=0, le=3600)] = 0

    @model_validator(mode="after")
    def _something(self) -> "Error":
        if not (self.codes or self.pattern or self.http):
            raise ValueError("needs codes, a pattern or http")
        return self


class Pushed(Reading):
    """What the provider brings to us, and what it wants to be answered."""

    items: str = Field("", alias="list")
    answer: str = "ok"
    content_type: str = "text/plain; charset=utf-8"


class Receipts(Pushed):
    """What became of texts. Found by our own ``ref``, else by the provider's id and the number."""

    ref: str = ""
    provider_id: str = ""
    number: str = ""
    status: str
    statuses: dict[str, Literal["sent", "delivered", "failed"]]
    otherwise: Literal["", "sent", "delivered", "failed"] = ""
    error: str = ""

    @model_validator(mode="after")
    def _can_be_found(self) -> "Receipts":
        if not self.ref and not self.provider_id:
            raise ValueError("needs ref or provider_id: else no text can be found")
        return self


class Poll(_Part):
    """How the provider is asked for what came in, every so many seconds."""

    every_seconds: Annotated[float, Field(ge=5, le=3600)] = 30
    request: Request
    code: str = ""
    well: tuple[str, ...] = Field((), alias="is")

    @model_validator(mode="after")
    def _fits(self) -> "Poll":
        self.request.only(POLL)
        if bool(self.code) != bool(self.well):
            raise ValueError("code (where) and is (which words mean well) go together")
        return self


class Inbound(Pushed):
    """Texts that come in. Without ``id`` or ``time`` a second "1" couldn't be told from a repetition of the first."""

    number: str
    body: str
    id: str = ""
    time: str = ""
    time_format: str = ""
    zone: Zone = CHINA
    poll: Poll | None = None

    @model_validator(mode="after")
    def _told_apart(self) -> "Inbound":
        if not self.id and not self.time:
            raise ValueError("needs id or time: else a second answer looks like the first one repeated")
        return self


class Verify(_Part):
    """What a request to us must prove beside the secret in its path."""

    header: str = ""
    secret: Text | None = None
    digest: Literal["sha256", "sha1"] = "sha256"
    written: Literal["hex", "base64"] = "hex"
    addresses: tuple[IPv4Network | IPv6Network, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Verify":
        if bool(self.header) != (self.secret is not None):
            raise ValueError("header and secret go together")
        if self.secret is not None and self.secret.names() - {"env"}:
            raise ValueError("secret: only {env:…} may stand here")
        return self


class Book(_Part):
    """One provider. ``direct`` goes past the house's proxy."""

    can: Capabilities
    direct: bool = False
    request: Request
    accepted: Accepted
    errors: tuple[Error, ...] = ()
    receipts: Receipts | None = None
    inbound: Inbound | None = None
    verify: Verify = Verify()

    def secrets(self) -> set[str]:
        """All that the environment gave to its requests, but what is too short to be a secret."""
        asked = [self.request, *([self.inbound.poll.request] if self.inbound and self.inbound.poll else [])]
        found = {
            secret for one in asked for _key, value in one for words in _texts(value) for secret in words.secrets()
        }
        return {secret for secret in found if len(secret) >= SHORT}

    @model_validator(mode="after")
    def _consistent(self) -> "Book":
        try:
            self.request.only(LETTER)
        except ValueError as problem:
            raise ValueError(f"request.{problem}") from None
        if self.can.receipts != (self.receipts is not None):
            raise ValueError("can.receipts and [receipts] go together")
        if self.can.text_in != (self.inbound is not None):
            raise ValueError("can.text_in and [inbound] go together")
        if self.can.voice or self.can.by_hand:
            raise ValueError("can: texts are all that this kind of gateway carries")
        return self


def load(settings: Settings, name: str) -> Book:
    """The file of ``http:<name>``. Raises ConfigError, which names file and key, also for a secret that isn't set."""
    short = name.removeprefix(PREFIX)
    if not _NAME.fullmatch(short):
        raise config.ConfigError(f"RESPONDER_GATEWAYS: {name}: small letters, digits, - and _, 19 of them at most")
    own = settings.data.absolute() / "gateways" / f"{short}.toml"
    return config.load(own if own.is_file() else f"gateways/http/{short}.toml", Book)


def books(settings: Settings) -> dict[str, Book]:
    """The files of all ``http:`` gateways that the settings name, by the name after the colon. Raises ConfigError."""
    named = [name for name in settings.gateway_names() if name.startswith(PREFIX)]
    return {name.removeprefix(PREFIX): load(settings, name) for name in named}
