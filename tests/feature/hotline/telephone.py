"""A telephone as Twilio carries it: signed requests to whatever address the last answer named."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from responder.app import House
from responder.hotline.voice.models import Call, Recording
from responder.messaging.models import Inbound, Outbound
from responder.platform import eventlog
from responder.platform.api import Cursor
from responder.platform.eventlog import EventView
from responder.platform.scope import Scope, everything
from responder.reports import queries as reports
from responder.reports.queries import ReportView
from tests import cast

TOKEN = "12345"
PUBLIC = "https://red.example.cn"
VOICE = "/hooks/twilio/voice"
API = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/"


@dataclass
class Exchange:
    """The house as Twilio's exchange reaches it, and a look behind the scenes."""

    house: House
    client: FlaskClient

    def post(self, path: str, form: dict[str, str], *, signature: str | None = None) -> TestResponse:
        """A request signed by the SDK's own validator, over the public address."""
        signed = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        headers = {"X-Twilio-Signature": signed if signature is None else signature}
        return self.client.post(path, data=form, headers=headers)

    def call(self, who: str, sid: str = "CA1") -> "Telephone":
        """Somebody of the cast, or a number, calls."""
        phone = Telephone(self, cast.phone(who) if who in cast.PEOPLE else who, sid)
        phone.ring()
        return phone

    def rows(self, model: type[Call] | type[Recording] | type[Inbound] | type[Outbound]) -> list[dict[str, Any]]:
        """All rows of a table, of every world, oldest first."""
        table: Any = model.__table__
        with self.house.work.read() as session:
            return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]

    def item(self) -> dict[str, Any]:
        """The one thing that came in."""
        (found,) = self.rows(Inbound)
        return found

    def item_of(self, key: int) -> dict[str, Any]:
        """One of the things that came in."""
        return next(row for row in self.rows(Inbound) if row["id"] == key)

    def texts(self) -> list[str]:
        """The texts that go out."""
        return [str(row["body"]) for row in self.rows(Outbound)]

    def reports(self, world: int = 0) -> list[ReportView]:
        """All reports of a world, newest first."""
        with self.house.work.read(world) as session:
            return reports.reports(session, Scope("310116", world), Cursor(None, 50))

    def events(self, world: int = 0) -> list[EventView]:
        """The log of one world."""
        with self.house.work.read(world) as session:
            return eventlog.since(session, everything(world), 0, 1000)

    def kinds(self, world: int = 0) -> list[str]:
        """Kinds of event in one world."""
        return [event.kind for event in self.events(world)]


@dataclass
class Telephone:
    """One call: what was said last, and where the answer goes."""

    exchange: Exchange
    number: str
    sid: str
    spoken: str = ""
    languages: list[str] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    action: str = ""
    twiml: str = ""
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def form(self, **more: str) -> dict[str, str]:
        """The fields that every request has."""
        return {"CallSid": self.sid, "AccountSid": "AC1", "From": self.number, "CallStatus": "in-progress", **more}

    def ring(self) -> str:
        """The first request of a call."""
        return self._to(VOICE, self.form(CallStatus="ringing"))

    def key(self, *presses: str) -> str:
        """Keys, each answered in turn; # ends a number and is left out by Twilio."""
        for keys in presses:
            self._to(self.action, self.form(Digits=keys.rstrip("#")))
        return self.spoken

    def wait(self) -> str:
        """Nothing is pressed or said."""
        return self._to(self.action, self.form(Digits=""))

    def record(self, ref: str = "RE1", seconds: int = 12, **more: str) -> str:
        """Something is said."""
        told = {"RecordingUrl": API + ref, "RecordingSid": ref, "RecordingDuration": str(seconds), **more}
        return self._to(self.action, self.form(**told))

    def dialled(self, status: str) -> str:
        """What became of the number that was put through."""
        return self._to(self.action, self.form(DialCallStatus=status))

    def hang_up(self, status: str = "completed") -> None:
        """The call is over."""
        assert self.exchange.post(VOICE + "/status", self.form(CallStatus=status)).status_code == 200

    def again(self, back: int = 1) -> str:
        """The provider sends an earlier request again."""
        return self._to(*self.sent[-back])

    def recorded(self, ref: str = "RE1", seconds: str = "12") -> None:
        """The recording's own callback, which names no number."""
        form = {"CallSid": self.sid, "AccountSid": "AC1", "RecordingSid": ref, "RecordingUrl": API + ref}
        form |= {"RecordingStatus": "completed", "RecordingDuration": seconds}
        assert self.exchange.post(VOICE + "/recording", form).status_code == 200

    @property
    def ended(self) -> bool:
        """Whether the line was closed from here."""
        return self.verbs[-1:] == ["Hangup"]

    def _to(self, path: str, form: dict[str, str]) -> str:
        self.sent.append((path, form))
        answer = self.exchange.post(path, form)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "text/xml"
        self.twiml = answer.text
        root = ElementTree.fromstring(answer.data)
        said = list(root.iter("Say"))
        self.spoken = " ".join(one.text or "" for one in said)
        self.languages = [f"{one.get('voice')}|{one.get('language')}" for one in said]
        self.verbs = [verb.tag for verb in root]
        actions = [verb.get("action") for verb in root if verb.get("action")]
        if actions:
            parts = urlsplit(str(actions[-1]))
            assert f"{parts.scheme}://{parts.netloc}" == PUBLIC
            self.action = f"{parts.path}?{parts.query}"
        return self.spoken
