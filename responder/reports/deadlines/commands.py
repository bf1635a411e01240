"""What may be asked about dues and zero reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AnswerZero:
    """Nothing new: an answer to the zero prompt ``due``. ``inbound`` and ``number`` are those of a text."""

    due: int
    text: str = "0"
    channel: str = "web"
    inbound: int | None = None
    number: str = ""


@dataclass(frozen=True)
class FileRound:
    """The villages that an office has reached by telephone and that have nothing new, filed together."""

    reached: tuple[str, ...]


@dataclass(frozen=True)
class AskAgain:
    """Text the office about something that it owes, now."""

    due: int


@dataclass(frozen=True)
class Waive:
    """It needn't be reported, for this reason."""

    due: int
    reason: str


@dataclass(frozen=True)
class ToldOutside:
    """The higher office, which isn't in this software, was told: by whom to whom and how, in words."""

    due: int
    how: str


@dataclass(frozen=True)
class DeclareStable:
    """The situation of an incident is stable: the verification clocks start."""

    incident: str
