"""The duty officer's desk: what a waiting text most likely says, beside its words, to be taken over in one click."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from responder.hotline import receipts, rules
from responder.hotline.gazetteers import gazetteer
from responder.hotline.senders import Sender
from responder.hotline.understanding import Understood, understand
from responder.hotline.whereabouts import find
from responder.incidents import queries as incidents
from responder.kernel import phones
from responder.kernel.notices import ANSWER, Notice
from responder.kernel.refusals import NotFound, Refusal
from responder.messaging import queries as messages
from responder.messaging import service as messaging
from responder.messaging.commands import Settle
from responder.messaging.queries import TextView
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork
from responder.reports import service as reports
from responder.reports.commands import FileReport, Said
from responder.reports.queries import ReportView
from responder.reports.rules import shown
from responder.stock.catalogue import match_item

ALWAYS = ("deaths", "missing", "injured", "relocated")
"""Figures that the form offers whether told or not."""


@dataclass(frozen=True)
class Guess:
    """What a text would become: the fields of the form, filled. ``tells`` says whether it tells of an event."""

    kind: str
    division: str
    label: str
    place: str
    hazard: str | None
    figures: Mapping[str, Any]
    needs: Sequence[Mapping[str, Any]]
    occurred: str
    tells: bool

    @property
    def fields(self) -> dict[str, Any]:
        """The figures that the form shows: those told, and those that it always offers."""
        return {**self.figures, **{slug: None for slug in ALWAYS if slug not in self.figures}}


@dataclass(frozen=True)
class Desk:
    """The guesses of a page of texts by id, and the incidents that a text may be about: (number, words, hazard)."""

    guesses: Mapping[int, Guess]
    incidents: Sequence[tuple[str, str, str]]


def lay_out(session: Session, scope: Scope, texts: Sequence[TextView]) -> Desk:
    """What stands beside waiting texts. A text of an unknown phone is read as the reader's own office would."""
    tree = places(session)
    active = [(one.number, one.place, one.hazard) for one in incidents.active(session, scope, 20)]
    return Desk({text.id: _guess(session, scope, text) for text in texts}, active) if len(tree) else Desk({}, active)


def _guess(session: Session, scope: Scope, text: TextView) -> Guess:
    tree = places(session)
    home = text.division if text.division.startswith(scope.division) else scope.division
    what = understand(text.body, gazetteer(session), home)
    if what.intent == "unknown":
        told = understand("续报：" + text.body, gazetteer(session), home)
        what = told if rules.figures(told) or told.needs else what
    where = find(session, Sender(0, "", home, "zh"), what.place, text.body)
    inside = where.division if where.division.startswith(scope.division) else scope.division
    division = where.candidates[0] if where.candidates and where.candidates[0].startswith(scope.division) else inside
    return Guess(
        rules.KINDS.get(what.intent, "initial"), division, tree.label(division), where.place, what.hazard,
        rules.figures(what), [{"item": one.item, "qty": one.qty} for one in what.needs], what.occurred or "",
        _tells(what),
    )  # fmt: skip


def _tells(what: Understood) -> bool:
    return what.intent in rules.KINDS and bool(
        rules.figures(what) or what.needs or what.hazard or what.intent == "zero"
    )


@dataclass(frozen=True)
class Accept:
    """A text of the inbox becomes a report by proxy: as guessed, or as the duty officer has put it right."""

    inbound: int
    kind: str
    division: str
    place: str = ""
    hazard: str | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    ref: str = ""
    said_name: str = ""
    said_phone: str = ""


class NoPlace(Refusal):
    """The place that was typed is none within the officer's own division. Params: ``place``."""

    code = "hotline.no_place"


def accept(uow: UnitOfWork, command: Accept) -> ReportView:
    """Files a text of the inbox for whoever wrote it, and tells them. Who said it and who typed it are kept apart.

    Raises NotFound, AlreadyHandled, and what the reports room refuses.
    """
    text = messages.incoming(uow.session, Scope(uow.actor.division, uow.world), command.inbound)
    if text is None:
        raise NotFound()
    # First of all: of two officers who press at once, one is told that it is done.
    messaging.settle(uow, Settle(text.id))
    what = understand(text.body, gazetteer(uow.session), text.division)
    known = text.person_id is not None
    said = Said(
        text.name if known else command.said_name or "—", text.number if known else command.said_phone, text.person_id
    )
    row = reports.file(
        uow,
        FileReport(
            kind=command.kind, hazard=command.hazard, division=command.division, place=command.place,
            figures=command.figures, needs=[{"item": one.item, "qty": one.qty} for one in what.needs],
            text=text.body, ref=command.ref or what.ref or "", occurred_text=what.occurred or "",
            channel="voice" if text.understood.get("call") else "proxy",
            said=said, inbound=text.id,
        ),
    )  # fmt: skip
    messaging.note_outcome(uow, text.id, {"subject": row.number})
    if text.number.startswith("+"):
        _tell(uow, text, row)
    return row


def _tell(uow: UnitOfWork, text: TextView, row: ReportView) -> None:
    """The receipt that the sender gets when a person has read the text."""
    lang = rules.language(text.body, "zh")
    label = shown(places(uow.session).label(row.division), row.place)
    needs = [{"item": match_item(need["item"]) or need["item"], "qty": need["qty"]} for need in row.needs]
    known = {
        "number": row.number, "place": label, "hazard": row.hazard, "kind": row.kind, "figures": row.figures,
        "needs": needs,
    }  # fmt: skip
    params = receipts.params(lang, known)
    dedup = f"accepted:{text.id}"
    uow.send(
        Notice(
            "report_accepted", dedup, person=text.person_id, number=text.number, params=params, priority=ANSWER,
            subject=row.number, lang=lang,
        )
    )  # fmt: skip


def place_named(session: Session, division: str, code: str, label: str) -> str:
    """The division that the form means: the guessed code while its label stands, else what was typed.

    Raises NoPlace.
    """
    tree = places(session)
    if code and tree.find(code) is not None and tree.label(code) == label and code.startswith(division):
        return code
    if label in (tree.label(division), tree.name(division)):
        return division
    found = [p.code for p in (*tree.named(label), *tree.search(label, within=division)) if p.code.startswith(division)]
    if not found:
        raise NoPlace(place=label)
    return found[0]


def phone_typed(said: str) -> str:
    """A caller's number as typed, E.164; "" where it is none."""
    return phones.parse(said) or ""
