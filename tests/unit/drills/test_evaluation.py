"""The figures of a drill."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from responder.drills.evaluation import evaluate

START = datetime(2027, 5, 12, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Fact:
    kind: str
    subject: str
    at: datetime


def fact(kind: str, subject: str, minute: float) -> Fact:
    return Fact(kind, subject, START + timedelta(minutes=minute))


def minutes(delay: timedelta | None) -> float | None:
    return None if delay is None else delay.total_seconds() / 60


def test_an_empty_drill_has_no_figures_but_zeros() -> None:
    found = evaluate([])
    assert (found.reports, found.alerted, found.reached, found.unreached) == (0, 0, 0, 0)
    assert found.unreached_share is None
    assert found.first_ack is found.half_ack is found.most_ack is found.report_to_goods is None


def test_ten_missions_alerted_at_once() -> None:
    events = [fact("mission.alerted", f"M{n}", 0) for n in range(10)]
    events += [fact("mission.acknowledged", f"M{n}", n + 1) for n in range(9)]
    found = evaluate(events)
    assert minutes(found.first_ack) == 1
    assert minutes(found.half_ack) == 5
    assert minutes(found.most_ack) == 9
    assert found.reached == 9
    assert found.unreached_share == 0.1


def test_a_share_that_was_never_reached_is_blank_not_zero() -> None:
    events = [fact("mission.alerted", f"M{n}", 0) for n in range(3)] + [fact("mission.acknowledged", "M0", 2)]
    found = evaluate(events)
    assert minutes(found.first_ack) == 2
    assert found.half_ack is None
    assert found.most_ack is None


def test_delays_count_from_each_missions_own_alert() -> None:
    events = [fact("mission.alerted", "M1", 0), fact("mission.acknowledged", "M1", 4)]
    events += [fact("mission.alerted", "M2", 60), fact("mission.acknowledged", "M2", 61)]
    assert minutes(evaluate(events).first_ack) == 1


def test_a_reminder_does_not_restart_the_clock() -> None:
    events = [
        fact("mission.alerted", "M1", 0),
        fact("mission.alerted", "M1", 10),
        fact("mission.acknowledged", "M1", 12),
    ]
    assert minutes(evaluate(events).first_ack) == 12


def test_leaving_without_an_answer_is_an_answer() -> None:
    events = [
        fact("mission.alerted", "M1", 0),
        fact("mission.en_route", "M1", 3),
        fact("mission.acknowledged", "M1", 9),
    ]
    found = evaluate(events)
    assert minutes(found.first_ack) == 3
    assert minutes(found.first_out) == 3


def test_a_no_is_reached_but_not_acknowledged() -> None:
    events = [fact("mission.alerted", "M1", 0), fact("mission.declined", "M1", 1)]
    found = evaluate(events)
    assert (found.reached, found.declined, found.unreached) == (1, 1, 0)
    assert found.first_ack is None


def test_silence_that_was_recorded_stays_silence() -> None:
    found = evaluate([fact("mission.alerted", "M1", 0), fact("mission.no_answer", "M1", 10)])
    assert (found.alerted, found.reached, found.unreached_share) == (1, 0, 1.0)


def test_the_first_response_clock_starts_at_the_first_report() -> None:
    events = [
        fact("report.received", "R1", 0),
        fact("mission.created", "M1", 5),
        fact("mission.alerted", "M1", 5),
        fact("report.received", "R2", 20),
        fact("mission.arrived", "M1", 45),
        fact("stock.issued", "D1", 60),
    ]
    found = evaluate(events)
    assert found.reports == 2
    assert minutes(found.first_arrival) == 40
    assert minutes(found.report_to_scene) == 45
    assert minutes(found.report_to_goods) == 60


def test_goods_issued_before_any_report_are_no_answer_to_it() -> None:
    events = [fact("stock.issued", "D1", 0), fact("report.received", "R1", 5), fact("stock.issued", "D2", 30)]
    assert minutes(evaluate(events).report_to_goods) == 25
