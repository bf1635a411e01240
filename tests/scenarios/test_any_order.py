"""Any order and repetition of the same messages gives the same sheets (hypothesis, and the real edges shuffled)."""

import itertools
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from responder.app import House
from responder.messaging.models import Inbound
from responder.reports import service
from responder.reports.commands import FileReport, Said
from responder.reports.models import Report
from responder.reports.rules import ChainClosed
from tests.scenarios.agreement import agree
from tests.scenarios.district import ROOT, District, at, opened
from tests.scenarios.oracle import Book, Figures, Word

START = at(8, "19:00")
TOWNS = ("310116112", "310116102")
VILLAGES = ("310116112218", "310116112201", "310116102201")
SLUGS = ("relocated", "houses_collapsed", "crop_affected")


@pytest.fixture
def district(house: House) -> Iterator[District]:
    with opened(house, START) as found:
        yield found


@st.composite
def words(draw: st.DrawFn) -> list[Word]:
    """What a handful of divisions say of one disaster, each at a moment of its own."""
    minutes = draw(st.lists(st.integers(1, 600), min_size=2, max_size=9, unique=True))
    found = []
    for order, minute in enumerate(minutes):
        division = draw(st.sampled_from((*VILLAGES, *VILLAGES, *TOWNS, ROOT)))
        kind = draw(st.sampled_from(("initial", "followup", "followup", "correction", "verification")))
        figures = draw(st.dictionaries(st.sampled_from(SLUGS), st.integers(0, 40), min_size=1))
        addition = len(division) < 12 and kind == "followup" and draw(st.booleans())
        source = draw(st.sampled_from(("own", "own", "own", "government")))
        found.append(
            Word(division, kind, dict(figures), START + timedelta(minutes=minute), order, addition, source)
        )  # fmt: skip
    return found


_turns = itertools.count(1)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said=words(), data=st.data())
def test_filed_in_any_order(district: District, said: list[Word], data: st.DataObject) -> None:
    turn = next(_turns)
    arrivals = data.draw(st.permutations([*said, *data.draw(st.lists(st.sampled_from(said), max_size=4))]))
    # Another week, another flood: nothing of the one before is near in time.
    lag = timedelta(days=7 * turn)
    district.clock.move_to(START + lag)
    coordinator = district.actor("coordinator")
    with district.house.work.begin(coordinator) as uow:
        opening = FileReport("initial", "flood", ROOT, figures={"affected": 500}, form_key=f"o{turn}")
        incident = service.file(uow, opening).incident
    assert incident is not None
    book = Book(ROOT, [Word(ROOT, "initial", {"affected": 500}, START + lag)])
    district.clock.shift(timedelta(hours=12))
    for word in arrivals:
        command = FileReport(
            word.kind, None if word.kind != "initial" else "flood", word.division, figures=word.figures, ref=incident,
            basis="addition" if word.addition else "total", source=word.source, said_at=word.at + lag,
            form_key=f"{turn}:{word.order}", reason="核对", said=Said("某人", person_id=None),
        )  # fmt: skip
        # Said after the verification: the reporter is told to send a correction. It changes no figure either way.
        with suppress(ChainClosed), district.house.work.begin(coordinator) as uow:
            assert service.file(uow, command).incident == incident
    book.words += [replace(word, at=word.at + lag) for word in said]
    agree(district, incident, book, (ROOT, *TOWNS))


MORNING = at(9, "07:00")


def _messages(district: District) -> tuple[list[tuple[str, str, str]], list[tuple[str, Word]]]:
    """Texts (who, words, provider's name) and kept forms (who, what they say). No two texts tell the same figure of
    the same place: a text was said when it comes in. Forms carry their own time and may overtake one another."""
    texts, forms = [], []
    villages = [village for town in district.towns for village in district.villages[town]]
    for n, village in enumerate(villages[1:21]):
        texts.append((village, f"S1001 续报 转移{20 + n}人，受灾{100 + n}人", f"T{n}"))
    for n, village in enumerate(villages[:12]):
        for step, kind in enumerate(("followup", "followup", "correction")):
            figures: Figures = {"houses_collapsed": 3 + n + step, "injured": step + n % 3}
            forms.append((village, Word(village, kind, figures, START + timedelta(minutes=7 * n + 60 * step + 1))))
    for n, town in enumerate(district.towns[:4]):
        forms.append((town, Word(town, "followup", {"relocated": 60 + 40 * n}, START + timedelta(minutes=90 + n))))
        forms.append((town, Word(town, "followup", {"relocated": 50 + 50 * n}, START + timedelta(minutes=200 + n))))
    forms.append((villages[0], Word(villages[0], "verification", {"houses_collapsed": 9}, START + timedelta(hours=8))))
    return texts, [(who, replace(word, order=order)) for order, (who, word) in enumerate(forms)]


@pytest.mark.parametrize("seed", range(2))
def test_delivered_in_any_order(district: District, seed: int) -> None:
    chance = random.Random(seed)
    texts, forms = _messages(district)
    district.form("coordinator", ROOT, affected="10")
    book = Book(ROOT, [Word(ROOT, "initial", {"affected": 10}, START)])
    deliveries: list[tuple[str, Any]] = [("text", one) for one in texts] + [("form", one) for one in forms]
    deliveries += chance.choices(deliveries, k=len(deliveries) // 3)
    chance.shuffle(deliveries)
    for n, (way, one) in enumerate(deliveries):
        district.clock.move_to(MORNING + timedelta(seconds=20 * n))
        if way == "text":
            who, body, name = one
            district.text(who, body, name=name)
        else:
            who, word = one
            fields: dict[str, object] = {"reason": "清点有误"} if word.kind == "correction" else {}
            waited = district.now - word.at
            answered = district.kept(
                who, word.division, waited, f"K{word.order}", kind=word.kind, ref="S1001", **fields, **word.figures
            )
            assert answered.status_code in (200, 201), answered.text
    book.words += [word for _who, word in forms]
    for n, (who, _body, _name) in enumerate(texts):
        figures: Figures = {"relocated": 20 + n, "affected": 100 + n}
        book.words.append(Word(district.people[who].division, "followup", figures, MORNING))
    agree(district, "S1001", book)
    came = district.rows(Inbound)
    assert sorted(row["provider_id"] for row in came) == sorted(name for _who, _body, name in texts)
    assert {row["outcome"] for row in came} == {"report"}
    filed = district.rows(Report)
    assert len(filed) == 1 + len(texts) + len(forms)
    assert sorted(row["inbound_id"] for row in filed if row["inbound_id"]) == sorted(row["id"] for row in came)


@pytest.mark.parametrize("late_first", [False, True])
def test_of_two_verifications_the_one_that_was_said_first_closes(district: District, late_first: bool) -> None:
    village = VILLAGES[0]
    district.form("coordinator", ROOT, affected="10")
    book = Book(ROOT, [Word(ROOT, "initial", {"affected": 10}, START)])
    said = [Word(village, "verification", {"relocated": 40 + n}, START + timedelta(hours=1 + n), n) for n in range(2)]
    district.clock.move_to(MORNING)
    for word in reversed(said) if late_first else said:
        waited = district.now - word.at
        answered = district.kept(
            village, village, waited, f"V{word.order}", kind=word.kind, ref="S1001", **word.figures
        )
        assert answered.status_code == (201 if late_first or not word.order else 409)
    book.words += said
    agree(district, "S1001", book)
