"""The card that hangs in a village: who may print which, and what stands on it."""

import re

import pytest
from flask.testing import FlaskClient

from responder.accounts import sessions
from responder.app import House, build
from tests import cast

VILLAGE, TOWN = "310116112218", "310116112"


def reader(house: House, who: str, **more: str) -> FlaskClient:
    """A signed-in browser of a house with these settings."""
    wired = House(house.settings.model_copy(update=more), house.work)
    client = build(wired).test_client()
    client.set_cookie(sessions.COOKIE, cast.session_for(wired, who))
    return client


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_names_the_number_three_texts_the_answers_and_the_keys(house: House, lang: str) -> None:
    client = reader(house, "coordinator", public_phone="021 5732 1234")
    client.set_cookie("lang", lang)
    page = client.get(f"/hotline/card/{VILLAGE}").text
    assert "021 5732 1234" in page
    assert page.count('class="a6-example"') == 3
    assert "海涯村内涝" in page
    assert re.findall(r"<kbd>(\d)</kbd>", page) == list("12349" + "123409")
    for word in ("收到", "出发", "到达", "完成", "去不了", "直接说", "零报告", "值班员", "119"):
        assert word in page
    assert "on the way" in page


def test_without_a_number_of_its_own_the_gateway_s_is_printed(house: House) -> None:
    assert "+15005550006" in reader(house, "town", twilio_from="+15005550006").get(f"/hotline/card/{VILLAGE}").text
    both = reader(house, "town", twilio_from="+15005550006, +15005550007").get(f"/hotline/card/{VILLAGE}").text
    assert "+15005550006" in both
    assert "+15005550007" not in both
    answered = {"twilio_from": "MG123,+15005550006", "answer_number": "+8613800000001"}
    assert "13800000001" in reader(house, "town", **answered).get(f"/hotline/card/{VILLAGE}").text
    for none in ("", "MG123", "MG123,+15005550006"):
        page = reader(house, "town", twilio_from=none).get(f"/hotline/card/{VILLAGE}").text
        assert "a6-blank" in page
        assert "RESPONDER_PUBLIC_PHONE" in page


@pytest.mark.parametrize("code", [TOWN, "310116"])
def test_all_villages_below_come_in_one_print(house: House, code: str) -> None:
    page = reader(house, "coordinator").get(f"/hotline/cards/{code}").text
    assert page.count('<article class="a6">') == (1 if code == TOWN else 2)


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [
        ("town", VILLAGE, 200), ("village", VILLAGE, 200), ("village", TOWN, 404), ("town", "310116102", 404),
        ("stranger", VILLAGE, 404), ("coordinator", "999", 404), ("coordinator", "310117", 404),
        ("keeper", VILLAGE, 403),
    ],
)  # fmt: skip
def test_only_of_one_s_own_area(house: House, who: str, code: str, status: int) -> None:
    client = reader(house, who)
    assert client.get(f"/hotline/card/{code}").status_code == status
    assert client.get(f"/hotline/cards/{code}").status_code == status
