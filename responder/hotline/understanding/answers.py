"""Answers of teams and key words: 收到, M1042 3, 去不了, 帮助, 退订 (DOMAIN §9.11)."""

import re
from functools import cache

from responder.hotline.understanding import lexicon
from responder.hotline.understanding.english import intents as english
from responder.hotline.understanding.normalise import CODE

_NOISE = re.compile(r"[\s，,。.!?~、:;'\"()\[\]【】\-…👌👍🙏]+")
_PARTS = re.compile(r"[\s，,。.!~、;…]+")
_COURTESY = frozenset(
    {"谢谢", "谢了", "多谢", "感谢", "辛苦了", "拜托", "领导", "麻烦了", "您好", "你好", "thanks", "please"}
)
_KIND_WORDS = re.compile(r"(?:谢谢|多谢|感谢|辛苦了|谢了|thanks|thankyou)\Z")
_SHORTEST = 40  # letters: a key word and a number or two of ours
_BRIEF = 14
_OURS = re.compile(r"任务|发放|发完|返|归|收队|撤|交接|签收|回来|队|mission|task|job|base|team", re.IGNORECASE)
_WILLING = re.compile(
    r"\W*(?:好|收|已收|明|知|遵|接受|立即|马上|这就|准备|正在集|按|照|ok|rec|rog|ack|copy|got|und|conf|not)",
    re.IGNORECASE,
)
_ASKS_FOR_ANSWER = re.compile(r"收到(?:请|了?吗|没|否|后)|请回复")
# 没法参加, 不能出动, 去不成: every way of saying that they won't come.
_CANNOT = re.compile(
    r"(?:没法|无法|没办法|不能|不便|没时间|没空|无力)(?:参加|参与|去|过去|出动|前往|赶|执行|出发|派|出车|出队|到场|承担)"
)
# M1042 还有5公里，堵车
_STILL_COMING = re.compile(
    r"(?:还有|还差|还剩|还要|再有)[^，,。;\n]{0,6}(?:公里|里地|里路|分钟|小时|钟头)|堵车|绕道|绕行|在赶"
)
_ON_SITE = re.compile(r"(?:已经?|现在|人)[都全]?在[^，,。;\n]{0,8}(?:现场|村口|路口|村里|门口|岸边)(?:了|[，,。]|\Z)")
_FIRST = re.compile(
    r"任务已?(?:结束|完成|办完)|(?:我们|我队|队伍|我|救援队|救护队)?(?:已经|已|刚)?(?:到达|抵达|到了|到场|到现场|出发)"
)


@cache
def _key_words() -> dict[str, str]:
    listed = lexicon.intents().exact
    return {_bare(word) or word: intent for intent, words in listed.items() for word in words}


def _bare(text: str) -> str:
    return _NOISE.sub("", text).lower()


def cue(name: str) -> re.Pattern[str]:
    """The pattern of a list of intents.toml."""
    return _cues()[name]


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    listed = lexicon.intents().cues
    return {name: re.compile(lexicon.alternation(words), re.IGNORECASE) for name, words in listed.items()}


def key_word(text: str) -> str | None:
    """The intent of a text that is nothing but a key word or key press; numbers of ours are masked in it."""
    if len(text) > _SHORTEST:
        return None
    words = text.replace(CODE, " ").strip()
    found = _key_words().get(_bare(words) or words) or _key_words().get(_KIND_WORDS.sub("", _bare(words)))
    if found is not None:
        return found
    parts = {_key_words().get(part) for part in map(_bare, _PARTS.split(words)) if part and part not in _COURTESY}
    return parts.pop() if len(parts) == 1 else None


def begins_with_answer(text: str) -> bool:
    """已到达现场，…: what follows is told from the scene."""
    return bool(_FIRST.match(text))


def stage(text: str) -> str | None:
    """How far a mission has come, from the latest stage that the text names; None where it answers nothing."""
    if cue("decline").search(text) or _CANNOT.search(text) or english.says("decline", text):
        return "decline"
    for name in ("done", "arrived", "enroute"):
        said = cue(name).search(cue(f"not_{name}").sub("", text)) or english.says(name, text)
        told = said or (name == "arrived" and _ON_SITE.search(text) is not None)
        if told and (name != "done" or len(text) <= _BRIEF or CODE in text or _OURS.search(text)):
            return name
    if CODE in text and _STILL_COMING.search(text):
        return "enroute"
    if _ASKS_FOR_ANSWER.search(text):
        return None
    if cue("ready").search(text) or english.says("ack", text):
        return "ack"
    return "ack" if cue("ack").search(text) and _WILLING.match(text) else None
