"""Which road a text takes, why not another, and what is next when none is left."""

from datetime import UTC, datetime, timedelta

import pytest

from responder.kernel.notices import ALERT, ROUTINE
from responder.messaging.breaker import Breaker
from responder.messaging.caps import Tally
from responder.messaging.gateways import Capabilities
from responder.messaging.manners import Course, Order, Retries
from responder.messaging.roads import Choice, Failure, Text, Way, choose, step, why

NOW = datetime(2026, 7, 8, 12, tzinfo=UTC)
RETRIES = Retries(temporary=(1, 2), unknown=(1,), config=(5,))
COURSE = Course(patience_minutes=10, voice=True, person=True, queue_seconds=5)


def text(body: str = "水", **more: object) -> Text:
    facts: dict[str, object] = {
        "number": "+8613800138000", "kind": "alert", "body": body, "words": body, "template": "t", "lang": "zh",
        "form": True, "priority": ROUTINE, "since": NOW,
    }  # fmt: skip
    return Text(**(facts | more))  # type: ignore[arg-type]


def way(name: str, *, can: Capabilities | None = None, **more: object) -> Way:
    return Way(name, name.partition("/")[0], can or Capabilities(), **more)  # type: ignore[arg-type]


def pick(one: Text, *ways: Way, tally: Tally | None = None, past: tuple[Failure, ...] = (), yes: bool = True) -> Choice:
    return choose(one, ways, tally or Tally(), past, lambda *_: yes, NOW, COURSE)


def test_the_first_that_can() -> None:
    assert pick(text(), way("a"), way("b")).road == "a"


@pytest.mark.parametrize(
    ("facts", "can", "reason"),
    [
        ({"number": "+85261234567"}, Capabilities(serves=("+86",)), "elsewhere"),
        ({}, Capabilities(text_out=False), "no_text"),
        ({"form": False}, Capabilities(freeform=False), "form"),
        ({"drill": True}, Capabilities(freeform=False), "form"),
        ({"body": "看 https://a.cn"}, Capabilities(links=False), "link"),
        ({"body": "看 redcross.org.cn/x"}, Capabilities(links=False), "link"),
        ({"body": "水" * 67}, Capabilities(max_chars=70, signature="【红会】"), "too_long"),
    ],
)
def test_what_a_road_can_t_carry_is_named(facts: dict[str, object], can: Capabilities, reason: str) -> None:
    choice = pick(text(**facts), way("a", can=can), way("b"))  # type: ignore[arg-type]
    assert (choice.road, choice.reasons) == ("b", {"a": reason})


def test_an_approved_form_is_needed_where_no_free_text_goes() -> None:
    forms = way("a", can=Capabilities(freeform=False))
    assert pick(text(), forms, yes=True).road == "a"
    assert pick(text(), forms, yes=False).reasons == {"a": "form"}


def test_caps_budgets_and_breakers_pass_it_on() -> None:
    tally = Tally()
    tally.add("a", "水", "t", NOW)
    capped = way("a", can=Capabilities(same_per_day=1))
    opened = way("b", breaker=Breaker(5, NOW, NOW + timedelta(seconds=30)))
    choice = pick(text(), capped, opened, way("c", left=0), way("d", well=False), way("e"), tally=tally)
    assert choice.road == "e"
    assert choice.reasons == {"a": "same_cap", "b": "breaker", "c": "budget", "d": "unwell"}


def test_content_is_tried_elsewhere_and_never_again_in_the_same_words() -> None:
    past = (Failure("a", "水", "content", NOW),)
    assert pick(text(), way("a"), way("b"), past=past).road == "b"
    assert pick(text("火"), way("a"), past=past).road == "a"


def test_a_bad_number_is_bad_for_all_texts_but_may_be_rung() -> None:
    past = (Failure("a", "水", "permanent_number", NOW),)
    choice = pick(text(), way("a"), way("b"), way("a/call"), past=past)
    assert (choice.road, set(choice.reasons.values())) == ("a/call", {"bad_number"})


def test_a_busy_road_is_passed_over_while_another_is_free() -> None:
    assert pick(text(), way("a", queue=60), way("b", queue=1)).road == "b"
    assert pick(text(), way("a", queue=60), way("b", queue=600)).road == "a"


def test_an_alert_is_no_probe_while_another_road_is_sure() -> None:
    shaky = way("a", breaker=Breaker(5, NOW, NOW))
    assert pick(text(), shaky, way("b")).road == "a"
    assert pick(text(priority=ALERT), shaky, way("b")).road == "b"
    assert pick(text(priority=ALERT), shaky).road == "a"


def test_every_road_once_in_a_round() -> None:
    first = Failure("a", "水", "temporary", NOW)
    assert pick(text(), way("a"), way("b"), past=(first,)) == Choice("b", {}, 0)
    both = (first, Failure("b", "水", "temporary", NOW))
    assert pick(text(), way("a"), way("b"), past=both) == Choice("a", {}, 1)


class TestStep:
    def test_a_road_not_yet_tried_at_once_even_when_patience_is_over(self) -> None:
        late = NOW + timedelta(hours=5)
        assert step(text(), Choice("b"), (), late, COURSE, RETRIES).do == "go"

    def test_a_new_round_after_its_wait(self) -> None:
        past = (Failure("a", "水", "temporary", NOW),)
        found = step(text(), Choice("a", rounds=1), past, NOW, COURSE, RETRIES)
        assert (found.do, found.until) == ("wait", NOW + timedelta(minutes=1))
        later = NOW + timedelta(minutes=1)
        assert step(text(), Choice("a", rounds=1), past, later, COURSE, RETRIES).do == "go"

    def test_the_last_road_when_rounds_or_patience_are_over(self) -> None:
        past = tuple(Failure("a", "水", "temporary", NOW) for _ in range(3))
        assert step(text(), Choice("a", rounds=3), past, NOW, COURSE, RETRIES).do == "last"
        one = past[:1]
        patient = NOW + timedelta(minutes=10)
        assert step(text(), Choice("a", rounds=1), one, patient, COURSE, RETRIES).do == "last"

    def test_no_wait_is_longer_than_patience(self) -> None:
        past = (Failure("a", "水", "config", NOW + timedelta(minutes=8)),)
        found = step(text(), Choice("a", rounds=1), past, NOW + timedelta(minutes=8), COURSE, RETRIES)
        assert found.until == NOW + timedelta(minutes=10)

    def test_a_road_refused_for_now_is_waited_for(self) -> None:
        opens = NOW + timedelta(seconds=30)
        choice = pick(text(), way("a", breaker=Breaker(5, NOW, opens)))
        assert step(text(), choice, (), NOW, COURSE, RETRIES).until == opens

    def test_a_road_that_never_can_is_not(self) -> None:
        choice = pick(text(), way("a", can=Capabilities(text_out=False)))
        assert step(text(), choice, (), NOW, COURSE, RETRIES).do == "last"


def test_the_reason_in_one_word() -> None:
    assert why(Choice(reasons={"a": "same_cap", "b": "breaker"}), ()) == "cap"
    assert why(Choice(reasons={"a": "budget"}), ()) == "budget"
    assert why(Choice(reasons={"a": "form"}), ()) == "no_road"
    assert why(Choice(), (Failure("a", "水", "opted_out", NOW),)) == "opted_out"


def test_another_order_for_some() -> None:
    abroad = Order(kinds=("alert",), numbers=("+852",), gateways=("twilio",))
    assert abroad.fits("alert", "+85261234567")
    assert not abroad.fits("alert", "+8613800138000")
    assert not abroad.fits("routine", "+85261234567")
