"""Files what a person ticked of a pasted chat: one unit, each message at most once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from responder.hotline.drafts import Draft, form_key
from responder.kernel.refusals import Refusal
from responder.messaging import service as messaging
from responder.messaging.commands import Incoming
from responder.messaging.models import Inbound
from responder.messaging.rules import PASTE, fingerprint
from responder.platform.work import UnitOfWork
from responder.reports import service as reports
from responder.reports.commands import FileReport, Said, StoredPhoto
from responder.reports.queries import ReportView
from responder.reports.rules import MAX_TEXT


@dataclass(frozen=True)
class Chosen:
    """A message to be filed, as the form has it now. Figures in ha and yuan; ``said_at`` is the chat's time."""

    draft: Draft
    kind: str
    hazard: str | None
    division: str
    place: str
    speaker: str
    figures: dict[str, Any]
    needs: Sequence[dict[str, Any]]
    said_at: datetime | None
    photos: tuple[StoredPhoto, ...] = ()


class Refused(Exception):
    """A report of the paste was refused, and with it the paste: ``key`` is the message's."""

    def __init__(self, key: str, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.key, self.refusal = key, refusal


def file(uow: UnitOfWork, paste: str, chosen: Sequence[Chosen]) -> list[ReportView]:
    """Keeps the chat as it was pasted, files its messages as reports by proxy. Raises Refused.

    A message that was filed before gives its first report again, marked ``repeated``.
    """
    actor = uow.actor
    mark = f"{uow.world}:{actor.person_id}:{fingerprint('', paste)}"
    new = messaging.take_in(uow, Incoming(PASTE, mark[:80], "", paste))
    inbound = new if new is not None else _kept(uow, mark)
    filed: list[ReportView] = []
    last: dict[str, str] = {}
    for one in chosen:
        command = _command(one, inbound, last.get(one.speaker, ""))
        try:
            row = reports.file(uow, command)
        except Refusal as refusal:
            raise Refused(one.draft.key, refusal) from refusal
        last[one.speaker] = row.number
        filed.append(row)
    if new is not None and filed:
        values: dict[str, Any] = {
            "person_id": actor.person_id, "name": actor.name, "division_code": actor.division, "world": uow.world,
            "understood": {}, "outcome": "report", "subject": filed[0].number,
        }  # fmt: skip
        messaging.note_outcome(uow, new, values)
    return filed


def _kept(uow: UnitOfWork, mark: str) -> int | None:
    """The same chat as this person pasted it before."""
    return uow.session.scalar(select(Inbound.id).where(Inbound.gateway == PASTE, Inbound.provider_id == mark[:80]))


_CHAINED = ("followup", "correction", "verification")


def _command(one: Chosen, inbound: int | None, before: str) -> FileReport:
    draft = one.draft
    known = draft.who if draft.who and draft.message.speaker == one.speaker else None
    said = Said(known.name if known else one.speaker, "", known.person_id if known else None) if one.speaker else None
    return FileReport(
        kind=one.kind, hazard=one.hazard, division=one.division, place=one.place, figures=one.figures,
        needs=one.needs, text=(draft.message.text or draft.message.raw)[:MAX_TEXT],
        ref=before if one.kind in _CHAINED else "", occurred_at=draft.occurred_at, occurred_text=draft.occurred,
        channel="proxy", said=said, inbound=inbound,
        form_key=form_key(draft.key), photos=one.photos, said_at=one.said_at,
    )  # fmt: skip
