"""Endpoint = path: a page's endpoint, its function and its template bear one name, in both directions."""

import inspect

import pytest
from flask import Flask

from tests.house import sources

ROOMS = sorted(
    path.name for path in sources.PACKAGE.iterdir() if (path / "web.py").exists() and path.name != "platform"
)

LIBRARIES = {"static", "openapi"}
"""Endpoints that come from libraries: Flask's own files, APIFlask's description."""

DATA: dict[str, str] = {
    "accounts.people_template": "an xlsx file",
    "board.bulletin_document": "a Word document",
    "board.map_data": "JSON for the map",
    "drills.feed": "a calendar file",
    "hotline.paste_photo": "a picture",
    "hotline.recording": "a sound",
    "messaging.broadcast_export": "an xlsx or csv file",
    "messaging.reach_workbook": "an xlsx file",
    "openness.feed": "JSON for other systems",
    "places.boundary": "GeoJSON for the map",
    "places.children": "JSON for the place picker",
    "places.search": "JSON for the place picker",
    "places.tree": "JSON for the place picker without a network",
    "platform.healthz": "for watchers",
    "platform.manifest": "a web app manifest",
    "platform.metrics": "for watchers",
    "platform.readyz": "for watchers",
    "platform.service_worker": "a script",
    "reports.ledger_workbook": "an xlsx file",
    "reports.photo": "a picture",
    "reports.sender": "JSON for the offline queue",
    "simulator.messages": "JSON for tools",
    "simulator.phones": "JSON for tools",
    "stock.warehouse_template": "an xlsx file",
    "teams.import_template": "an xlsx file",
}
"""Endpoints that answer a GET with something other than a page."""

PIECES: dict[str, str] = {
    "messaging/_broadcast_preview": "what is seen before a text to many is sent",
    "hotline/_card": "one card of a run of them",
    "messaging/_about": "the way to what a text or a call is about, drawn in lists and threads",
    "messaging/_assigning": "the form that puts a text under an incident, drawn in lists and threads",
    "messaging/_sent": "how a text fares that went out, drawn in the outbox and in threads",
    "messaging/_tabs": "the tabs of the room, drawn on several of its pages",
    "messaging/_thread": "what was said, with a person or with a number that is nobody's",
    "reports/_note": "the frame of the ledger's two forms",
    "messaging/_contacts_sheet": "the contact list, on its page and in the file of every day",
    "messaging/_forms_sheet": "the blank forms, on their page and in the file of every day",
    "messaging/_paper": "the frame of the files of every day",
    "stock/_tabs": "the tabs of the room, drawn on several of its pages",
}
"""Parts of pages that are never fetched by themselves."""

MADE_ELSEWHERE = {"_layout", "_ui", "messages"}


def own(app: Flask, method: str) -> list[str]:
    """Endpoints of pages: not the API's, not a library's."""
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and not rule.endpoint.startswith("api_")
    }
    return sorted(e for e in found if e.partition(".")[0] not in LIBRARIES and not e.startswith("hooks."))


def test_every_page_has_its_template(app: Flask) -> None:
    missing = [
        endpoint
        for endpoint in own(app, "GET")
        if endpoint not in DATA and not (sources.TEMPLATES / f"{endpoint.replace('.', '/')}.html").exists()
    ]
    assert missing == []


def test_every_template_has_its_endpoint(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    idle = [
        sources.shown(path)
        for path in sources.pages()
        if (place := path.relative_to(sources.TEMPLATES)).parts[0] not in MADE_ELSEWHERE
        and ".".join(place.with_suffix("").parts) not in endpoints
        and "/".join(place.with_suffix("").parts) not in PIECES
    ]
    assert idle == []


def test_every_endpoint_lives_in_its_room(app: Flask) -> None:
    lost = {}
    for endpoint in own(app, "GET") + own(app, "POST"):
        room, _, name = endpoint.partition(".")
        view = inspect.unwrap(app.view_functions[endpoint])
        if room in ROOMS and (not view.__module__.startswith(f"responder.{room}.web") or view.__name__ != name):
            lost[endpoint] = f"{view.__module__}:{view.__name__}"
    assert lost == {}


def test_a_fragments_address_says_that_it_is_one(app: Flask) -> None:
    wrong = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("api_")
        and rule.endpoint.rpartition(".")[2].startswith("_")
        and not any(part.startswith("_") for part in rule.rule.split("/"))
    ]
    assert wrong == []


def test_what_is_listed_exists(app: Flask) -> None:
    assert set(DATA) <= {rule.endpoint for rule in app.url_map.iter_rules()}
    assert [name for name in PIECES if not (sources.TEMPLATES / f"{name}.html").exists()] == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_pages_script_belongs_to_a_page(room: str) -> None:
    folder = sources.ROOT / "static" / "js" / room
    scripts = {path.stem for path in folder.glob("*.js")} if folder.exists() else set()
    assert scripts <= {path.stem for path in (sources.TEMPLATES / room).glob("*.html")}
