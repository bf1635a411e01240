"""A chat that was copied and pasted, taken apart: who said what when. Pure.

The forms are those in which WeChat, WeCom, QQ, DingTalk and WhatsApp give a chat away: a line with name and time
above each message, times on lines of their own, a name with a colon, an e-mailed record with the day between dashes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from responder.hotline.understanding import lexicon
from responder.hotline.understanding.moment import moment

LONGEST = 60_000
"""Letters of a paste; nobody forwards more at once."""

MOST = 200
"""Messages of a paste that are taken apart."""

_DAY = (
    r"(?:\d{4}[年/.-]\d{1,2}[月/.-]\d{1,2}日?|\d{1,2}月\d{1,2}日|\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?"
    r"|今天|昨天|前天|(?:星期|周)[一二三四五六日天]|Today|Yesterday)"
)
_HOUR = r"(?:(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上) ?)?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
_TIME = rf"(?:(?P<day>{_DAY})[, ]*(?:(?:星期|周)[一二三四五六日天] ?)?)?(?P<hour>{_HOUR})"
_NAME = r"(?P<who>[^\n:，。；！？、「」]{1,40}?)"
# 张三 2026/9/16 02:13, 张三  02:13, 张三(12345678) 2026-09-16 2:13:05, and with the words on the same line.
_NAME_FIRST = re.compile(rf"{_NAME}[ \t]*[ \t(\[]{_TIME}[)\]]?(?:[ \t]*|:[ \t]*(?P<said>\S.*))")
# 2026-09-16 02:13:05 张三, [2026/9/16 02:13] 张三: …, 16/9/2026, 02:13 - Zhang San: …
_TIME_FIRST = re.compile(
    rf"\[?{_TIME}\]?(?:[ \t]*-[ \t]*|[ \t]*)(?P<who>[^\n:，。；！？、「」\d—=-][^\n:，。；！？、「」]{{0,39}}?)"
    r"[ \t]*(?::[ \t]*(?P<said>.*))?"
)
_TIME_ALONE = re.compile(rf"[—\-=*· \t\[]*{_TIME}[—\-=*· \t\]]*")
_DAY_ALONE = re.compile(
    rf"(?!\d+[/-]\d+\Z)[—\-=*· \t\[]*(?P<day>{_DAY})(?: ?(?:星期|周)[一二三四五六日天])?[—\-=*· \t\]]*"
)
_NAME_ALONE = re.compile(rf"{_NAME}[ \t]*:")
_NAME_AND_WORDS = re.compile(rf"{_NAME}[ \t]*:[ \t]*(?P<said>\S.*)")
_QUOTE_CLOSED = re.compile(r"「[^:\n」]{1,40}:[^」]{0,3000}」\s{0,3}(?:(?:[-—–] ?){3,60}\s{0,3})?")
_QUOTE_LINE = re.compile(r"^(?:引用|回复)[ \t]?[^:\n]{1,40}:[^\n]*(?:\n|\Z)", re.MULTILINE)
_ACCOUNT = re.compile(r"[(<（](?:\d{5,}|[\w.+-]+@[\w.-]+)[)>）]\Z")
_WORD = re.compile(r"[一-鿿A-Za-z]")
_WIDE = str.maketrans("：（）［］　 ／，", ":()[]  /,")
_PUNCTUATION = re.compile("[:，。；！？、]")
_PLACE = re.compile("(?:村|镇|乡|街道|社区|居委会?|组|屯|埭|队|县|区|市)\\Z")
_LONGEST_NAME = 20
_LONGEST_NOTICE = 160
_SEVERAL = 2  # names with a colon that make a chat where no line has a time


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat. ``text`` is what its writer wrote, without what they quoted and without marks of
    pictures; ``raw`` the lines as pasted. ``at`` (UTC) is None where the chat doesn't tell. ``pictures`` counts the
    marks of photos that stood in it."""

    speaker: str
    at: datetime | None
    text: str
    raw: str
    quoted: str = ""
    pictures: int = 0


@dataclass(slots=True)
class _Open:
    """The message whose lines are being read."""

    speaker: str = ""
    at: datetime | None = None
    lines: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Head:
    """What a line tells beside or instead of words: a speaker, a time, words on the same line."""

    speaker: str | None = None
    day: str = ""
    hour: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Rules:
    no_names: re.Pattern[str]
    surname: re.Pattern[str]
    pictures: re.Pattern[str]
    marks: re.Pattern[str]
    notices: re.Pattern[str]


@cache
def _rules() -> _Rules:
    data = lexicon.chats()
    any_of = lexicon.alternation
    return _Rules(
        no_names=re.compile(any_of(data.no_names)),
        surname=re.compile(rf"(?:{any_of(data.surnames)})[一-鿿]{{1,2}}"),
        pictures=re.compile(
            rf"\[(?:{any_of(data.pictures)})(?:[:：][^\]\n]*)?\]|^(?:{any_of(data.picture_lines)})$", re.MULTILINE
        ),
        marks=re.compile(rf"\[(?:{any_of(data.marks)})(?:[:：][^\]\n]*)?\](?: ?\d{{1,3}}[\"″])?"),
        notices=re.compile("|".join(data.notices)),
    )


