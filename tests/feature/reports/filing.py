"""Filing and reading as the tests of the chain and the sheets do."""

from typing import Any

from responder.incidents import service as incident_service
from responder.incidents.commands import OpenIncident
from responder.kernel.ids import INCIDENT, number
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.reports import service, sheets
from responder.reports.commands import FileReport
from responder.reports.queries import ReportView
from responder.reports.sheets import Sheet
from tests.feature.reports.conftest import DISTRICT, VILLAGE, Desk

FAR = "310116102201"


def incident(desk: Desk) -> str:
    """A fresh incident of the district without reports."""
    with desk.house.work.begin(desk.actor("coordinator")) as uow:
        return number(INCIDENT, incident_service.open_incident(uow, OpenIncident(DISTRICT, "flood", "金山区")))


def say(desk: Desk, who: str, division: str = VILLAGE, kind: str = "followup", **more: Any) -> ReportView:
    """Files a report; what isn't told has the form's defaults. Other keywords than the command's are figures."""
    fields = {name: more.pop(name) for name in list(more) if name in FileReport.__dataclass_fields__}
    with desk.house.work.begin(desk.actor(who)) as uow:
        return service.file(
            uow, FileReport(**{"kind": kind, "hazard": "flood", "division": division, "figures": more, **fields})
        )


def sheet(desk: Desk, name: str, division: str = DISTRICT, scope: str = DISTRICT) -> Sheet:
    """A tier's sheet."""
    with desk.house.work.read() as session:
        found = sheets.sheet(session, Scope(scope), name, division)
    assert found is not None
    return found


def kinds(desk: Desk) -> list[str]:
    """The kinds of all events, oldest first."""
    with desk.house.work.read() as session:
        return [one.kind for one in eventlog.since(session, everything(), 0, 1000)]


def key_of(name: str) -> int:
    """The id behind an incident's number."""
    return int(name[1:]) - 1000
