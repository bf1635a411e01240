"""From a time as written to a point in time, seen from when the text came: 今晨3点, 昨晚11点半, an hour ago."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from responder.hotline.understanding import numerals
from responder.hotline.understanding.english import numbers as english
from responder.hotline.understanding.normalise import normalise

LONGEST_AGO = timedelta(days=400)
"""What is said to have happened longer ago than this is a slip of the finger, or no event of today."""

SLACK = timedelta(minutes=15)
"""A phone's clock runs ahead of ours by no more; 3点 told at 2:58 is now, not yesterday."""

_CN = "零〇一二两三四五六七八九十"
_AFTERNOON = ("下午", "午后", "傍", "晚", "天黑", "pm", "afternoon", "evening", "tonight")
_NIGHT = ("夜", "午夜", "night")
_NOON = ("中午", "正午", "晌午", "noon")
_MORNING = ("凌晨", "晨", "早", "上午", "天亮", "天没亮", "天刚亮", "天快亮", "am", "morning", "dawn")

_NOW = re.compile(r"刚刚|刚才|方才|just now", re.IGNORECASE)
_AGO = re.compile(
    rf"(?P<n>半|\d{{1,3}}(?:\.\d)?|[{_CN}]{{1,3}})个?(?P<half>半)?(?:多)?(?P<unit>小时|钟头|分钟|刻钟)(?:左右|多)?[之以]?前"
)
_AGO_ENGLISH = re.compile(
    r"(?P<n>half an|an?|one|two|three|four|five|six|\d{1,3})\s+(?P<unit>hour|min)\w*\s+ago", re.IGNORECASE
)
_PARTS_OF_HOUR = {"半": 30, "一刻": 15, "三刻": 45}
_MINUTES = {"小时": 60, "钟头": 60, "刻钟": 15, "分钟": 1, "hour": 60, "min": 1}

