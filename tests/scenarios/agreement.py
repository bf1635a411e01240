"""The product's sheets beside the oracle's, tier by tier."""

from collections.abc import Mapping, Sequence

from responder.incidents import queries as incidents
from responder.platform.scope import Scope
from responder.reports import sheets
from responder.reports.sheets import Cell
from tests.scenarios.district import ROOT, District
from tests.scenarios.oracle import Book, Line


def agree(district: District, incident: str, book: Book, tiers: Sequence[str] = ()) -> None:
    """Every tier's sheet of an incident, and the incident's own figures, say what the oracle says."""
    totals, lines = book.totals(), book.lines()
    others = {source: book.totals(source) for source in ("government", "media")}
    with district.house.work.read() as session:
        scope = Scope(ROOT)
        one = incidents.incident(session, scope, incident)
        assert one is not None
        assert one.figures == totals.get(ROOT, {}), incident
        for tier in tiers or (ROOT, *district.towns):
            found = sheets.sheet(session, scope, incident, tier)
            if tier not in totals:
                assert found is None or (found.tier.silent and all(row.silent for row in found.rows)), (incident, tier)
                continue
            assert found is not None, (incident, tier)
            for row in (found.tier, *found.rows):
                _same(row, totals.get(row.division, {}), lines.get(row.division, Line()))
            children = {row.division for row in found.rows}
            assert {code for code in totals if code[:-3] == tier and code != tier} <= children
            assert found.tier.below == book.below(tier, totals), (incident, tier)
            assert found.tier.differences == book.differences(tier, totals), (incident, tier)
            for source, said in others.items():
                beside = found.sources.get(source)
                assert (beside.figures if beside else {}) == said.get(tier, {}), (source, tier)


def _same(row: sheets.Row, figures: Mapping[str, float], line: Line) -> None:
    assert row.figures == figures, row.division
    assert _values(row.own) == line.own, row.division
    assert _values(row.additions) == line.added, row.division
    assert (row.closed is not None) == line.closed, row.division


def _values(cells: Mapping[str, Cell]) -> dict[str, float]:
    return {slug: cell.value for slug, cell in cells.items()}
