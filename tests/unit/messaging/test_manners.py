"""Quiet hours across midnight and in the branch's own zone; a file that makes no sense is refused."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from responder.messaging.manners import Manners, Quiet, manners

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = Quiet(**{"from": time(22), "until": time(7)})


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (datetime(2026, 7, 8, 13, 59, tzinfo=UTC), datetime(2026, 7, 8, 13, 59, tzinfo=UTC)),  # 21:59 there
        (datetime(2026, 7, 8, 14, 0, tzinfo=UTC), datetime(2026, 7, 8, 23, 0, tzinfo=UTC)),  # 22:00 → 07:00
        (datetime(2026, 7, 8, 17, 0, tzinfo=UTC), datetime(2026, 7, 8, 23, 0, tzinfo=UTC)),  # 01:00 → 07:00
        (datetime(2026, 7, 8, 23, 0, tzinfo=UTC), datetime(2026, 7, 8, 23, 0, tzinfo=UTC)),  # 07:00
    ],
)
def test_quiet_hours_across_midnight(now: datetime, then: datetime) -> None:
    assert NIGHT.over(now, SHANGHAI) == then


def test_another_zone_has_another_night() -> None:
    assert NIGHT.over(datetime(2026, 7, 8, 14, 0, tzinfo=UTC), ZoneInfo("Asia/Urumqi")).hour == 14


def test_quiet_hours_within_a_day() -> None:
    noon = Quiet(**{"from": time(12), "until": time(14)})
    now = datetime(2026, 7, 8, 5, 0, tzinfo=UTC)
    assert noon.over(now, SHANGHAI) == datetime(2026, 7, 8, 6, 0, tzinfo=UTC)


def test_what_ends_with_a_person_must_not_wait_for_ever() -> None:
    made = manners().model_dump(by_alias=True)
    made["kinds"]["alert"]["patience_minutes"] = 0
    with pytest.raises(ValidationError, match="patience_minutes"):
        Manners.model_validate(made)