_DATE = re.compile(
    rf"(?:(?P<y>\d{{4}})[年/.-]|(?P<thisyear>今年)|(?P<lastyear>去年))?(?P<m>\d{{1,2}}|[{_CN}]{{1,3}})[月/.-](?P<d>\d{{1,2}}|[{_CN}]{{1,3}})(?![\d.])"
    r"|(?P<lastmonth>上月|上个月)?(?P<dd>\d{1,2})[日号]"
)
_DATE_ENGLISH = re.compile(
    r"(?P<mon>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{4}))?"
    r"|(?P<d2>\d{1,2})(?:st|nd|rd|th)?\s+(?P<mon2>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*(?:,?\s+(?P<y2>\d{4}))?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = re.compile(r"(?P<last>上)?(?:个)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_DAYS_BEFORE = (("前天", 2), ("前日", 2), ("前晚", 2), ("前夜", 2), ("昨", 1), ("yesterday", 1), ("last night", 1))
_TODAY = ("今", "当天", "当日", "today", "tonight", "this ")
_UNKNOWN_DAY = re.compile(
    r"明|后天|次日|当晚|除夕|大年|国庆|春节|近日|日前|以来|月份|旬|月初|月底|前几天|前两天|[天周]前"
)

_COLON = re.compile(r"(?<!\d)(?P<h>\d{1,2}):(?P<min>\d{2})(?::\d{2})?\s*(?P<half>[ap])?\.?m?", re.IGNORECASE)
_SPOKEN = re.compile(
    rf"(?P<h>\d{{1,2}}|[{_CN}]{{1,3}})(?P<mark>[时点])(?:钟|整|来钟|多钟)?"
    rf"(?:(?P<part>半|一刻|三刻)|(?P<min>\d{{1,2}}|[{_CN}]{{2,3}}|(?<=点)[{_CN}]{{1,3}}(?=分)|(?<=时)[{_CN}]{{1,3}}(?=分))分?)?"
)
_FOUR_DIGITS = re.compile(r"(?<!\d)(?P<h>[0-2]\d)(?P<min>[0-5]\d)(?=[时分]|\s*h)")
_ENGLISH_HOUR = re.compile(r"(?<![\d:])(?P<h>\d{1,2})\s*(?P<half>[ap])\.?m\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Clock:
    """Hour and minute as written; ``formal`` where nothing but the 24-hour clock can be meant."""

    hour: int
    minute: int
    formal: bool


def moment(span: str, received_at: datetime, zone: ZoneInfo) -> datetime | None:
    """When it was (UTC), for a time as written, told at ``received_at``, in the words of people living in ``zone``.

    None where the words give no hour (昨夜, 9月16日) or none in the past: nothing is guessed, and the reporting clock
    then begins at receipt. Never after ``received_at``. Never raises for any words; ``received_at`` must have a zone.
    """
    said = normalise(span[:120]).plain.lower()
    now = received_at.astimezone(zone)
    ago = _ago(said)
    if ago is not None:
        return (now - ago).astimezone(UTC)
    clock = _clock(said)
    if clock is None or _UNKNOWN_DAY.search(said):
        return None
    known, day = _day(said, now.date())
    if known and day is None:
        return None
    found = _latest(said, clock, day, now)
    if found is None or now - found > LONGEST_AGO:
        return None
    return min(found, now).astimezone(UTC)


def _ago(said: str) -> timedelta | None:
    """How long ago, for 刚刚 and 半小时前."""
    if _NOW.search(said) and not _clock(said):
        return timedelta()
    found = _AGO.search(said) or _AGO_ENGLISH.search(said)
    if found is None:
        return None
    written, unit = found.group("n").strip(), _MINUTES[found.group("unit")]
    amount: float | None
    if written in ("半", "half an"):
        amount = 0.5
    elif written.isascii() and written.isalpha():
        amount = english.value(written)
    else:
        amount = float(written) if written[0].isdigit() else numerals.read(written)
    if amount is None:
        return None
    half = 0.5 if found.groupdict().get("half") else 0
    return timedelta(minutes=(amount + half) * unit)


def _clock(said: str) -> _Clock | None:
    """The first hour that is told."""
    found = _COLON.search(said) or _ENGLISH_HOUR.search(said)
    if found:
        hour, minute = int(found.group("h")), int(found.groupdict().get("min") or 0)
        half = (found.group("half") or "").lower()
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        return _sound(hour, minute, True)
    found = _FOUR_DIGITS.search(said)
    if found:
        return _sound(int(found.group("h")), int(found.group("min")), True)
    found = _SPOKEN.search(said)
    if found:
        told, part, minutes = _number(found.group("h")), found.group("part"), found.group("min")
        past = _PARTS_OF_HOUR[part] if part else _number(minutes or "0")
        return None if told is None or past is None else _sound(told, past, found.group("mark") == "时")
    if any(word in said for word in _NOON):
        return _Clock(12, 0, True) if said.isascii() else None
    return _Clock(0, 0, True) if "midnight" in said else None


def _sound(hour: int, minute: int, formal: bool) -> _Clock | None:
    return _Clock(hour, minute, formal) if 0 <= hour <= 24 and 0 <= minute <= 59 else None


def _number(written: str) -> int | None:
    value = int(written) if written.isdigit() else numerals.read(written)
    return int(value) if value is not None else None


def _day(said: str, today: date) -> tuple[bool, date | None]:
    """Whether a day is told, and which; (True, None) for one that can't be."""
    weekday = _WEEKDAY.search(said)
    if weekday:
        told = "一二三四五六日".index(weekday.group("day").replace("天", "日"))
        back = (today.weekday() - told) % 7
        return True, today - timedelta(days=today.weekday() + 7 - told if weekday.group("last") else back)
    for word, days in _DAYS_BEFORE:
        if word in said:
            return True, today - timedelta(days=days)
    dated = _DATE.search(said)
    if dated:
        return True, _dated(dated, today)
    dated = _DATE_ENGLISH.search(said)
    if dated:
        month = _MONTHS.index((dated.group("mon") or dated.group("mon2")).lower()[:3]) + 1
        year = dated.group("y") or dated.group("y2")
        return True, _past(int(year) if year else None, month, int(dated.group("d") or dated.group("d2")), today)
    return (True, today) if any(word in said for word in _TODAY) else (False, None)


def _dated(found: re.Match[str], today: date) -> date | None:
    """7月21日, 2024-09-16, 去年9月1日, 16日."""
    if found.group("dd"):
        day = int(found.group("dd"))
        before = today.replace(day=1) - timedelta(days=1)
        if found.group("lastmonth"):
            return _calendar(before.year, before.month, day)
        if day <= today.day:
            return _calendar(today.year, today.month, day)
        # 30日 told on the 2nd is last month's; 20日 told on the 16th is a slip of the finger.
        last = _calendar(before.year, before.month, day)
        return last if last is not None and (today - last).days <= 20 else None
    month, day_told = _number(found.group("m")), _number(found.group("d"))
    if month is None or day_told is None:
        return None
    year = int(found.group("y")) if found.group("y") else None
    if found.group("thisyear") or found.group("lastyear"):
        year = today.year - (1 if found.group("lastyear") else 0)
    return _past(year, month, day_told, today)


def _past(year: int | None, month: int, day: int, today: date) -> date | None:
    """The day of that date; without a year the last one that isn't to come."""
    if year is not None:
        return _calendar(year, month, day)
    found = _calendar(today.year, month, day)
    if found is not None and found <= today:
        return found
    # 12月31日 told on New Year's Day; a day next week is a slip, not last year's.
    last = _calendar(today.year - 1, month, day)
    return last if last is not None and today - last <= timedelta(days=120) else None


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _latest(said: str, clock: _Clock, day: date | None, now: datetime) -> datetime | None:
    """The latest point in time, not after now, that the words can mean."""
    hours, evening = _hours(said, clock)
    small = clock.hour in (0, 12, 24) or clock.hour <= 5
    if day is not None and evening and small and hours[0] <= 5:
        # 昨晚两点 is this morning's two o'clock, 16日晚12点 the midnight at its end.
        options = [(day + timedelta(days=1), hours[0]), (day, hours[0])] if day < now.date() else [(day, hours[0])]
    elif day is not None:
        options = [(day, hour) for hour in hours]
        if evening and day == now.date() and now.hour < 6:
            options.append((day - timedelta(days=1), hours[0]))  # 今晚11点, told after midnight
    else:
        options = [(now.date() - timedelta(days=back), hour) for back in (0, 1) for hour in hours]
    times = [_at(when, hour, clock.minute, now) for when, hour in options]
    past = [one for one in times if one <= now + SLACK]
    return max(past) if past else None


def _hours(said: str, clock: _Clock) -> tuple[list[int], bool]:
    """The hours of the day (24 is the next midnight) that are meant, and whether an evening or night is."""
    hour = clock.hour
    evening = any(word in said for word in (*_AFTERNOON, *_NIGHT)) and not any(word in said for word in ("凌晨", "晨"))
    if hour > 12:
        return [hour], evening
    if any(word in said for word in _NOON) and not any(word in said for word in ("afternoon",)):
        return [hour + 12 if hour <= 3 else hour], False
    night = any(word in said for word in _NIGHT)
    late = any(word in said.replace("傍晚", "") for word in ("晚", "tonight", "evening"))
    if evening and (night or late):
        return [hour % 12 if hour <= 5 or hour == 12 else hour + 12], True
    if evening:
        return [hour % 12 + 12], False
    if any(word in said for word in _MORNING):
        return [0 if hour == 12 and "凌晨" in said else hour], False
    return ([hour] if clock.formal else [hour % 12, hour % 12 + 12]), False


def _at(day: date, hour: int, minute: int, now: datetime) -> datetime:
    start = datetime.combine(day, time(hour % 24, minute), now.tzinfo)
    return start + timedelta(days=1) if hour == 24 else start
