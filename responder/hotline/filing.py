"""A text that reports: the report that it becomes, the receipt, and what the receipt asks."""

from dataclasses import dataclass, replace
from typing import Any

from responder.hotline import answers, asking, receipts, rules, whereabouts
from responder.hotline.call import Call
from responder.hotline.completing import complete
from responder.hotline.manners import manners
from responder.hotline.memory import Asked, Memory, Told
from responder.hotline.senders import Sender
from responder.hotline.understanding import Understood
from responder.hotline.understanding.moment import moment
from responder.hotline.whereabouts import Where
from responder.incidents import queries as incidents
from responder.kernel.ids import INCIDENT, number
from responder.places.queries import places
from responder.platform.scope import everything
from responder.reports import queries as reports_read
from responder.reports import service as reports
from responder.reports.commands import Amend, FileReport
from responder.reports.deadlines import queries as due
from responder.reports.deadlines import service as deadlines
from responder.reports.deadlines.commands import AnswerZero
from responder.reports.queries import ReportView
from responder.reports.rules import shown
from responder.stock.catalogue import match_item


@dataclass(frozen=True)
class Meant:
    """What a text is filed as, once everything said before is taken into account."""

    kind: str
    where: Where
    ref: str


def file(call: Call, sender: Sender, what: Understood, memory: Memory, promised: Asked | None = None) -> None:
    """Files a text and answers it. ``promised`` is the open question "what is to be corrected?"."""
    meant = _meant(call, sender, what, memory, promised)
    uow = call.uow
    figures = rules.figures(what)
    more = _added_to(call, what, meant, memory)
    zone = places(uow.session).profile.zone()
    command = FileReport(
        kind=meant.kind, hazard=what.hazard, division=meant.where.division, place=meant.where.place,
        figures={slug: value for slug, value in figures.items() if value > more.get(slug, -1)},
        needs=[{"item": need.item, "qty": need.qty} for need in what.needs], text=call.body, ref=meant.ref,
        occurred_text=what.occurred or "", occurred_at=moment(what.occurred or "", uow.now, zone), channel="sms",
        inbound=call.inbound, number=call.incoming.number,
    )  # fmt: skip
    row = _zero_asked(call, sender, command) or reports.file(uow, command)
    if promised is not None:
        asking.close(call, promised.id, row.number)
    asks = _asks(call, row, meant.where)
    call.outcome, call.subject = "partly" if asks else "report", row.number
    if more:
        slug, known = next(iter(more.items()))
        asks = asks or asking.ask_total(call, row.number, slug, known)
    asks = asks or _asks_about_figures(call, row)
    answer(call, row, "report_receipt", asks=asks, hint=_hint(call, row))


def _zero_asked(call: Call, sender: Sender, command: FileReport) -> ReportView | None:
    """A zero report that answers the open prompt of its place is on time with it; None where nothing was asked."""
    if command.kind != "zero":
        return None
    prompt = due.open_prompt(call.uow.session, sender.person_id, call.uow.world)
    if prompt is None or prompt.division != command.division:
        return None
    said = AnswerZero(prompt.id, call.body, "sms", call.inbound, call.incoming.number)
    return deadlines.answer_zero(call.uow, said)


def _added_to(call: Call, what: Understood, meant: Meant, memory: Memory) -> dict[str, float]:
    """What stood before, by whomever it was said, of figures that a text tells as "2 more": figures are cumulative,
    sums are asked for."""
    more = {"followup": answers.tells_more, "initial": answers.surely_tells_more}.get(meant.kind)
    if more is None or not more(call.body):
        return {}
    uow = call.uow
    told = next((one for one in memory.reports if one.number == meant.ref and one.world == uow.world), None)
    key = told.incident if told else None
    if key is None:
        hazard = what.hazard if meant.kind == "initial" else None
        found = incidents.joinable(uow.session, uow.world, meant.where.division, hazard, uow.now)
        key = found.id if found else None
    if key is None:
        return {}
    scope = everything(uow.world)
    stood = reports_read.latest_figures(uow.session, scope, number(INCIDENT, key), meant.where.division)
    return {slug: stood[slug] for slug in rules.figures(what) if stood.get(slug)}


def answer(call: Call, row: ReportView, template: str, *, asks: str = "", hint: str = "") -> None:
    """Tells the sender what stands in a report now, and how to put it right."""
    tree = places(call.uow.session)
    # The catalogue knows the unit of what was asked for: 棉被 60 becomes 棉被60床.
    needs = [{"item": match_item(need["item"]) or need["item"], "qty": need["qty"]} for need in row.needs]
    known = {
        "number": row.number, "place": shown(tree.label(row.division), row.place), "hazard": _hazard(call, row),
        "kind": row.kind, "figures": row.figures, "needs": needs,
    }  # fmt: skip
    if row.kind == "zero":
        template = "zero_receipt"
    call.reply(template, receipts.params(call.lang, known, ask=asks, hint=hint), row.number)


