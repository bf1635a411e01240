"""The API as the contract names it (DESIGN §8)."""

import pytest

from responder.kernel.actors import Actor
from responder.stock import service
from responder.stock.commands import IssueGoods, Reserve
from tests.feature.stock.conftest import DISTRICT, TOWN, Browsers, Store


def goods(warehouse: str, item: str, qty: object, mission: str = "M1001") -> dict[str, object]:
    return {"mission": mission, "lines": [{"warehouse": warehouse, "item": item, "qty": qty}]}


def test_warehouses_in_scope(store: Store, at: Browsers) -> None:
    api = at.caller("coordinator")

    found = api.get("/warehouses").json
    one = api.get(f"/warehouses/{store.district}").json

    assert found is not None
    assert one is not None
    assert [w["number"] for w in found["items"]] == [store.town, store.district]
    assert found["next"] is None
    assert one["name"] == "区备灾仓库"
    assert one["division"] == {"code": DISTRICT, "name": "金山区"}
    first = api.get("/warehouses?limit=1").json
    assert first is not None
    rest = api.get(f"/warehouses?limit=1&cursor={first['next']}").json
    assert rest is not None
    assert [w["number"] for w in first["items"] + rest["items"]] == [store.town, store.district]


def test_stock_as_the_contract_names_it(store: Store, at: Browsers, system: Actor) -> None:
    with store.work.begin(system) as uow:
        service.reserve(uow, Reserve("M1001", store.line("quilt", 45)))

    found = at.caller("keeper").get(f"/stock?item=棉被&warehouse={store.district}").json

    assert found is not None
    rows = {row["lot"]: row for row in found["items"]}
    assert rows["Q-later"] == {
        "warehouse": store.district, "item": "quilt", "lot": "Q-later", "unit": "quilt", "on_hand": 60,
        "reserved": 5, "available": 55, "expires": "2035-05-01",
    }  # fmt: skip
    assert rows["Q-first"]["available"] == 0


def test_stock_in_pages(store: Store, at: Browsers) -> None:
    api = at.caller("keeper")
    seen, cursor = [], ""
    while cursor is not None:
        page = api.get(f"/stock?limit=2&cursor={cursor}").json
        assert page is not None
        seen += [(row["warehouse"], row["lot"]) for row in page["items"]]
        cursor = page["next"]

    assert len(seen) == len(set(seen)) == 5


def test_goods_are_issued_and_received(store: Store, at: Browsers) -> None:
    api = at.caller("coordinator")

    issued = api.post("/stock/issues", goods(store.district, "棉被", 60))
    assert issued.status_code == 201
    paper = issued.json
    assert paper is not None
    assert (paper["kind"], paper["mission"], paper["incident"], paper["warehouse"]) == (
        "issue", "M1001", "S1001", store.district,
    )  # fmt: skip
    assert sum(line["qty"] for line in paper["lines"]) == 60
    assert [one["number"] for one in paper["documents"]] == [paper["number"]]
    assert store.free("quilt") == 40

    received = api.post("/stock/receipts", goods(store.district, "quilt", 60))
    assert received.status_code == 201
    assert received.json is not None
    assert received.json["division"]["code"] == TOWN
    again = api.get(f"/stock/documents/{received.json['number']}").json
    assert again == received.json
    more = api.post("/stock/receipts", goods(store.district, "quilt", 1))
    assert more.status_code == 409
    store.is_right()


def test_a_shortage_is_a_conflict_in_words(store: Store, at: Browsers) -> None:
    answer = at.caller("coordinator").post("/stock/issues", goods(store.district, "tent", 11))

    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == "stock.short"
    assert "10" in answer.json["detail"]
    assert store.free("tent") == 10


