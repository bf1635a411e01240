"""A day's sheet of a whole province: 11,860 villages of Jilin, with 1 and with 20 follow-ups each, in turn, in one
run: what a page of it reads, in milliseconds at p95."""

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks.servers import database
from responder import demo, migrate
from responder.app import House, assemble, settle_in
from responder.incidents import service as incident_service
from responder.incidents.commands import OpenIncident
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.ids import INCIDENT, number
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.reports import sheets, standings
from responder.reports.models import Report
from responder.settings import Settings

FOLLOW_UPS = (1, 20)
VILLAGES = 11_860
TURNS = 40
ROOT = "22"


def _fill(house: House, each: int) -> str:
    """One flood over the province: every village's first report and its follow-ups, folded as a return would."""
    now = clock.now()
    with house.work.begin(Actor(None, "bench", ROOT, "job")) as uow:
        key = incident_service.open_incident(uow, OpenIncident(ROOT, "flood", "吉林省"))
        # Named villages are fewer in a demonstration's data than in the field: the rest are numbered.
        codes = [place.code for place in places(uow.session).below(ROOT) if place.level == 5]
        towns = sorted({code[:9] for code in codes})
        numbered = (f"{town}{n:03d}" for n in range(1, 1000) for town in towns)
        known = set(codes)
        while len(codes) < VILLAGES:
            code = next(numbered)
            if code not in known:
                codes.append(code)
        for round_ in range(each + 1):
            said = now - timedelta(minutes=each - round_)
            rows: list[dict[str, Any]] = [
                {
                    "kind": "followup" if round_ else "initial", "hazard": "flood", "place": "", "received_at": said,
                    "said_at": said, "source": "own", "basis": "total", "asks": "", "amended": False, "because": "",
                    "channel": "sms", "reporter_id": None, "reporter_name": "王秀兰", "reporter_phone": "",
                    "typed_by_id": None, "typed_by_name": "王秀兰", "status": "received", "reason": "",
                    "reviewed_by": "", "needs": "[]", "urgent": "[]", "warnings": "[]", "text": "内涝", "ref": "",
                    "world": 0, "division_code": code, "occurred_text": "", "incident_id": key,
                    "figures": {
                        "affected": 80 + n % 300 + round_, "relocated": n % 90 + round_, "deaths": 0, "injured": n % 3,
                        "houses_collapsed": n % 7, "crop_affected": n % 40 + 0.5, "loss_total": n * 1000,
                    },
                }
                for n, code in enumerate(codes[:VILLAGES])
            ]  # fmt: skip
            uow.session.execute(insert(Report.__table__), rows)  # type: ignore[arg-type]
        standings.rebuild(uow, key)
    return number(INCIDENT, key)


def _read(house: House, incident: str) -> float:
    """Seconds for the whole sheet, checked."""
    begun = time.perf_counter()
    with house.work.read() as session:
        today = clock.now().astimezone(places(session).profile.zone()).date()
        found = sheets.day_sheet(session, Scope(ROOT), today, incident)
        villages = found.level(5)
        total = found.rows[ROOT].figures["affected"]
    took = time.perf_counter() - begun
    if len(villages) != VILLAGES or total != sum(row.figures["affected"] for row in villages.values()):
        raise RuntimeError("the sheet doesn't add up")
    return took


def measure(kind: str) -> dict[str, float]:
    """Milliseconds at p95 with few and with many follow-ups, and the ratio of the medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "few").mkdir()
        (folder / "many").mkdir()
        with database(kind, folder / "few") as few, database(kind, folder / "many") as many:
            houses: list[tuple[House, str]] = []
            for url, each in zip((few, many), FOLLOW_UPS, strict=True):
                house = assemble(Settings(data=folder, database_url=url, demo=True, secret_key="bench"))
                migrate.upgrade(house.work.database)
                demo.furnish(house, "jilin")
                houses.append((house, _fill(house, each)))
            for house, _incident in houses:
                settle_in(house)
            times: list[list[float]] = [[], []]
            for turn in range(TURNS + 3):
                for arm, (house, incident) in enumerate(houses):
                    took = _read(house, incident) * 1000
                    if turn >= 3:
                        times[arm].append(took)
            for house, _incident in houses:
                house.work.database.dispose()
    p95 = [statistics.quantiles(arm, n=20)[-1] for arm in times]
    ratio = statistics.median(times[1]) / statistics.median(times[0])
    return {"few_p95_ms": p95[0], "many_p95_ms": p95[1], "ratio": ratio}
