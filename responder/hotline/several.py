"""Several answers in one text: ``M1001 1 B1012 2``. Pure."""

import re

from responder.hotline.answers import plain

_CODE = r"(?<![A-Za-z0-9])[BbMm][- ]?\d{4,9}(?![A-Za-z0-9])"
_EDGE = r"[\s,.;:!，。；：、！/和-]*"
_DRILL = re.compile(r"[\s【\[（(]*演练[】\])）]*[\s,:，：。]*")
_BEFORE = re.compile(rf"{_EDGE}(\d){_EDGE}({_CODE})")
_AFTER = re.compile(rf"{_EDGE}({_CODE}){_EDGE}(?:选|回)?(\d)(?!\d)(\D{{0,20}}?)(?={_EDGE}(?:{_CODE}|\Z))")
_MOST = 4


def split(body: str) -> list[str]:
    """Each answer as a text of its own, 演练 before each where it stands before all; [] for any other text.

    Everything must be read: what says more than codes, digits and a few words is for a person, or a report.
    """
    text = plain(body)
    drill = _DRILL.match(text)
    rest = text[drill.end() :] if drill else text
    for shape, words in ((_AFTER, (1, 2, 3)), (_BEFORE, (2, 1))):
        found, at = [], 0
        while (one := shape.match(rest, at)) is not None:
            found.append(" ".join(part for n in words if (part := one.group(n).strip())))
            at = one.end()
        if 2 <= len(found) <= _MOST and not re.sub(_EDGE, "", rest[at:]):
            return [f"演练 {one}" if drill else one for one in found]
    return []