def test_a_repeated_post_issues_once(store: Store, at: Browsers) -> None:
    api = at.caller("coordinator")

    first = api.post("/stock/issues", goods(store.district, "tent", 4), key="abc")
    second = api.post("/stock/issues", goods(store.district, "tent", 4), key="abc")

    assert first.json == second.json
    assert store.free("tent") == 6


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"mission": "M1001"},
        {"mission": "M1001", "lines": []},
        {"mission": "M1001", "lines": [{"warehouse": "W1001", "item": "tent"}]},
        *(
            {"mission": "M1001", "lines": [{"warehouse": "W1001", "item": "tent", "qty": qty}]}
            for qty in (0, -1, 1.5, "3", True, None, 10**12)
        ),
        {"mission": "M1001", "lines": [{"warehouse": "W1001", "item": "金条", "qty": 1}]},
        {"mission": {"a": 1}, "lines": "x"},
        [],
    ],
)
def test_bad_bodies_get_a_clear_answer(store: Store, at: Browsers, body: object) -> None:
    answer = at.caller("coordinator").post("/stock/issues", body)

    assert answer.status_code == 422
    assert store.free("tent") == 10


@pytest.mark.parametrize(("mission", "status"), [("M1777", 404), ("nonsense", 404), ("", 404), ("M1009", 409)])
def test_goods_leave_only_for_missions_that_are_open(store: Store, at: Browsers, mission: str, status: int) -> None:
    answer = at.caller("coordinator").post("/stock/issues", goods(store.district, "tent", 1, mission))

    assert answer.status_code == status
    assert store.free("tent") == 10


def test_the_stranger_sees_and_moves_nothing(store: Store, at: Browsers, system: Actor) -> None:
    with store.work.begin(system) as uow:
        (paper,) = service.issue(uow, IssueGoods("M1001", store.line("quilt", 5), division=TOWN))
    api = at.caller("stranger")

    for path in (f"/warehouses/{store.district}", f"/stock/documents/{paper}", "/warehouses/W9999"):
        assert api.get(path).status_code == 404, path
    for path in ("/warehouses", "/stock"):
        found = api.get(path).json
        assert found is not None
        assert {row.get("warehouse", row.get("number")) for row in found["items"]} == {store.other}
    for warehouse in (store.district, store.other):
        assert api.post("/stock/issues", goods(warehouse, "quilt", 1)).status_code == 404
        assert api.post("/stock/receipts", goods(warehouse, "quilt", 1)).status_code == 404
    store.is_right()


def test_permissions_are_asked_first(store: Store, at: Browsers) -> None:
    village = at.caller("village")

    assert village.get("/stock").status_code == 403
    assert village.post("/stock/issues", {}).status_code == 403
    assert at.caller("supervisor").post("/stock/issues", {}).status_code == 403
    assert village.client.get("/api/v1/stock").status_code == 401
    assert village.client.post("/api/v1/stock/issues", json={}).status_code == 401


def test_the_keeper_serves_a_mission_by_its_reservation_alone(store: Store, at: Browsers, system: Actor) -> None:
    # M2001 is a mission that the book doesn't show to this reader.
    api = at.caller("keeper")
    assert api.post("/stock/issues", goods(store.district, "tent", 1, "M2001")).status_code == 404
    with store.work.begin(system) as uow:
        service.reserve(uow, Reserve("M2001", store.line("tent", 3), "S1002", "朱泾镇"))

    answer = api.post("/stock/issues", goods(store.district, "tent", 3, "m2001"))

    assert answer.status_code == 201
    assert answer.json is not None
    assert (answer.json["incident"], answer.json["place"]) == ("S1002", "朱泾镇")


def test_the_contract_is_described(at: Browsers) -> None:
    spec = at.caller("keeper").get("/openapi.json").json
    assert spec is not None

    for path in ("/api/v1/stock/issues", "/api/v1/stock/receipts"):
        body = spec["paths"][path]["post"]["requestBody"]
        assert "GoodsIn" in str(body)
    assert "get" in spec["paths"]["/api/v1/warehouses/{number}"]
