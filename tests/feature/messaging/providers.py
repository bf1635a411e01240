"""Local stand-ins of three kinds of provider. Each checks what it is sent as the provider would, and answers so."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from responder.messaging.gateways import http
from responder.messaging.gateways.http import Http
from responder.settings import Settings

ACCOUNT, SECRET = "jinshan", "s3cret"
SOAP_MO = '<m:mo id="{id}"><m:mobile>{mobile}</m:mobile><m:text>{text}</m:text><m:time>{time}</m:time></m:mo>'
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:m="http://mas.gov.cn/sms"><s:Body>{body}</s:Body></s:Envelope>'
)


def environ(patch: pytest.MonkeyPatch, base: str) -> None:
    """The secrets of all three examples, and where their stand-ins are."""
    for dialect, secret in {"JSON": "ACCOUNT SECRET", "GBK": "ACCOUNT PASSWORD", "SOAP": "USER PASSWORD"}.items():
        account, password = secret.split()
        patch.setenv(f"SMS_{dialect}_URL", base)
        patch.setenv(f"SMS_{dialect}_{account}", ACCOUNT)
        patch.setenv(f"SMS_{dialect}_{password}", SECRET)


@dataclass
class Provider:
    """What a stand-in took, and the word with which it refuses the next texts ("" for none)."""

    server: HTTPServer
    taken: list[dict[str, str]] = field(default_factory=list)
    refuse: str = ""
    status: int = 200
    waiting: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def gateway(self, settings: Settings, name: str) -> Http:
        """The gateway that talks to it."""
        return http.gateway(settings, f"http:{name}")


class Json(Provider):
    """Takes JSON with a signature by MD5 in capitals."""

    path = "/v2/send"

    def __call__(self, request: Request) -> Response:
        form = json.loads(request.get_data())
        made = hashlib.md5(f"{ACCOUNT}{SECRET}{form['timestamp']}".encode()).hexdigest().upper()
        if form["account"] != ACCOUNT or form["sign"] != made or request.mimetype != "application/json":
            return self._say("103", "签名错误")
        if self.refuse:
            return self._say(self.refuse, "不行")
        self.taken.append({"to": form["mobiles"][0], "text": form["content"], "ref": form["ext"]})
        return self._say("0", "成功", [{"mobile": form["mobiles"][0], "msgid": f"J{len(self.taken)}"}])

    def _say(self, code: str, message: str, data: list[dict[str, str]] | None = None) -> Response:
        said = {"code": int(code), "message": message, "data": data or []}
        return Response(json.dumps(said, ensure_ascii=False), self.status, content_type="application/json")


class Gbk(Provider):
    """Takes form fields in GBK, answers a bare word."""

    path = "/sdk/BatchSend"

    def __call__(self, request: Request) -> Response:
        form = {name: found[0] for name, found in parse_qs(request.get_data(as_text=True), encoding="gbk").items()}
        if (form["CorpID"], form["Pwd"]) != (ACCOUNT, hashlib.md5(SECRET.encode()).hexdigest()):
            return Response("-1", self.status)
        if self.refuse:
            return Response(self.refuse, self.status)
        self.taken.append({"to": form["Mobile"], "text": form["Content"]})
        return Response(f"0,{70000 + len(self.taken)}\r\n", self.status, content_type="text/html; charset=gbk")


class Soap(Provider):
    """A platform: SOAP with basic authentication and XML inside the answer; is asked for what came in."""

    path = "/services/MasSms"

    def __call__(self, request: Request) -> Response:
        auth = request.authorization
        if auth is None or (auth.username, auth.password) != (ACCOUNT, SECRET):
            return Response("<html>who?</html>", 401)
        text = request.get_data().decode("utf-8")
        if request.headers["SOAPAction"] == '"urn:receive"':
            return self._receive(text)
        asked = dict(re.findall(r"<m:(\w+)>([^<]*)</m:\1>", text))
        made = hmac.new(SECRET.encode(), (asked["mobile"] + asked["time"]).encode(), hashlib.sha256).hexdigest()
        if asked["token"] != made:
            return self._result("401", "")
        if self.refuse:
            return self._result(self.refuse, "")
        self.taken.append({"to": asked["mobile"], "text": asked["text"], "ref": asked["serial"]})
        return self._result("0", f"T{len(self.taken)}")

    def _result(self, code: str, task: str) -> Response:
        inner = f"<result><code>{code}</code><taskId>{task}</taskId><message>说明</message></result>"
        body = f"<m:sendResponse><return>{escape(inner)}</return></m:sendResponse>"
        return Response(ENVELOPE.format(body=body), self.status, content_type="text/xml; charset=utf-8")

    def _receive(self, text: str) -> Response:
        self.asked += re.findall(r"<m:since>([^<]*)<", text)
        found = "".join(SOAP_MO.format(**{k: escape(v) for k, v in one.items()}) for one in self.waiting)
        body = f"<m:receiveResponse><m:code>{self.refuse or 0}</m:code>{found}</m:receiveResponse>"
        return Response(ENVELOPE.format(body=body), self.status, content_type="text/xml; charset=utf-8")


KINDS: Mapping[str, type[Json] | type[Gbk] | type[Soap]] = {"json": Json, "gbk": Gbk, "soap": Soap}


def stand_in(server: HTTPServer, name: str) -> Provider:
    """The stand-in of an example, listening."""
    found = KINDS[name](server)
    server.expect_request(found.path, method="POST").respond_with_handler(found)
    return found
