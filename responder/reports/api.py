"""API of reports (DESIGN §8)."""

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from responder.kernel import phones
from responder.kernel.refusals import NotFound
from responder.places.queries import places
from responder.platform import web
from responder.platform.api import cursor, listed, writing
from responder.platform.work import UnitOfWork
from responder.reports import indicators, queries, service
from responder.reports.commands import FileReport
from responder.reports.queries import ReportView

api = APIBlueprint("api_reports", __name__, url_prefix="/api/v1", tag="reports")


class NeedIn(BaseModel):
    """Something asked for."""

    model_config = ConfigDict(extra="forbid")
    item: str = Field(min_length=1, max_length=60)
    qty: float | None = Field(default=None, ge=0, lt=10**9)


class ReportIn(BaseModel):
    """A report to be filed. Figures in ha and yuan; blank is absent or null, never 0."""

    model_config = ConfigDict(extra="forbid")
    kind: str = "initial"
    hazard: str | None = None
    division: str = Field(min_length=2, max_length=12)
    place: str = Field(default="", max_length=200)
    occurred_at: AwareDatetime | None = None
    figures: dict[str, float | None] = Field(default_factory=dict)
    needs: list[NeedIn] = Field(default_factory=list, max_length=50)
    text: str = Field(default="", max_length=5000)
    ref: str | None = Field(default=None, max_length=40)


def shape(session: Session, one: ReportView) -> dict[str, Any]:
    """A report as the contract names its fields: figures hold every indicator, null where it isn't stated."""
    number = one.reporter_phone
    phone = (number if web.principal().can("phone.see") else phones.mask(number)) if number else None

    def at(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    return {
        "number": one.number, "kind": one.kind, "hazard": one.hazard,
        "division": {"code": one.division, "name": places(session).name(one.division)},
        "place": one.place or places(session).label(one.division),
        "occurred_at": at(one.occurred_at), "occurred": one.occurred_text or None, "received_at": at(one.received_at),
        "channel": one.channel, "reporter": {"name": one.reporter_name, "phone": phone},
        "typed_by": one.typed_by_name, "status": one.status, "incident": one.incident,
        "figures": {slug: one.figures.get(slug) for slug in indicators.indicators()},
        "needs": [{"item": need["item"], "qty": need.get("qty")} for need in one.needs],
        "urgent": one.in_danger, "warnings": one.warnings, "text": one.text,
    }  # fmt: skip


@api.get("/reports")
@api.doc(summary="Reports, newest first")
@web.needs("report.see")
def reports() -> dict[str, Any]:
    """Reports in scope; ``status``, ``kind`` and ``hazard`` narrow the list."""
    at = cursor()
    chosen = {name: request.args.get(name, "") for name in ("status", "kind", "hazard")}
    with web.reading() as session:
        page = at.page(queries.reports(session, web.scope(), at, **chosen), lambda one: one.id)
        return listed(page, lambda one: shape(session, one))


@api.get("/reports/<number>")
@api.doc(summary="One report")
@web.needs("report.see")
def report(number: str) -> dict[str, Any]:
    """One report."""
    with web.reading() as session:
        found = queries.report(session, web.scope(), number)
        if found is None:
            raise NotFound()
        return shape(session, found)


@api.post("/reports")
@api.doc(summary="File a report", description="Repeat safely with an Idempotency-Key.")
@api.input(ReportIn, arg_name="body")
@web.needs("report.file")
@writing
def file_report(uow: UnitOfWork, body: ReportIn) -> tuple[dict[str, Any], int]:
    """Files a report and answers with it."""
    command = FileReport(
        kind=body.kind, hazard=body.hazard, division=body.division, place=body.place, figures=body.figures,
        needs=[need.model_dump() for need in body.needs], text=body.text, ref=body.ref or "",
        occurred_at=body.occurred_at, channel="api",
    )  # fmt: skip
    return shape(uow.session, service.file(uow, command)), 201


from responder.reports import api_due  # noqa: E402, F401  (it hangs its resource on ``api``)
