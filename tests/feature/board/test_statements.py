"""What a page costs: a bounded number of statements, however much is stored."""

import pytest

from tests.cast import client_for
from tests.feature.board.conftest import Night, statements

MOST = 33
FRAGMENTS = {
    "/board/_reports": 12, "/board/_needs": 21, "/board/_missions": 12, "/board/_stock": 12, "/board/map.json": 16,
    "/board/_incident": 22, "/incidents/S1001": 42,
}  # fmt: skip


def cost(night: Night, path: str) -> int:
    client = client_for(night.house, "coordinator")
    client.get(path)
    with statements(night.house) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_the_board_is_bounded_and_does_not_grow(night: Night) -> None:
    first = cost(night, "/")
    assert first <= MOST
    for n in range(30):
        night.file("village" if n % 2 else "town", kind="followup", ref=night.incident, figures={"relocated": 88 + n})
    for n in range(8):
        night.file("town", hazard="traffic_accident" if n % 2 else "drowning", division="310116112", text="在 118 号")
    assert cost(night, "/") <= first


def test_a_plan_in_a_line_costs_little_more(night: Night) -> None:
    without = cost(night, "/")
    night.file("town", hazard="flood", division="310116112", text="2 人被困屋顶")
    assert "看方案" in client_for(night.house, "coordinator").get("/").get_data(as_text=True)
    assert cost(night, "/") <= without + 10


@pytest.mark.parametrize("path", FRAGMENTS)
def test_a_fragment_is_cheap(night: Night, path: str) -> None:
    assert cost(night, path) <= FRAGMENTS[path]
