"""English words that tell what a text wants (DOMAIN §9.11)."""

import re

_LISTED = {
    "correction": (
        r"\bcorrection\b", r"\bcorrect(?:ed|ing)?\b", r"\bshould (?:be|have been|read)\b", r"\bwas wrong\b",
        r"\bmistake\b", r"\berror in\b", r"\bnot \d+\b[^.]{0,40}\bbut\b", r", not \d+",
    ),
    "verify": (r"\bverif(?:y|ied|ication)\b", r"\bfinal (?:figures|report|count|assessment)\b"),
    "followup": (
        r"\bfollow[- ]?up\b", r"\bupdated?\b", r"\bas of\b",
        r"\b(?:now|risen to|increased to|up to now)\b[^.]{0,60}\b(?:relocated|evacuated|affected|injured)\b",
        r"\b(?:relocated|evacuated|affected|injured)\b[^.]{0,60}\b(?:now|rose to|risen to|increased to)\b",
    ),
    "zero": (
        r"\bzero report\b", r"\bnothing to report\b", r"\bno disaster\b", r"\ball (?:clear|normal|quiet)\b",
        r"\bno incident\b", r"\bno damage to report\b", r"\beverything (?:is )?normal\b",
    ),
    "help": (
        r"\bhow (?:do|can|to|should)\b[^.]{0,40}\b(?:report|send|format|text)\b", r"\bwhat(?:'s| is) the format\b",
        r"\breport format\b", r"\bsend me the format\b",
    ),
    "stop": (r"^\s*(?:please )?(?:stop|unsubscribe)(?: (?:sending|texting|these|messages|all|me)[^.]{0,60})?[.!]?$",),
    "decline": (
        r"\bcan(?:no|')?t (?:go|come|reach|get|make it|attend|deploy|take)\b", r"\bcan ?not (?:go|come|reach|get)\b",
        r"\bunable to\b",
        r"\bdeclin(?:e|ed|ing)\b", r"\bnot available\b", r"\bno (?:crew|driver|vehicle|people) available\b",
        r"\bsend (?:another|someone else)\b",
    ),
    "done": (
        r"\b(?:mission|task|job) (?:is )?(?:completed?|done|finished|over)\b", r"\bcompleted\b", r"\bfinished\b",
        r"\ball (?:done|returned)\b", r"\breturn(?:ed|ing) to base\b", r"^\W*done\b",
    ),
    "arrived": (
        r"\barrived\b", r"\bon[- ]scene\b", r"\bon site\b", r"\breached\b", r"\bwe are here\b", r"\bat the scene\b",
    ),
    "enroute": (
        r"\bon (?:the|our|my) way\b", r"\ben ?route\b", r"\bdeparted\b", r"\bset(?:ting)? off\b",
        r"\bleft (?:the )?base\b", r"\bleaving\b", r"\bheading (?:to|out)\b", r"\bmoving out\b", r"\bETA\b",
        r"\bdriving to\b",
    ),
    "ack": (r"^\W*(?:received|roger|acknowledged|copy|got it|understood|confirmed|noted|ok(?:ay)?)\b",),
}  # fmt: skip
_CUES = {name: re.compile("|".join(patterns), re.IGNORECASE) for name, patterns in _LISTED.items()}


def says(name: str, text: str) -> bool:
    """Whether a text says in English what ``name`` (an intent) stands for."""
    return bool(_CUES[name].search(text))
