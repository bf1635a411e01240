"""What may be asked about enrolments."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Apply:
    """Somebody unknown asks to be a liaison officer. ``number`` is E.164; ``division`` is "" where the place that they
    named is none of ours; ``said`` are their words."""

    number: str
    name: str
    division: str
    said: str


@dataclass(frozen=True)
class Confirm:
    """They are one. Name, division and post may be put right; ``join`` is the person whose further number it is."""

    enrolment: int
    name: str = ""
    division: str = ""
    post: str = ""
    join: int | None = None


@dataclass(frozen=True)
class Refuse:
    """They are none; they are told so."""

    enrolment: int
