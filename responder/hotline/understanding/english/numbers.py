"""English numbers: 60, 1,205, 2.3 million, twenty-five, a dozen."""

import re

_WORDS = {
    "zero": 0, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000, "k": 1000, "m": 1_000_000}
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_WORD = rf"\b(?:{'|'.join(word for word in _WORDS if word != 'zero')})\b(?:[- ](?:{_ONES})\b)?"

NUMBER = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|{_WORD})(?:\s?(?:hundred|thousand|million|billion)\b|[km](?![A-Za-z]))?"
ABOUT = (
    r"(?:(?:about|around|some|over|nearly|approximately|approx\.?|at least|more than|up to|roughly|almost"
    r"|an estimated|estimated|a total of|total of|another)\s+)?"
)
QUANTITY = rf"{ABOUT}(?P<n>{NUMBER})"


def value(written: str) -> float | int | None:
    """The value of an English number, None where it isn't one."""
    words, scale = written.lower().replace(",", "").strip(), 1
    for name, factor in _SCALES.items():
        found = re.fullmatch(rf"(.+?)\s?{name}", words)
        if found and (len(name) > 1 or found.group(1)[-1].isdigit()):
            words, scale = found.group(1).strip(), factor
            break
    if re.fullmatch(r"\d+(?:\.\d+)?", words):
        number = float(words) * scale
    else:
        parts = [_WORDS.get(part) for part in re.split(r"[- ]", words)]
        if None in parts:
            return None
        number = float(sum(part for part in parts if part is not None)) * scale
    return int(number) if number == int(number) else round(number, 6)
