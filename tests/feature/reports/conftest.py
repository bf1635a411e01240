"""Forms and API calls of reports."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from responder.app import House, build
from responder.incidents import queries as incidents
from responder.incidents.queries import IncidentView
from responder.kernel.actors import Actor
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from responder.reports import queries
from responder.reports.queries import ReportView
from tests import cast

DISTRICT, TOWN, VILLAGE, OTHER_TOWN, STRANGER = "310116", "310116112", "310116112218", "310116102", "310117"


@dataclass
class Desk:
    """Browsers and API callers of one house."""

    house: House

    def actor(self, who: str, world: int = 0) -> Actor:
        """One of the cast at a screen."""
        division, name, _roles, _phone = cast.PEOPLE[who]
        return Actor(cast.person_id(self.house, who), name, division, "web", world)

    def browser(self, who: str) -> "Browser":
        """A browser in which somebody is signed in."""
        return Browser(cast.client_for(self.house, who))

    def caller(self, who: str) -> "Caller":
        """A program with somebody's token."""
        return Caller(build(self.house).test_client(), cast.token_for(self.house, who))

    def reports(self, division: str = DISTRICT, world: int = 0) -> list[ReportView]:
        """Reports as seen from a division, newest first."""
        with self.house.work.read(world) as session:
            return queries.reports(session, Scope(division, world), Cursor(None, 100))

    def incidents(self, division: str = DISTRICT, world: int = 0) -> list[IncidentView]:
        """Incidents as seen from a division, newest first."""
        with self.house.work.read(world) as session:
            return incidents.incidents(session, Scope(division, world), Cursor(None, 100))


@dataclass
class Browser:
    """Fills forms the way a page sends them: with its CSRF token and its key."""

    client: FlaskClient

    def hidden(self, page: str = "/reports/new") -> dict[str, str]:
        """The hidden fields of the page's own form."""
        text = self.client.get(page).text
        form = text[text.index('class="report-form"') if "report-form" in text else 0 :]
        pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        chosen = re.search(r'name="kind" value="(\w+)" checked', form)
        return {**dict(reversed(pairs)), **({"kind": chosen[1]} if chosen else {})}

    def file(self, page: str = "/reports/new", **fields: Any) -> TestResponse:
        """The report's form, filled in and sent."""
        data = {**self.hidden(page), "hazard": "flood", "division": VILLAGE, **fields}
        return self.client.post("/reports/new", data=data, content_type="multipart/form-data")

    def review(self, number: str, **fields: str) -> TestResponse:
        """Accepts or returns."""
        token = self.hidden(f"/reports/{number}").get("csrf_token") or self.hidden()["csrf_token"]
        return self.client.post(f"/reports/{number}/review", data={"csrf_token": token, **fields})


@dataclass
class Caller:
    """Calls the API."""

    client: FlaskClient
    token: str

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **more}

    def get(self, path: str, **headers: str) -> TestResponse:
        """GET below /api/v1."""
        return self.client.get(f"/api/v1{path}", headers=self._headers(headers))

    def post(self, path: str, body: object, **headers: str) -> TestResponse:
        """POST below /api/v1."""
        return self.client.post(f"/api/v1{path}", json=body, headers=self._headers(headers))


@pytest.fixture
def desk(house: House) -> Desk:
    """The desk."""
    return Desk(house)


def flood(**more: Any) -> dict[str, Any]:
    """The body of a report by API."""
    return {"kind": "initial", "hazard": "flood", "division": VILLAGE, "figures": {"relocated": 87}, **more}


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), *, gps: bool = False, turned: bool = False) -> bytes:
    """A photo as a phone takes it."""
    image = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 48.0, 0.0), 3: "E", 4: (121.0, 25.0, 48.0)})
        exif[0x010F] = "PhoneMaker"
    if turned:
        exif[0x0112] = 6
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()
