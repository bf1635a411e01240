"""Scenarios: texts that pretend phones send one after another, from ``config/scenarios/``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from responder.platform import config

Role = Literal["village", "town", "coordinator", "leader", "keeper", "director"]

PREFIX = "演练 "
"""What the texts of a drill begin with (DESIGN §3)."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(_Part):
    """A name in both languages."""

    zh: str
    en: str


class Text(_Part):
    """One text. ``after`` is seconds from the scenario's start, ``sender`` the role of its phone."""

    after: float = Field(ge=0, le=86_400)
    sender: Role = Field(alias="from")
    division: str = Field("", pattern=r"^\d{0,12}$")
    body: str = Field(min_length=1, max_length=1000)


class Scenario(_Part):
    """A story told by texts, in order of time."""

    name: Names
    drill: bool = False
    text: list[Text] = Field(min_length=1)

    def texts(self) -> list[Text]:
        """The texts in the order in which they are sent."""
        return sorted(self.text, key=lambda text: text.after)

    def body(self, text: Text) -> str:
        """A text as it is sent."""
        return PREFIX + text.body if self.drill else text.body


@dataclass(frozen=True)
class PretendPhone:
    """A pretend phone as the simulator lists it."""

    number: str
    role: str
    division: str


def available() -> list[str]:
    """The names of the scenarios there are."""
    return sorted(path.stem for path in (config.folder() / "scenarios").glob("*.toml"))


def scenario(slug: str) -> Scenario:
    """One scenario by the name of its file. Raises ConfigError."""
    if slug not in available():
        raise config.ConfigError(f"scenarios/{slug}.toml: no such scenario; there are {', '.join(available())}")
    return config.load(f"scenarios/{slug}.toml", Scenario)


def phone_for(text: Text, phones: Iterable[PretendPhone]) -> PretendPhone | None:
    """The phone that a text comes from: of its role, at its division or else the nearest on the tree.

    None where no phone has the role.
    """
    of_role = [phone for phone in phones if phone.role == text.sender]
    return max(of_role, key=lambda phone: _shared(phone.division, text.division), default=None)


def _shared(one: str, other: str) -> tuple[int, bool]:
    """How much of two codes is the same, and whether all of it: the nearest is the exact one."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length, one == other
