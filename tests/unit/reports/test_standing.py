"""The fold behind the consolidated sheets: any order gives the same, nothing is counted twice. Pure."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from responder.platform.database import pack
from responder.reports import standing, standings
from responder.reports.standing import ADDITION, TOTAL, Chain, Entry, Told

T0 = datetime(2026, 7, 1, 2, tzinfo=UTC)
A, B, OTHER, TOWN, TOWN2, ROOT = (
    "310116112218", "310116112219", "310116102201", "310116112", "310116102", "310116",
)  # fmt: skip


def told(key: int, kind: str = "followup", basis: str = TOTAL, *, minute: int | None = None, **figures: Any) -> Told:
    """A report said ``minute`` minutes after the first."""
    return Told(key, T0 + timedelta(minutes=key if minute is None else minute), kind, basis, figures, 7)


def sheets(reports: dict[str, list[Told]]) -> dict[str, dict[str, float | int]]:
    """Every line's figures."""
    chains = {code: standing.fold(found) for code, found in reports.items()}
    return {code: line.figures for code, line in standings.consolidated(ROOT, chains).items()}


def test_a_later_word_replaces_and_a_blank_leaves_what_stood() -> None:
    chain = standing.fold([told(1, "initial", affected=87, relocated=18), told(2, affected=90)])
    assert chain.says() == {"affected": 90, "relocated": 18}
    assert chain.reports == 2


def test_what_was_said_earlier_and_came_later_changes_nothing_that_stands() -> None:
    chain = standing.fold([told(1, minute=10, affected=90), told(2, minute=5, affected=87, relocated=3)])
    assert chain.says() == {"affected": 90, "relocated": 3}


def test_a_verification_closes_the_figures() -> None:
    chain = standing.fold([told(1, affected=87), told(2, "verification", affected=80), told(3, affected=99, deaths=1)])
    assert chain.says() == {"affected": 80}
    assert (chain.closed_id, chain.reports) == (2, 3)


def test_only_a_correction_changes_what_was_verified() -> None:
    chain = standing.fold([told(1, "verification", affected=80), told(2, "correction", affected=79)])
    assert chain.says() == {"affected": 79}


def test_villages_add_up_at_each_tier() -> None:
    found = sheets({A: [told(1, affected=87)], B: [told(2, affected=13, deaths=0)], OTHER: [told(3, affected=5)]})
    assert (found[TOWN], found[TOWN2]) == ({"affected": 100, "deaths": 0}, {"affected": 5})
    assert found[ROOT] == {"affected": 105, "deaths": 0}


def test_a_town_s_total_holds_its_villages_and_nothing_is_counted_twice() -> None:
    found = sheets({TOWN: [told(1, affected=100)], A: [told(2, affected=87, injured=2)]})
    assert found[ROOT] == {"affected": 100, "injured": 2}


def test_villages_that_passed_their_town_s_total_count() -> None:
    found = sheets({TOWN: [told(1, affected=100)], A: [told(2, affected=87)], B: [told(3, affected=20)]})
    assert found[TOWN] == found[ROOT] == {"affected": 107}


def test_a_town_s_correction_decides() -> None:
    found = sheets({TOWN: [told(1, "correction", affected=90)], A: [told(2, affected=87)], B: [told(3, affected=20)]})
    assert found[ROOT] == {"affected": 90}


def test_a_town_s_own_additions_stand_beside_its_villages() -> None:
    found = sheets({TOWN: [told(1, "followup", ADDITION, affected=12)], A: [told(2, affected=87)]})
    assert found[TOWN] == {"affected": 99}


def test_what_nobody_gave_is_absent() -> None:
    assert sheets({A: [told(1)]}) == {A: {}, TOWN: {}, ROOT: {}}
    assert standing.effective({}, {}, {}) == {}


def test_whole_sums_are_whole_and_hectares_keep_two_places() -> None:
    found = standing.summed([{"crop_affected": 0.1, "loss_total": 2.0}, {"crop_affected": 0.2}])
    assert found == {"crop_affected": 0.3, "loss_total": 2}
    assert isinstance(found["loss_total"], int)


def test_the_difference_is_between_a_tier_s_own_total_and_its_children() -> None:
    assert standing.differences({"affected": 100, "deaths": 0}, {"affected": 107}) == {"affected": -7}


def test_what_is_kept_is_read_back() -> None:
    said = {"affected": Entry(87, T0.isoformat(), 3, True, 7)}
    assert standing.unpacked(json.loads(pack(said))) == said


KINDS = st.sampled_from(["initial", "followup", "correction", "verification", "zero"])
FIGURES = st.dictionaries(st.sampled_from(["affected", "deaths", "crop_affected"]), st.integers(0, 500), max_size=3)
REPORTS = st.lists(
    st.tuples(st.sampled_from([A, B, OTHER, TOWN, ROOT]), KINDS, st.sampled_from([TOTAL, ADDITION]), FIGURES),
    max_size=12,
)


@given(REPORTS, st.randoms())
def test_any_order_gives_the_same_sheets_and_so_do_differences(reports: list[Any], random: Any) -> None:
    """Folding all at once, and adding one by one as they come with late ones among them, agree."""
    made = [(code, told(n, kind, basis, **figures)) for n, (code, kind, basis, figures) in enumerate(reports, 1)]
    whole: dict[str, list[Told]] = {}
    for code, one in made:
        whole.setdefault(code, []).append(one)
    expected = standings.consolidated(ROOT, {code: standing.fold(found) for code, found in whole.items()})
    random.shuffle(made)
    arrived: dict[str, list[Told]] = {}
    lines: standings.Lines = {}
    for code, one in made:
        chain = lines[code].chain if code in lines else Chain()
        arrived.setdefault(code, []).append(one)
        late = not chain.precedes(one)
        chain = standing.fold(arrived[code]) if late else standing.step(chain, one)
        changed, top = standings.climbed(standings.path(ROOT, code), lines, chain)
        if standings.lost(lines, changed):
            lines = standings.consolidated(ROOT, {key: standing.fold(found) for key, found in arrived.items()})
        else:
            lines = {**lines, **changed}
            assert lines[ROOT].figures == top
    assert lines == expected


@given(REPORTS)
def test_a_tier_is_never_below_its_children_unless_it_decided(reports: list[Any]) -> None:
    whole: dict[str, list[Told]] = {}
    for n, (code, kind, basis, figures) in enumerate(reports, 1):
        whole.setdefault(code, []).append(told(n, kind, basis, **figures))
    lines = standings.consolidated(ROOT, {code: standing.fold(found) for code, found in whole.items()})
    for code, line in lines.items():
        under = standing.summed(o.figures for key, o in lines.items() if standings.path(ROOT, key)[-2:-1] == [code])
        assert line.below == under
        for slug, value in under.items():
            word = line.chain.own.get(slug)
            assert line.figures[slug] >= value or (word is not None and word.decides)
