"""Times as people write them become points in time, never ones to come."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.hotline.understanding.moment import moment
from tests.unit.hotline import gold

ZONE = ZoneInfo("Asia/Shanghai")
AFTERNOON = datetime(2026, 9, 16, 16, 5, tzinfo=ZONE)
AFTER_MIDNIGHT = datetime(2026, 9, 16, 0, 35, tzinfo=ZONE)


def _local(span: str, received: datetime) -> str | None:
    found = moment(span, received, ZONE)
    return found.astimezone(ZONE).strftime("%m-%d %H:%M") if found else None


@pytest.mark.parametrize(
    ("span", "when"),
    [
        ("今晨3点", "09-16 03:00"),
        ("凌晨2时许", "09-16 02:00"),
        ("昨晚11点半", "09-15 23:30"),
        ("9月16日14:30", "09-16 14:30"),
        ("刚刚", "09-16 16:05"),
        ("刚才3点", "09-16 15:00"),
        ("an hour ago", "09-16 15:05"),
        ("30 minutes ago", "09-16 15:35"),
        ("半小时前", "09-16 15:35"),
        ("一个半小时前", "09-16 14:35"),
        ("两个钟头前", "09-16 14:05"),
        ("昨夜2点", "09-16 02:00"),
        ("昨晚两点", "09-16 02:00"),
        ("晚上12点", "09-16 00:00"),
        ("9月15日晚12点", "09-16 00:00"),
        ("下午3点半", "09-16 15:30"),
        ("傍晚五点多", "09-15 17:00"),
        ("2:17", "09-16 02:17"),
        ("3点20", "09-16 15:20"),
        ("十二点一刻", "09-16 12:15"),
        ("0230时", "09-16 02:30"),
        ("16日8时", "09-16 08:00"),
        ("昨儿晚上八点来钟", "09-15 20:00"),
        ("7月25日夜11时许", "07-25 23:00"),
        ("11pm last night", "09-15 23:00"),
        ("2 am last night", "09-16 02:00"),
        ("yesterday 5pm", "09-15 17:00"),
        ("Sep 16 at 4am", "09-16 04:00"),
        ("周一下午2点", "09-14 14:00"),
        ("上周五上午9点", "09-11 09:00"),
        ("中午1点", "09-16 13:00"),
        ("后半夜三点", "09-16 03:00"),
        ("二十三点四十", "09-15 23:40"),
        ("９月１６日 ８：２０", "09-16 08:20"),
        ("今晨３点", "09-16 03:00"),
        ("16:10", "09-16 16:05"),
    ],
)
def test_a_time_with_its_hour(span: str, when: str) -> None:
    assert _local(span, AFTERNOON) == when


@pytest.mark.parametrize(
    ("span", "when"),
    [
        ("昨晚11点", "09-15 23:00"),
        ("今晚11点", "09-15 23:00"),
        ("晚上11点", "09-15 23:00"),
        ("23:50", "09-15 23:50"),
        ("半夜12点", "09-16 00:00"),
        ("凌晨1点", "09-15 01:00"),
    ],
)
def test_told_after_midnight(span: str, when: str) -> None:
    assert _local(span, AFTER_MIDNIGHT) == when


@pytest.mark.parametrize(
    "span",
    ["昨夜", "傍晚", "9月16日", "last night", "今晚8点", "明天8点", "20日8时", "2月30日3时", "2019年9月1日3时", "25:00",
     "入夏以来", "前几天", "当晚9点", "", "救命", "近日"],
)  # fmt: skip
def test_nothing_is_guessed(span: str) -> None:
    assert moment(span, AFTERNOON, ZONE) is None


def test_a_day_without_a_year_is_the_last_one() -> None:
    new_year = datetime(2027, 1, 1, 1, 0, tzinfo=ZONE)
    assert moment("12月31日23时", new_year, ZONE) == datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    assert moment("12月31日23时", AFTERNOON, ZONE) is None


def test_the_words_are_those_of_the_branch_s_zone() -> None:
    received = datetime(2026, 9, 16, 20, 0, tzinfo=UTC)  # 04:00 on the 17th in Shanghai, 22:00 on the 16th in Berlin
    assert moment("凌晨3点", received, ZONE) == datetime(2026, 9, 16, 19, 0, tzinfo=UTC)
    assert moment("凌晨3点", received, ZoneInfo("Europe/Berlin")) == datetime(2026, 9, 16, 1, 0, tzinfo=UTC)


_BITS = st.sampled_from(
    [
        *"0123456789:点时分半月日号年周前上下",
        "昨",
        "今",
        "晚",
        "凌晨",
        "下午",
        "中午",
        "夜",
        "刚刚",
        "小时前",
        " ago",
        "am",
        "pm",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(_BITS, max_size=14).map("".join)), st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)
))  # fmt: skip
def test_never_in_the_future_never_an_error(span: str, naive: datetime) -> None:
    received = naive.replace(tzinfo=UTC)
    found = moment(span, received, ZONE)
    assert found is None or timedelta() <= received - found <= timedelta(days=401)


def test_every_spoken_hour_of_our_texts_is_read() -> None:
    spans = {record["expected"]["occurred"] for name in ("texts.jsonl", "samples.jsonl") for record in gold.lines(name)}
    spoken = [span for span in spans if span and "点" in span and "月" not in span]
    received = datetime(2026, 12, 1, 23, 59, tzinfo=ZONE)
    assert len(spoken) > 10
    assert [span for span in spoken if moment(span, received, ZONE) is None] == []