def _hazard(call: Call, row: ReportView) -> str | None:
    """The report's own hazard, or the one of the incident that it has just joined."""
    told = next((one.data.get("hazard") for one in reversed(call.uow.events) if one.subject == row.number), None)
    return row.hazard or (str(told) if told and told != "other" else None)


def _meant(call: Call, sender: Sender, what: Understood, memory: Memory, promised: Asked | None) -> Meant:
    kind = rules.KINDS.get(what.intent, "followup")
    uow = call.uow
    where = whereabouts.find(uow.session, sender, what.place, call.body)
    if what.ref:
        return Meant(kind, _referred(memory, what, where), what.ref)
    if promised is not None:
        told = next((one for one in memory.reports if one.number == promised.report), memory.last(uow.world))
        kind = str(promised.options.get("kind", "correction"))
        return _going_on(kind, told, where, what) if told else Meant(kind, where, "")
    returned = memory.returned(uow.world, uow.now)
    if returned is not None and kind in ("initial", "followup", "correction") and _fits(returned, what, where):
        return _going_on("correction", returned, where, what)
    last = memory.last(uow.world)
    if last is None or kind == "zero":
        return Meant(kind, where, "")
    if where.candidates and last.division in where.candidates and uow.now - last.at <= manners().continues:
        # They said which of the villages a moment ago.
        where = Where(last.division, where.place)
    if what.place is None and (kind in _CHAINED or _is_fragment(what, last, uow.now - last.at <= manners().continues)):
        return _going_on("followup" if kind == "initial" else kind, last, where, what)
    return Meant(kind, where, "")


_CHAINED = ("followup", "verification", "correction")


def _is_fragment(what: Understood, last: Told, recent: bool) -> bool:
    """还有2人受伤, right after a report: more of the same. A hazard of its own begins something new."""
    return recent and (what.hazard is None or what.hazard == last.hazard)


def _referred(memory: Memory, what: Understood, where: Where) -> Where:
    """With a report's number the place goes without saying."""
    told = next((one for one in memory.reports if one.number.casefold() == (what.ref or "").casefold()), None)
    return Where(told.division, told.place) if told and what.place is None else where


def _fits(told: Told, what: Understood, where: Where) -> bool:
    """Whether a text may be about that report: no other place, no other hazard."""
    same_place = what.place is None or where.division == told.division or told.division in where.candidates
    return same_place and (what.hazard is None or told.hazard is None or what.hazard == told.hazard)


def _going_on(kind: str, told: Told, where: Where, what: Understood) -> Meant:
    stays = what.place is None or told.division in where.candidates
    return Meant(kind, Where(told.division, told.place) if stays else where, told.number)


def _asks(call: Call, row: ReportView, where: Where) -> str:
    """The one question that a receipt asks: the place before the hazard, and then nothing more (DOMAIN §9)."""
    if row.repeated or row.kind == "zero":
        return ""
    if where.candidates or (where.unsure and row.kind == "initial"):
        return asking.ask_place(call, row.number, where)
    if row.kind == "initial" and _hazard(call, row) is None:
        return asking.ask_hazard(call, row.number)
    return ""


def _asks_about_figures(call: Call, row: ReportView) -> str:
    """Asks whether it is an update or a correction where somebody else said otherwise, or why a figure fell."""
    told: dict[str, Any] = {one.kind: one.data for one in call.uow.events if one.subject == row.number}
    if "report.differs" in told:
        return asking.ask_change(call, row.number, told["report.differs"]["before"])
    if "report.unexplained" in told:
        return asking.ask_reason(call, row.number, told["report.unexplained"])
    return ""


def _hint(call: Call, row: ReportView) -> str:
    """A number told in vague words is asked for: no number is ever invented."""
    found = answers.vague(call.body)
    if found is None or row.repeated or row.kind == "zero":
        return ""
    said, slug = found
    return asking.ask_figure(call, row.number, said, slug if slug not in row.figures else "")


def rejoin(call: Call, sender: Sender, what: Understood, report: str) -> None:
    """The rest of a text whose beginning was filed at once: completes that report, and is none of its own."""
    where = whereabouts.find(call.uow.session, sender, what.place, call.body)
    amended = Amend(
        report, call.body[:300], division=where.division if what.place else None,
        place=where.place if what.place else None, hazard=what.hazard, figures=rules.figures(what),
    )  # fmt: skip
    row = complete(call.uow, amended)
    needs = [{"item": need.item, "qty": need.qty} for need in what.needs]
    if needs and needs != row.needs:
        command = FileReport(
            kind="followup", hazard=None, division=row.division, place=row.place, needs=needs, text=call.body,
            ref=report, channel="sms", inbound=call.inbound, number=call.incoming.number,
        )  # fmt: skip
        row = replace(row, needs=reports.file(call.uow, command).needs)
    call.outcome, call.subject = "report", report
    answer(call, row, "report_completed", asks=_asks(call, row, where), hint=_hint(call, row))
