"""What may be asked of reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from responder.incidents.authorised import Authorised


@dataclass(frozen=True)
class Said:
    """Who said it, where that is not whoever files it."""

    name: str
    phone: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class FileReport:
    """A report to be filed. Figures {slug: number} in ha and yuan; needs [{item, qty|None}].

    ``ref`` names the incident or report that it continues. ``number`` is the phone that a text came from (E.164).
    ``form_key`` makes a repeated submission one report. ``source`` own | government | media: whose figures these
    are; ``basis`` total | addition: the whole, or what a tier adds beside its children; ``said_at`` when it was said
    (a form kept without network), by default on arrival; ``reason`` why a figure fell or grew so much.
    """

    kind: str
    hazard: str | None
    division: str
    place: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    needs: Sequence[Mapping[str, Any]] = ()
    text: str = ""
    ref: str = ""
    occurred_at: datetime | None = None
    occurred_text: str = ""
    channel: str = "web"
    said: Said | None = None
    lat: float | None = None
    lng: float | None = None
    accuracy: float | None = None
    urgent: tuple[str, ...] = ()
    inbound: int | None = None
    form_key: str | None = None
    number: str = ""
    photos: Sequence["StoredPhoto"] = ()
    source: str = "own"
    basis: str = "total"
    said_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class StoredPhoto:
    """A checked photo that already lies in the attachments' folder."""

    sha256: str
    width: int
    height: int
    size: int
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True)
class Review:
    """A tier's word on a report from below: accepted, or returned with a reason."""

    report: str
    accept: bool
    reason: str = ""


@dataclass(frozen=True)
class Amend:
    """A tier sets right what a report from below says; None leaves a field as it is.

    ``figures`` replaces the figures it names; a figure given as None is taken out.
    """

    report: str
    reason: str
    division: str | None = None
    place: str | None = None
    hazard: str | None = None
    figures: Mapping[str, Any] | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Settle:
    """The answer to "update or correction?": ``kind`` update | correction, with the reason in the reporter's words."""

    report: str
    kind: str
    reason: str = ""


@dataclass(frozen=True)
class Forward:
    """An office sends its consolidated sheet of an incident upward, with who authorised it."""

    incident: str
    division: str
    authority: Authorised = field(default_factory=Authorised)
    note: str = ""
