"""The places room in the browser."""

import re

import pytest
from flask.testing import FlaskClient

from responder.app import House
from responder.places.models import Division
from tests.cast import client_for

VILLAGE, TOWN = "310116112218", "310116112"


@pytest.fixture
def town(house: House) -> FlaskClient:
    """The town officer's browser."""
    return client_for(house, "town")


def post(client: FlaskClient, what: str, code: str = VILLAGE, **form: str) -> tuple[int, str]:
    page = client.get(f"/places/{VILLAGE}").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    answer = client.post(f"/places/{code}/{what}", data={**form, "csrf_token": found.group(1)})
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["children?of=310116", "search?q=漕泾", "boundary.geojson", "", TOWN])
def test_nothing_is_shown_without_a_session(house: House, path: str) -> None:
    from responder.app import build

    client = build(house).test_client()
    answer = client.get(f"/places/{path}")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")
    assert client.get(f"/places/{path}", headers={"HX-Request": "true"}).status_code == 401


def test_children_for_the_picker(town: FlaskClient) -> None:
    items = town.get("/places/children?of=310116").get_json()["items"]
    assert {"code": TOWN, "name": "漕泾镇", "leaf": False, "level": 4} in items
    assert town.get(f"/places/children?of={TOWN}").get_json()["items"] == [
        {"code": VILLAGE, "name": "海涯村", "leaf": True, "level": 5}
    ]
    assert town.get(f"/places/children?of={VILLAGE}").get_json() == {"items": []}
    assert [i["code"] for i in town.get("/places/children").get_json()["items"]] == ["31"]
    assert town.get("/places/children?of=999999").status_code == 404


def test_search_says_where_each_place_lies(town: FlaskClient) -> None:
    items = town.get("/places/search?q=海涯").get_json()["items"]
    assert [(i["code"], i["label"]) for i in items] == [(VILLAGE, "漕泾镇海涯村")]
    assert town.get("/places/search").get_json() == {"items": []}


def test_the_outline_is_sent_once(town: FlaskClient) -> None:
    first = town.get("/places/boundary.geojson")
    assert first.mimetype == "application/geo+json"
    assert first.get_json()["features"][0]["properties"]["name"] == "金山区"
    etag = first.headers["ETag"]
    assert town.get("/places/boundary.geojson", headers={"If-None-Match": etag}).status_code == 304


def test_a_reader_s_own_division_comes_first(town: FlaskClient) -> None:
    page = town.get("/places/").get_data(as_text=True)
    assert "<h1>漕泾镇</h1>" in page
    assert f'href="/places/{VILLAGE}"' in page
    assert town.get("/places/310116999").status_code == 404


def test_only_those_who_know_the_place_get_the_forms(house: House) -> None:
    for username, may in {
        "town": True,
        "admin": True,
        "coordinator": True,
        "village": False,
        "stranger": False,
    }.items():
        page = client_for(house, username).get(f"/places/{TOWN}").get_data(as_text=True)
        assert (f'action="/places/{TOWN}/point"' in page) is may, username


def test_a_point_name_and_aliases_are_saved(town: FlaskClient, house: House) -> None:
    assert post(town, "point", lat="30.79", lng="121.41", crs="wgs84")[0] == 302
    assert post(town, "name", name="海涯新村")[0] == 302
    assert post(town, "aliases", aliases="海牙\r\n\r\n海涯村\r\n")[0] == 302
    with house.work.read() as session:
        row = session.get_one(Division, VILLAGE)
        assert (row.lat, row.lng, row.name, row.aliases) == (30.79, 121.41, "海涯新村", ["海牙", "海涯村"])
    page = town.get(f"/places/{VILLAGE}").get_data(as_text=True)
    assert "北纬 30.79000，东经 121.41000" in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"lat": "121.41", "lng": "30.79", "crs": "wgs84"}, "不是有效的经纬度"),
        ({"lat": "三十", "lng": "121.41", "crs": "wgs84"}, "不是有效的经纬度"),
        ({"lat": "43.8", "lng": "125.3", "crs": "wgs84"}, "经纬度是否填反了"),
        ({"lat": "30.79", "lng": "121.41", "crs": "mars"}, "没有这个选项"),
    ],
)
def test_a_refused_point_keeps_what_was_typed(town: FlaskClient, form: dict[str, str], said: str) -> None:
    status, page = post(town, "point", **form)
    assert status == 422
    assert said in page
    assert f'value="{form["lat"]}"' in page


def test_another_town_s_places_are_not_found(town: FlaskClient) -> None:
    assert post(town, "name", code="310116102201", name="别村")[0] == 404


def test_a_village_officer_may_not_change_names(house: House) -> None:
    village = client_for(house, "village")
    answer = village.post(f"/places/{VILLAGE}/name", data={"name": "别村"})
    assert answer.status_code in {400, 403}
    with house.work.read() as session:
        assert session.get_one(Division, VILLAGE).name == "海涯村"
