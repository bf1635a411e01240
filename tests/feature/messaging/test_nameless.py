"""Texts without an id: the same words are one text for a moment, and a new one later."""

from datetime import timedelta

import time_machine

from responder.app import House
from responder.kernel.actors import Actor
from responder.messaging import service
from responder.messaging.commands import Incoming
from responder.messaging.replies import replies
from tests.at_once import at_once

NOBODY = Actor(None, "", "", "sms")
AT = "2026-07-01T02:00:00Z"


def take_in(house: House, body: str = "收到", number: str = "+8619900000004", provider_id: str = "") -> int | None:
    with house.work.begin(NOBODY) as uow:
        return service.take_in(uow, Incoming("kannel", provider_id, number, body))


def test_the_same_words_count_once_within_the_window_and_again_after_it(house: House) -> None:
    with time_machine.travel(AT, tick=False) as moment:
        assert take_in(house) is not None
        moment.shift(replies().same)
        assert take_in(house) is None
        assert take_in(house, number="+8619900000003") is not None
        assert take_in(house, body="收到。") is not None
        moment.shift(timedelta(seconds=1))
        assert take_in(house) is not None
        moment.shift(timedelta(days=1))
        assert take_in(house) is not None


def test_a_clock_that_was_put_back_makes_no_answer_a_repetition(house: House) -> None:
    with time_machine.travel(AT, tick=False) as moment:
        assert take_in(house) is not None
        moment.shift(-timedelta(hours=1))
        assert take_in(house) is not None
        assert take_in(house) is None


def test_a_text_with_an_id_is_known_by_it_alone(house: House) -> None:
    with time_machine.travel(AT, tick=False) as moment:
        assert take_in(house, provider_id="a") is not None
        assert take_in(house, provider_id="b") is not None
        moment.shift(timedelta(days=30))
        assert take_in(house, provider_id="a") is None


def test_what_was_undone_counts_for_nothing(house: House) -> None:
    try:
        with house.work.begin(NOBODY) as uow:
            assert service.take_in(uow, Incoming("kannel", "", "+8619900000004", "收到")) is not None
            raise LookupError
    except LookupError:
        pass
    assert take_in(house) is not None


def test_of_deliveries_at_the_same_moment_one_is_kept(house: House) -> None:
    gave = at_once(*[lambda: take_in(house) for _ in range(6)])
    assert len([one for one in gave if one is not None]) == 1