def split(paste: str, received_at: datetime, zone: ZoneInfo) -> list[Message]:
    """The messages of a pasted chat, in their order; a text that is no chat is one message of nobody.

    Times are read in the words of ``zone``, seen from ``received_at``; none is after it. Never raises.
    """
    lines = paste[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").split("\n")
    timed = any(_timed(line) for line in map(_plain, lines))
    colons = sum(_is_name(found.group("who")) for line in lines if (found := _NAME_AND_WORDS.fullmatch(_plain(line))))
    reader = _Reader(received_at, zone, timed, colons >= _SEVERAL)
    reader.read(lines)
    return list(_messages(reader.done))[:MOST]


def _plain(line: str) -> str:
    """A line with narrow punctuation: of the same length, for the forms to be read in."""
    return line.translate(_WIDE).strip()


def _timed(line: str) -> re.Match[str] | None:
    """A line that tells speaker and time."""
    for form in (_TIME_FIRST, _NAME_FIRST):
        found = form.fullmatch(line)
        if found and _is_name(found.group("who")):
            return found
    return None


def _is_name(who: str) -> bool:
    """Whether this can be somebody's name in a chat, not the label of a form (地点：, 受灾人口：)."""
    bare = _ACCOUNT.sub("", who.strip())
    return bool(_WORD.search(bare)) and not _DAY_ALONE.fullmatch(bare) and not _rules().no_names.search(bare)


class _Reader:
    """Goes through the lines and opens a message at each that names a speaker."""

    def __init__(self, received_at: datetime, zone: ZoneInfo, timed: bool, colons: bool) -> None:
        self.received_at, self.zone = received_at, zone
        self.timed, self.colons = timed, colons
        self.day = ""
        self.at: datetime | None = None
        self.open = _Open()
        self.done: list[_Open] = []

    def read(self, lines: Iterable[str]) -> None:
        """All lines, to the end."""
        for line in lines:
            plain = _plain(line)
            if not plain or (len(plain) <= _LONGEST_NOTICE and _rules().notices.fullmatch(plain)):
                self.open.lines.append("")
                continue
            head = self._head(plain)
            if head is None:
                self.open.lines.append(line.strip())
                self.open.raw.append(line.rstrip())
                continue
            self._take(head, line.rstrip())
        self._close()

    def _head(self, line: str) -> _Head | None:
        found = _timed(line)
        if found:
            said = found.groupdict().get("said") or ""
            return _Head(found.group("who").strip(), found.group("day") or "", found.group("hour"), said)
        found = _TIME_ALONE.fullmatch(line)
        if found:
            return _Head(None, found.group("day") or "", found.group("hour"))
        found = _DAY_ALONE.fullmatch(line)
        if found:
            return _Head(None, found.group("day"))
        found = _NAME_ALONE.fullmatch(line)
        if found and _is_name(found.group("who")):
            return _Head(found.group("who").strip())
        found = _NAME_AND_WORDS.fullmatch(line)
        if found and not self.timed and _is_name(found.group("who")) and self._speaks(found.group("who")):
            return _Head(found.group("who").strip(), said=found.group("said"))
        return None

    def _speaks(self, who: str) -> bool:
        """Without times a name with a colon is one where several are, or where it is plainly a person's."""
        if _PLACE.search(who.strip()):
            return False  # 海涯村：积水40厘米 tells where, not who
        return self.colons or _rules().surname.fullmatch(who.strip()) is not None

    def _take(self, head: _Head, line: str) -> None:
        if head.hour:
            self.at = moment(_dated(head.day or self.day, head.hour), self.received_at, self.zone)
            # A day between dashes holds until the next; one beside an hour is that hour's alone.
            self.day = "" if head.day else self.day
        elif head.day:
            self.day, self.at = head.day, None
        above = self._name_above() if head.speaker is None and head.hour else None
        self._close()
        self.open = _Open("", self.at)
        if above is not None:
            self.open.speaker = above
            self.open.raw += [above, line]
        if head.speaker is not None:
            self.open.speaker = _ACCOUNT.sub("", head.speaker).strip()
            self.open.raw.append(line)
            if head.said:
                # The words as pasted: the head was read with narrow punctuation, of the same length.
                self.open.lines.append(line.strip()[-len(head.said) :])

    def _name_above(self) -> str | None:
        """The line above a time, where it is a name on a line of its own; taken out of the message before."""
        lines = self.open.lines
        if not lines or not lines[-1] or (len(lines) > 1 and lines[-2]) or (len(lines) == 1 and self.open.speaker):
            return None
        above = _plain(lines[-1])
        if len(above) > _LONGEST_NAME or _PUNCTUATION.search(above) or not _is_name(above):
            return None
        self.open.raw.pop()
        return lines.pop()

    def _close(self) -> None:
        if any(self.open.lines):
            self.done.append(self.open)


def _dated(day: str, hour: str) -> str:
    """Day and hour as words that ``moment`` reads: 16/9/2026 and 9/16 are dates here."""
    found = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{2,4}))?", day)
    if found is None:
        return f"{day} {hour}"
    first, second, year = int(found[1]), int(found[2]), found[3]
    if year:
        month, date = (second, first) if first > 12 or second <= 12 else (first, second)
        return f"{'20' if len(year) == 2 else ''}{year}-{month}-{date} {hour}"
    return f"{first}月{second}日 {hour}"


def _messages(opened: Iterable[_Open]) -> Iterator[Message]:
    for one in opened:
        words, quoted = _unquoted("\n".join(one.lines).strip("\n"))
        pictures = len(_rules().pictures.findall(words))
        words = _rules().marks.sub("", _rules().pictures.sub("", words))
        yield Message(one.speaker, one.at, words.strip(), "\n".join(one.raw).strip("\n"), quoted, pictures)


def _unquoted(words: str) -> tuple[str, str]:
    """What somebody wrote, and what they quoted of another's: that was told already."""
    for form in (_QUOTE_CLOSED, _QUOTE_LINE):
        found = form.search(words.translate(_WIDE))
        if found:
            return words[: found.start()] + words[found.end() :], words[found.start() : found.end()].strip(" \n-—")
    return words, ""
