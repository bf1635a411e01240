"""Any provider or government platform that takes texts by HTTP, as its file describes it (docs/http-gateways.md)."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape as xml_escape

import structlog

from responder.kernel import clock, phones
from responder.messaging import rules, templates
from responder.messaging.commands import Incoming, Receipt
from responder.messaging.gateways import Category, Letter, SendFailed, Sent, http_reading
from responder.messaging.gateways.http_book import (
    PREFIX,
    Accepted,
    Book,
    Inbound,
    Reading,
    Receipts,
    Request,
    load,
)
from responder.messaging.gateways.http_reading import Unreadable, word
from responder.messaging.gateways.http_words import Values, Words
from responder.messaging.gateways.session import Answer, Session
from responder.settings import Settings

log = structlog.get_logger(__name__)

_QUOTES = {'"': "&quot;", "'": "&apos;"}
_XML_CONTROLS = dict.fromkeys(n for n in range(32) if chr(n) not in "\t\n\r")
_LOOKED_AT = 500
"""Characters of a provider's error that count."""
_BODIES = {"form": "application/x-www-form-urlencoded", "json": "application/json", "xml": "text/xml"}


class Http:
    """Sends by one provider. ``approved`` gives the provider's id of a template in a language."""

    def __init__(self, name: str, book: Book, session: Session, approved: Callable[[str, str], str | None]) -> None:
        self.name = f"{PREFIX}{name}"
        self.can = book.can
        self.book = book
        self.session = session
        self._approved = approved
        self._secrets = sorted(book.secrets(), key=len, reverse=True)

    def send(self, letter: Letter) -> Sent:
        """Hands over one text. Raises SendFailed with the category that the file gives to the provider's word."""
        template_id = self._template_id(letter)
        values = Values(
            {
                "number": letter.number, "number_plain": plain(letter.number), "body": letter.body,
                "ref": str(letter.ref), "template_id": template_id, "lang": letter.lang, "nonce": secrets.token_hex(8),
            },
            {"now": clock.now().astimezone(self.book.request.zone)},
            letter.form,
            self.book.request.encoding,
        )  # fmt: skip
        return self._sent(self._ask(self.book.request, values))

    def poll(self, since: datetime) -> Sequence[Incoming]:
        """Texts that came in since a moment; none where the file says nothing of asking. Raises SendFailed."""
        inbound = self.book.inbound
        if inbound is None or inbound.poll is None:
            return ()
        poll = inbound.poll
        zone = poll.request.zone
        values = Values(
            {"nonce": secrets.token_hex(8)},
            {"now": clock.now().astimezone(zone), "since": since.astimezone(zone)},
            encoding=poll.request.encoding,
        )
        answer = self._ask(poll.request, values)
        found = self._read(inbound, answer)
        said = word(found, poll.code)
        if not 200 <= answer.status < 300 or (poll.code and said not in poll.well):
            raise self._failure(answer.status, said, "")
        return incoming(self.name, inbound, found)

    def _template_id(self, letter: Letter) -> str:
        if "template_id" not in self.book.request.names():
            return ""
        found = self._approved(letter.template, letter.lang)
        if found is None:
            raise SendFailed("template", "content", f"no approved template for {letter.template}")
        return found

    def _ask(self, request: Request, values: Values) -> Answer:
        url = request.url.fill(values, lambda value: quote(value, safe="", encoding=values.encoding, errors="replace"),
                               trust_env=True)  # fmt: skip
        if request.query:
            url += ("&" if "?" in url else "?") + _fields(request.query, values)
        body, kind = _body(request, values)
        headers = {name: " ".join(words.fill(values).split()) for name, words in request.headers.items()}
        if kind:
            headers.setdefault("Content-Type", request.content_type or f"{_BODIES[kind]}; charset={request.encoding}")
        auth = None
        if request.user is not None and request.password is not None:
            auth = (request.user.fill(values), request.password.fill(values))
        return self.session.ask(request.method, url, headers=headers, body=body, auth=auth)

    def _sent(self, answer: Answer) -> Sent:
        accepted = self.book.accepted
        well = answer.status in accepted.http if accepted.http else 200 <= answer.status < 300
        try:
            found = self._read(accepted, answer)
        except SendFailed:
            if well:
                raise
            raise self._failure(answer.status, "", answer.body.decode(accepted.encoding, "replace")) from None
        said = word(found, accepted.code)
        if not well or (accepted.code and said not in accepted.taken):
            raise self._failure(answer.status, said, word(found, accepted.detail))
        provider_id = word(found, accepted.id)
        if accepted.id and not provider_id:
            raise SendFailed("unreadable", "unknown", "taken, but without an id")
        segments = word(found, accepted.segments)
        billed = int(segments) if segments.isascii() and segments.isdigit() and len(segments) < 4 else 0
        return Sent(rules.kept_id(provider_id), segments=billed)

    def _read(self, reading: Accepted | Inbound, answer: Answer) -> Any:
        try:
            return read(reading, answer.body)
        except Unreadable as problem:
            # Some answer a failure in another form than a success: a web server's page, a bare word.
            if not 200 <= answer.status < 300:
                detail = answer.body.decode(reading.encoding, "replace")
                raise self._failure(answer.status, "", detail) from None
            raise SendFailed("unreadable", "unknown", str(problem)) from None

    def _failure(self, status: int, code: str, detail: str) -> SendFailed:
        # Before it is looked through: what takes a moment for a word may take for ever for a page.
        code, detail = code[:_LOOKED_AT], detail[:_LOOKED_AT]
        category, after = weigh(self.book, status, code, detail)
        return SendFailed(self._hidden(code or str(status))[:40], category, self._hidden(detail)[:100], after)

    def _hidden(self, said: str) -> str:
        """What a provider says, without our secrets: some repeat what they were asked."""
        for secret in self._secrets:
            said = said.replace(secret, "…")
        return said


