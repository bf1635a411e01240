"""Who may ask to become a liaison officer, and what may be decided. Pure."""

from responder.kernel import ids
from responder.kernel.refusals import Refusal

ENROLMENT = "E"
"""Prefix of an enrolment's number, which is also the code in the text that asks for a decision."""

OPEN, CONFIRMED, REFUSED = "open", "confirmed", "refused"
LONGEST_SAID = 200


class Decided(Refusal):
    """Somebody was quicker. Params: ``by``, ``state``."""

    code = "accounts.enrolment_decided"


class NoPlaceYet(Refusal):
    """Where the person will serve isn't known: the page must be used. Params: ``number``."""

    code = "accounts.enrolment_no_place"


class NobodySuch(Refusal):
    """The number shall go to a person who isn't there, or is of another name or place. Params: ``name``."""

    code = "accounts.enrolment_nobody"


def number(row_id: int) -> str:
    """E1001."""
    return ids.number(ENROLMENT, row_id)


def row_id(text: str) -> int | None:
    """The id behind E1001; None for anything else."""
    return ids.row_id(ENROLMENT, text)


def language(said: str) -> str:
    """The language in which somebody wrote."""
    return "zh" if any("一" <= letter <= "鿿" for letter in said) else "en"
