"""Who may see the list of calls, and who may make one."""

from responder.app import House
from tests import cast
from tests.feature.messaging.test_handcalls import browser, put, rows


def test_a_number_is_masked_from_whoever_has_no_need_of_it(house: House) -> None:
    call = put(house)
    for path in ("/messages/calls", f"/messages/calls/{call}"):
        page = browser(house, "auditor").get(path).get_data(as_text=True)
        assert "199****0006" in page
        assert "19900000006" not in page.replace("tel:", "")


def test_a_stranger_neither_sees_nor_ends_it(house: House) -> None:
    call = put(house)
    client = browser(house, "stranger")
    assert "陆海峰" not in client.get("/messages/calls").get_data(as_text=True)
    assert client.get(f"/messages/calls/{call}").status_code == 404
    for act, form in (("take", {}), ("end", {"result": "closed"}), ("instead", {"number": cast.phone("town")})):
        assert client.post(f"/messages/calls/{call}/{act}", data=form).status_code == 404
    assert rows(house.work)[0]["state"] == "open"


def test_whoever_may_not_send_texts_makes_no_calls(house: House) -> None:
    call = put(house)
    assert browser(house, "auditor").post(f"/messages/calls/{call}/take").status_code == 403
    assert browser(house, "village").get("/messages/calls").status_code == 403


def test_a_stranger_s_program_finds_nothing(house: House) -> None:
    call = put(house)
    client = browser(house, "stranger")
    headers = {"Authorization": f"Bearer {cast.token_for(house, 'stranger')}"}
    assert client.get("/api/v1/calls", headers=headers).get_json()["items"] == []
    assert client.post(f"/api/v1/calls/{call}/outcome", json={"outcome": "closed"}, headers=headers).status_code == 404