def weigh(book: Book, status: int, code: str, detail: str) -> tuple[Category, float]:
    """What to do about an error and how many seconds to wait: what the file says, else what HTTP says."""
    for error in book.errors:
        fits = code in error.codes or status in error.http
        if fits or (error.pattern is not None and error.pattern.search(f"{code} {detail}")):
            return error.category, error.after
    if status == 429 or status >= 500:
        return "temporary", 0
    return ("config" if status in {401, 403, 404, 407} else "unknown"), 0


def plain(number: str) -> str:
    """A number as domestic providers write it: eleven digits at home, country code and digits elsewhere."""
    return number.removeprefix("+86") if number.startswith("+86") else number.removeprefix("+")


def _fields(fields: Mapping[str, Words], values: Values) -> str:
    pairs = [(name, words.fill(values)) for name, words in fields.items()]
    return urlencode(pairs, encoding=values.encoding, errors="replace")


def _body(request: Request, values: Values) -> tuple[bytes | None, str]:
    """The body in the provider's letters, and its kind, "" for none."""
    if request.form is not None:
        return _fields(request.form, values).encode("ascii"), "form"
    if request.tree is not None:
        text = json.dumps(_filled(request.tree, values), ensure_ascii=False)
        return text.encode(values.encoding, "replace"), "json"
    if request.xml is not None:
        text = request.xml.fill(values, lambda value: xml_escape(value.translate(_XML_CONTROLS), _QUOTES))
        # A letter that the provider's encoding lacks is written by its number.
        return text.encode(values.encoding, "xmlcharrefreplace"), "xml"
    return None, ""


def _filled(value: Any, values: Values) -> Any:
    if isinstance(value, Words):
        return value.fill(values)
    if isinstance(value, dict):
        return {name: _filled(one, values) for name, one in value.items()}
    return [_filled(one, values) for one in value] if isinstance(value, list) else value


def read(reading: Reading, body: bytes) -> Any:
    """What came, as a tree. Raises Unreadable."""
    found = http_reading.tree(reading.kind, body, reading.encoding, reading.pattern)
    if reading.inside is None:
        return found
    within = reading.inside
    text = word(found, within.at)
    # Nothing inside is how a platform says that nothing new came.
    return http_reading.reread(within.kind, text, within.pattern) if text else {}


def incoming(gateway: str, inbound: Inbound, found: Any) -> list[Incoming]:
    """The texts of a delivery or of a poll's answer; what has no sender is none."""
    texts: list[Incoming] = []
    strange = 0
    for one in http_reading.items(found, inbound.items):
        sender, body, when = (word(one, path) for path in (inbound.number, inbound.body, inbound.time))
        if not sender:
            strange += 1
            continue
        number = phones.parse(sender) or sender
        provider_id = word(one, inbound.id) or rules.fingerprint(number, f"{when}\n{body}")
        texts.append(Incoming(gateway, provider_id, number, body, _moment(inbound, when)))
    if strange:
        # A provider that renames a field would else be deaf without a word.
        log.warning("texts without a sender not taken", gateway=gateway, count=strange)
    return texts


def _moment(inbound: Inbound, when: str) -> datetime | None:
    form = inbound.time_format
    try:
        if form in {"unix", "unix_ms"}:
            return datetime.fromtimestamp(float(when) / (1000 if form == "unix_ms" else 1), UTC)
        at = datetime.strptime(when, form) if form else datetime.fromisoformat(when)  # noqa: DTZ007
        return (at if at.tzinfo else at.replace(tzinfo=inbound.zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def receipts(book: Book, told: Receipts, found: Any) -> list[tuple[Receipt, str]]:
    """What a delivery tells of texts, each with the number it names ("" for none). ``ref`` is 0 where it gives none.

    Words that the file doesn't know tell nothing, unless it says ``otherwise``.
    """
    known = []
    for one in http_reading.items(found, told.items):
        status = told.statuses.get(word(one, told.status)) or told.otherwise
        if not status:
            continue
        ref, number = word(one, told.ref), word(one, told.number)
        error = word(one, told.error) if status == "failed" else ""
        category = weigh(book, 200, error, "")[0] if status == "failed" else ""
        ours = int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 10 else 0
        receipt = Receipt(ours, word(one, told.provider_id), status, error[:40], category)
        known.append((receipt, phones.parse(number) or number if number else ""))
    return known


def gateway(settings: Settings, name: str) -> Http:
    """The gateway ``http:<name>``. Raises ConfigError, which names file and key."""
    book, data = load(settings, name), settings.data
    session = Session("" if book.direct else settings.http_proxy, book.can.senders)
    return Http(name.removeprefix(PREFIX), book, session, lambda text, lang: templates.approved(name, text, lang, data))
