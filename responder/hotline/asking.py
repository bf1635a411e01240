"""Questions put into receipts, and closed when they are answered."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, insert, update

from responder.hotline.call import Call
from responder.hotline.manners import manners
from responder.hotline.models import Question
from responder.hotline.whereabouts import Where, choices
from responder.messaging.wording import render
from responder.platform import terms

_q: Any = Question.__table__
_ASK = insert(_q)
_CLOSE = (
    update(_q)
    .where(_q.c.id == bindparam("row_id"))
    .values(answered_at=bindparam("at", type_=_q.c.answered_at.type), answer=bindparam("said"))
)


def ask(call: Call, kind: str, report: str, options: dict[str, Any]) -> None:
    """Notes that a receipt asks this."""
    assert call.sender is not None
    row = {
        "world": call.uow.world, "division_code": call.sender.division, "person_id": call.sender.person_id,
        "number": call.incoming.number, "kind": kind, "report": report, "options": options,
        "asked_at": call.uow.now, "answer": "",
    }  # fmt: skip
    call.uow.session.connection().execute(_ASK, row)


def close(call: Call, question: int, said: str) -> None:
    """Notes that a question has its answer."""
    call.uow.session.connection().execute(_CLOSE, {"row_id": question, "at": call.uow.now, "said": said[:200]})


def ask_place(call: Call, report: str, where: Where) -> str:
    """Asks which of several villages, or which village at all; returns the words for the receipt."""
    codes = where.candidates[: manners().listed]
    about: dict[str, Any] = {"codes": codes, "name": where.name, "all": where.candidates[:200]}
    if not codes:
        words = render("ask_village", call.lang, {}, drill=False)
    else:
        template = "ask_place_more" if len(where.candidates) > len(codes) else "ask_place"
        offered = {"name": where.name, "options": choices(call.uow.session, codes, call.lang)}
        words = render(template, call.lang, offered, drill=False)
    ask(call, "place", report, {**about, "ask": words})
    return words


def ask_hazard(call: Call, report: str) -> str:
    """Asks what happened; returns the words for the receipt."""
    offered = manners().hazards
    gap = "" if call.lang == "zh" else " "
    listed = " ".join(f"{n}{gap}{terms.term('hazard', slug, call.lang)}" for n, slug in enumerate(offered, 1))
    words = render("ask_hazard", call.lang, {"options": listed}, drill=False)
    ask(call, "hazard", report, {"hazards": offered, "ask": words})
    return words


def ask_change(call: Call, report: str, before: Mapping[str, Any]) -> str:
    """Asks whether things moved on or an earlier number was wrong; returns the words for the receipt."""
    words = render("ask_change", call.lang, {"before": before}, drill=False)
    ask(call, "update_or_correction", report, {"ask": words})
    return words


def ask_reason(call: Call, report: str, told: Mapping[str, Any]) -> str:
    """Asks why a figure fell or jumped; returns the words for the receipt."""
    ask(call, "reason", report, {"figure": told["figure"]})
    return render(
        "ask_reason", call.lang, {"before": {told["figure"]: told["before"]}, "now": told["now"]}, drill=False
    )


def ask_total(call: Call, report: str, slug: str, before: float) -> str:
    """Asks what "2 more" adds up to; returns the words for the receipt."""
    ask(call, "casualties", report, {"slug": slug})
    return render("ask_total", call.lang, {"figure": slug, "before": {slug: before}}, drill=False)


def ask_figure(call: Call, report: str, said: str, slug: str) -> str:
    """Asks for a number instead of 好几十人; returns the words for the receipt."""
    if slug:
        ask(call, "casualties", report, {"slug": slug})
    return render("ask_figure", call.lang, {"said": said}, drill=False)
