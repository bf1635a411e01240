"""The pages: everybody sees what they may, forms do what they say and lose nothing that was typed."""

import io
import re

import pytest
from openpyxl import Workbook

from responder.kernel.actors import Actor
from responder.platform.scope import Scope
from responder.stock import directory, queries, records, service
from responder.stock.commands import IssueGoods, Line, Reserve
from tests.feature.stock.conftest import DISTRICT, TOWN, Browsers, Store, press


@pytest.fixture
def reserved(store: Store, system: Actor) -> Store:
    """M1001 has goods reserved in both warehouses, M1002 has tents under way."""
    with store.work.begin(system) as uow:
        lines = (Line(store.district, "quilt", 50), Line(store.town, "quilt", 5))
        service.reserve(uow, Reserve("M1001", lines, "S1001", "漕泾镇海涯村", TOWN))
        service.issue(uow, IssueGoods("M1002", store.line("tent", 6), "S1001", "漕泾镇海涯村", TOWN))
    return store


def pages(store: Store) -> list[str]:
    d = store.district
    return [
        "/stock", "/stock/_totals", "/stock/items/quilt", "/stock/items/quilt?lot=Q-first", "/stock/warehouses",
        f"/stock/warehouses/{d}", f"/stock/warehouses/{d}/_shelves", "/stock/documents", "/stock/documents?kind=issue",
        "/stock/documents/D1001", "/stock/missions", "/stock/missions/_picks", "/stock/missions/M1001/pick",
        "/stock/missions/M1002/receive", "/stock/missions/M1002/return", f"/stock/warehouses/{d}/intake",
        f"/stock/warehouses/{d}/count", f"/stock/warehouses/{d}/transfer",
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_for_the_keeper(reserved: Store, at: Browsers, lang: str) -> None:
    client = at.browser("keeper")
    client.set_cookie("lang", lang)

    for path in pages(reserved):
        answer = client.get(path)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200, path
        assert "style=" not in text, path
        assert not re.search(r"\son\w+=", text), path


def test_the_stranger_finds_nothing_of_it(reserved: Store, at: Browsers) -> None:
    client = at.browser("stranger")

    hidden = {"区备灾仓库", "漕泾镇", "Q-first", "M1001", "M1002"}
    for path in pages(reserved):
        answer = client.get(path)
        assert answer.status_code in (200, 403, 404), path
        assert not [w for w in hidden if w not in path and w in answer.get_data(as_text=True)], path
        if any(part in path for part in (reserved.district, "D1001", "/M100")):
            assert answer.status_code in (403, 404), path


def test_those_without_permission_are_turned_away(reserved: Store, at: Browsers) -> None:
    village = at.browser("village")
    for path in pages(reserved):
        assert village.get(path).status_code == 403, path
    town = at.browser("town")
    assert town.get("/stock").status_code == 200
    assert town.get(f"/stock/warehouses/{reserved.town}/count").status_code == 403
    assert town.get(f"/stock/warehouses/{reserved.district}").status_code == 404


def test_low_shelves_come_first_and_say_so(store: Store, at: Browsers) -> None:
    text = at.browser("keeper").get("/stock").get_data(as_text=True)

    assert "低于最低" in text
    assert text.index("低于最低") < text.index("按需")


def test_the_picking_list_is_issued_by_one_press(reserved: Store, at: Browsers) -> None:
    client = at.browser("keeper")
    page = client.get("/stock/missions/M1001/pick").get_data(as_text=True)
    assert page.index("Q-first") < page.index("Q-later")
    assert "漕泾镇群众性救护队" in page

    answer = press(client, "/stock/missions/M1001/pick", authorised_by="周慧敏")

    assert answer.status_code == 302
    with reserved.work.read() as session:
        assert records.kept(session, Scope(DISTRICT), "M1001") == []
        papers = records.documents(session, Scope(DISTRICT), kind="issue", mission="M1001")
    assert {p.authorised_by for p in papers} == {"周慧敏"}
    assert len(papers) == 2
    # Pressed again from an old page: a clear word, nothing moved twice.
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    again = client.post("/stock/missions/M1001/pick", data={"csrf_token": token.group(1), "authorised_by": "周慧敏"})
    assert again.status_code == 409
    reserved.is_right()


def test_the_supervisor_sees_the_picking_list_but_cant_issue(reserved: Store, at: Browsers) -> None:
    client = at.browser("supervisor")
    page = client.get("/stock/missions/M1001/pick")

    assert page.status_code == 200
    assert "authorised_by" not in page.get_data(as_text=True)
    token = re.search(r'name="csrf-token" content="([^"]+)"', page.get_data(as_text=True))
    assert token is not None
    client.post("/stock/missions/M1001/pick", data={"csrf_token": token.group(1), "authorised_by": "高卫东"})
    with reserved.work.read() as session:
        assert records.kept(session, Scope(DISTRICT), "M1001")


def test_receiving_keeps_what_was_typed_when_refused(reserved: Store, at: Browsers) -> None:
    client = at.browser("keeper")
    field = f"qty_{reserved.district}_tent"

    refused = press(client, "/stock/missions/M1002/receive", **{field: "7"})
    assert refused.status_code == 409
    assert 'value="7"' in refused.get_data(as_text=True)

    assert press(client, "/stock/missions/M1002/receive", **{field: "4"}).status_code == 302
    back = press(client, "/stock/missions/M1002/return", warehouse=reserved.district, **{field: "2"})
    assert back.status_code == 302
    assert reserved.free("tent") == 6
    reserved.is_right()


def test_intake_from_the_form(store: Store, at: Browsers) -> None:
    client = at.browser("keeper")
    path = f"/stock/warehouses/{store.district}/intake"

    refused = press(client, path, source="donation", item_0="rice", qty_0="1.5", lot_0="R-2026")
    assert refused.status_code == 422
    assert 'value="R-2026"' in refused.get_data(as_text=True)
    for fields, status in (
        ({"item_0": "rice", "qty_0": "5"}, 422),
        ({"source": "donation", "qty_0": "5"}, 422),
        ({"source": "donation", "item_0": "rice", "qty_0": "5", "expires_0": "soon"}, 422),
        ({"source": "donation"}, 422),
    ):
        assert press(client, path, **fields).status_code == status, fields

    done = press(client, path, source="donation", item_0="rice", qty_0="1,200", item_3="tent", qty_3="2")

    assert done.status_code == 302
    assert store.free("rice") == 1200
    assert store.free("tent") == 12
    page = client.get(done.headers["Location"]).get_data(as_text=True)
    assert "入库单" in page
    assert "朱国平" in page


def test_a_count_is_drafted_by_one_and_approved_by_another(store: Store, at: Browsers) -> None:
    keeper = at.browser("keeper")
    path = f"/stock/warehouses/{store.district}/count"
    fields = re.findall(r'name="(count_\d+)"', keeper.get(path).get_data(as_text=True))
    assert len(fields) == 4

    assert press(keeper, path, reason="月度盘点").status_code == 422, "nothing counted"
    drafted = press(keeper, path, reason="月度盘点", **{fields[0]: "37"})
    paper = drafted.headers["Location"].rsplit("/", 1)[-1]
    assert "D" in paper
    assert "待审" in keeper.get(f"/stock/documents/{paper}").get_data(as_text=True)
    own = press(keeper, path, f"/stock/documents/{paper}/decide", decision="approve")
    assert own.status_code == 403, "keepers don't approve"

    supervisor = at.browser("supervisor")
    assert paper in supervisor.get("/stock").get_data(as_text=True)
    done = press(supervisor, f"/stock/documents/{paper}", f"/stock/documents/{paper}/decide", decision="approve")

    assert done.status_code == 302
    assert store.rows()[store.district, "quilt", "Q-first"] == (37, 0)
    assert "高卫东" in keeper.get(f"/stock/documents/{paper}").get_data(as_text=True)


def test_a_transfer_goes_out_and_in(store: Store, at: Browsers) -> None:
    keeper = at.browser("keeper")
    path = f"/stock/warehouses/{store.district}/transfer"

    assert press(keeper, path, to=store.town, qty_quilt="101").status_code == 409
    sent = press(keeper, path, to=store.town, qty_quilt="10")
    paper = sent.headers["Location"]
    assert store.free("quilt") == 90
    assert press(keeper, paper, f"{paper}/accept").status_code == 302
    assert store.free("quilt", store.town) == 30
    store.is_right()


def workbook(*rows: tuple[object, ...]) -> io.BytesIO:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append([column.zh for column in directory.SHEET.columns])
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


IMPORT = "/stock/warehouses/import"


def test_warehouses_come_from_a_spreadsheet_after_a_dry_run(store: Store, at: Browsers) -> None:
    admin = at.browser("admin")
    sheet = workbook(
        ("枫泾镇物资点", "枫泾镇", "亭枫公路 1 号", None, None, None, None),
        ("漕泾镇物资点", TOWN, "漕廊公路 1 号", 30.79, 121.4, "199 0000 0005", "是"),
    )

    checked = press(admin, IMPORT, file=(sheet, "warehouses.xlsx"))
    assert checked.status_code == 200
    text = checked.get_data(as_text=True)
    with store.work.read() as session:
        assert len(queries.warehouses(session, Scope(DISTRICT))) == 2, "a dry run saves nothing"
    packed = re.search(r'name="packed" value="([^"]+)"', text)
    assert packed is not None

    done = press(admin, IMPORT, packed=packed.group(1))

    assert "已登记 2 个仓库" in done.get_data(as_text=True)
    with store.work.read() as session:
        found = {w.name: w for w in queries.warehouses(session, Scope(DISTRICT))}
    assert len(found) == 3
    assert (found["枫泾镇物资点"].division, found["枫泾镇物资点"].tier) == ("310116102", 2)
    assert found["枫泾镇物资点"].lat is not None, "the division's own point"
    assert (found["漕泾镇物资点"].keeper, found["漕泾镇物资点"].lat) == ("朱国平", 30.79)


def test_the_dry_run_names_row_and_column(store: Store, at: Browsers) -> None:
    sheet = workbook(
        ("好仓库", "枫泾镇", "", None, None, None, None),
        ("", "没有这个镇", "", 30.79, None, "138", "也许"),
        ("远处", "松江区", "", 300, 121, None, None),
        ("好仓库", "枫泾镇", "", None, None, "199 0000 0010", None),
    )

    answer = press(at.browser("admin"), IMPORT, file=(sheet, "warehouses.xlsx"))

    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    found = re.findall(r'<td class="n">(\d+)</td><td>([^<]+)</td>', text)
    assert set(found) >= {
        ("3", "仓库名称"), ("3", "所属区划"), ("3", "经度"), ("3", "管理员手机号"), ("3", "在用"), ("4", "所属区划"),
        ("4", "纬度"), ("5", "仓库名称"), ("5", "管理员手机号"),
    }  # fmt: skip
    assert 'name="packed"' not in text
    with store.work.read() as session:
        assert len(queries.warehouses(session, Scope(DISTRICT))) == 2


def test_only_the_administrator_imports_warehouses(store: Store, at: Browsers) -> None:
    assert at.browser("keeper").get(IMPORT).status_code == 403
    assert at.browser("admin").get("/stock/warehouses/template.xlsx").status_code == 200
    bad = press(at.browser("admin"), IMPORT, file=(io.BytesIO(b"hello"), "x.xlsx"))
    assert bad.status_code in (400, 422)
