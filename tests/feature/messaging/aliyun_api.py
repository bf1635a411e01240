"""A local stand-in of Aliyun's interface, for the real SDK."""

import json
import time
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

BIZ = "900619746936498440^0"


class StandIn:
    """dysmsapi.aliyuncs.com: takes everything, or answers what it is told to."""

    def __init__(self, server: HTTPServer) -> None:
        self.asked: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.answer: tuple[int, Any, dict[str, str]] | None = None
        self.pause = 0.0
        self.url = server.url_for("")
        server.expect_request("/", method="POST").respond_with_handler(self._take)

    def refuse(self, code: str, said: str = "no", status: int = 200, **headers: str) -> None:
        """A business error comes with 200, one of the interface itself with 4xx or 5xx."""
        body = {"Code": code, "Message": said, "RequestId": "F655A8D5-B967-440B-8683-DAD6FF8DE990"}
        self.answer = (status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def _take(self, request: Request) -> Response:
        self.asked.append(dict(request.args))
        self.headers.append(dict(request.headers))
        time.sleep(self.pause)
        status, body, headers = self.answer or (
            200, {"Code": "OK", "Message": "OK", "BizId": BIZ, "RequestId": "F655A8D5"}, {},
        )  # fmt: skip
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return Response(text, status, headers, content_type="application/json;charset=utf-8")
