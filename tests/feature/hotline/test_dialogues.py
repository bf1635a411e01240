"""Whole conversations by text: every line gets its answer, the right reports are on file, nothing is counted twice."""

from datetime import timedelta
from functools import cache

import pytest
import time_machine
from sqlalchemy import update

from responder.accounts.models import Person
from responder.kernel import clock
from responder.places import service as places
from responder.places import sources
from responder.places.commands import LoadProfile
from responder.reports import service as reports
from responder.reports.commands import Review
from tests import cast
from tests.feature.hotline.conftest import Hotline
from tests.feature.hotline.dialogues import JINSHAN_TALKS, Dialogue
from tests.feature.hotline.dialogues_jilin import JILIN_TALKS, NONGAN, QIANGANG, YONGAN

JILIN = {"village": QIANGANG, "town": QIANGANG[:9], "coordinator": NONGAN, "director": "22"}
SEATS = {"county": "coordinator", "province": "director"}


@cache
def _some_of_jilin() -> LoadProfile:
    """The province down to its counties, and the villages whose names repeat. Read once: 13,000 rows."""
    whole = sources.gather("jilin")
    kept = {
        one.code
        for one in whole.divisions
        if len(one.code) <= 6 or one.name.startswith("太平村") or one.code in (QIANGANG[:9], YONGAN[:9])
    }
    kept |= {code[:9] for code in kept if len(code) == 12}
    return LoadProfile(whole.profile, tuple(one for one in whole.divisions if one.code in kept), whole.boundary)


@pytest.fixture
def jilin(hotline: Hotline) -> Hotline:
    """The same people at places in Jilin, where village names repeat."""
    with hotline.house.work.begin(cast.SYSTEM) as uow:
        places.load_profile(uow, _some_of_jilin())
        for username, code in JILIN.items():
            uow.session.execute(update(Person).where(Person.username == username).values(division_code=code))
    return hotline


@pytest.mark.parametrize("talk", JINSHAN_TALKS, ids=lambda talk: talk.name)
def test_in_jinshan(hotline: Hotline, talk: Dialogue) -> None:
    hold(hotline, talk, "310116")


@pytest.mark.parametrize("talk", JILIN_TALKS, ids=lambda talk: talk.name)
def test_in_jilin(jilin: Hotline, talk: Dialogue) -> None:
    hold(jilin, talk, "22")


def hold(hotline: Hotline, talk: Dialogue, root: str) -> None:
    """Plays a dialogue, every line a few seconds after the one before."""
    with time_machine.travel(clock.now(), tick=True) as clocked:
        for who, text, wanted in talk.lines:
            clocked.shift(timedelta(seconds=5))
            if who == "wait":
                clocked.shift(timedelta(minutes=int(text)))
                continue
            if who == "send":
                hotline.send_out(hotline.team())
                continue
            if who == "return":
                with hotline.house.work.begin(hotline.actor("coordinator")) as uow:
                    reports.review(uow, Review(text, accept=False, reason="请核对"))
                continue
            if who == "drill":
                hotline.drill()
                continue
            came = hotline.text(SEATS.get(who, who), text)
            said = [row["body"] for row in hotline.outbox() if row["dedup"].endswith(f":reply:{came['id']}")]
            assert len(said) <= 1, "one text, one answer"
            for part in filter(None, wanted.split("|")):
                assert said, (text, came["outcome"])
                assert part in said[0], (text, said[0])
            assert all(len(one) <= 70 or "received" in one or "completed" in one for one in said), said
    filed = hotline.reports(root)[::-1]
    assert [(one.kind, one.division, one.hazard, one.figures) for one in filed] == [
        (one.kind, one.division, one.hazard, dict(one.figures)) for one in talk.filed
    ]
    incidents = hotline.incidents(root)
    assert len(incidents) == talk.incidents
    if talk.totals is not None:
        assert incidents[0].figures == talk.totals
    assert all(row["outcome"] != "" for row in hotline.inbox())
