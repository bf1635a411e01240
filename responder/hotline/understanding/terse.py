"""Counts behind one shared label, as forms and telegrams put them: 受灾：户数28，人数97 (DOMAIN §9.4)."""

import re

from responder.hotline.understanding.normalise import DONE, mask
from responder.hotline.understanding.numerals import Value

_LABELLED = re.compile(
    r"受灾(?:情况|户|户数)?[:， ]{0,2}(?:户数?)?[: ]?(?P<homes>\d{1,6})[，,、 ]{1,2}"
    r"(?:受灾)?(?:人|人数|人口)[: ]?(?P<people>\d{1,7})(?![\d万千人户])"
)


def labelled(text: str) -> tuple[dict[str, Value], str]:
    """The counts of such a label, and the text with them masked."""
    found = _LABELLED.search(text)
    if found is None:
        return {}, text
    text = mask(mask(text, *found.span("homes"), DONE), *found.span("people"), DONE)
    return {"households_affected": int(found.group("homes")), "affected": int(found.group("people"))}, text
