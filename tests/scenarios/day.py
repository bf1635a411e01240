"""A day's disaster as its reporters meant it, held against the product after every report."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from responder.incidents import handoffs, queries, responses
from responder.kernel.ids import INCIDENT, REPORT, number, row_id
from responder.platform import eventlog
from responder.platform.eventlog import EventView
from responder.platform.scope import Scope, everything
from responder.reports.deadlines import queries as due
from responder.reports.models import Report
from tests.scenarios.agreement import agree
from tests.scenarios.district import ROOT, District
from tests.scenarios.oracle import Book, Word

LEVELS = {  # DOMAIN §3.1's defaults for a county or district: dead and missing, relocated, rooms
    "IV": (1, 50, 10), "III": (3, 500, 100), "II": (5, 1200, 500), "I": (10, 2000, 1000),
}  # fmt: skip


@dataclass
class Day:
    """The district and its oracle: a book for each incident that stands."""

    district: District
    books: dict[str, Book] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    reached: str = ""
    proposed: set[str] = field(default_factory=set)
    seen: int = 0

    # What is said.

    def text(self, who: str, body: str, kind: str, figures: Mapping[str, float], *, of: str = "") -> str:
        """A text that reports; returns the report's number."""
        heard = self.district.heard(self.district.text(who, body))
        assert heard["outcome"] == "report", (body, heard)
        return self.said(heard["subject"], of or self.district.people[who].division, kind, figures)

    def keyed(self, who: str, kind: str, figures: Mapping[str, float]) -> str:
        """A call by keypad; a figure that isn't named is skipped."""
        slugs = ("deaths", "missing", "injured", "relocated", "houses_collapsed")
        assert figures.keys() <= set(slugs)
        self.district.keyed(who, *(f"{figures[slug]}#" if slug in figures else "*#" for slug in slugs))
        return self.said(self.newest(), self.district.people[who].division, kind, figures)

    def form(
        self, who: str, division: str, kind: str, figures: Mapping[str, float], ref: str = "", **more: object
    ) -> str:
        """The form on a screen."""
        source = str(more.get("source", "own"))
        filed = self.district.form(who, division, kind=kind, ref=ref, **{**figures, **more})
        return self.said(filed, division, kind, figures, source=source)

    def said(self, report: str, division: str, kind: str, figures: Mapping[str, float], **more: Any) -> str:
        """A report that has just come in was kept as it was meant, and all sheets agree with it."""
        row = self.district.row(Report, row_id(REPORT, report) or 0)
        kept = (row["division_code"], row["kind"], row["figures"], row["source"], row["basis"])
        meant = (division, kind, figures, more.get("source", "own"), "addition" if more.get("addition") else "total")
        assert kept == meant, row
        assert report not in self.words, "one report of two messages"
        self.words[report] = Word(division, kind, dict(figures), row["said_at"], row["id"], **more)
        incident = number(INCIDENT, row["incident_id"])
        self.books.setdefault(incident, Book(ROOT)).words.append(self.words[report])
        self.check(incident, division)
        return report

    def newest(self) -> str:
        """The number of the report that came last."""
        return number(REPORT, self.district.row(Report)["id"])

    # What offices do.

    def turned(self, report: str, **into: object) -> None:
        """A report counts otherwise from now on: returned, amended, or a correction after all."""
        word, changed = self.words[report], replace(self.words[report], **into)  # type: ignore[arg-type]
        (name,) = [name for name, book in self.books.items() if word in book.words]
        book = self.books[name]
        book.words[book.words.index(word)] = self.words[report] = changed
        self.check(name, word.division)

    def join(self, kept: str, gone: str) -> None:
        """The coordinator joins two incidents."""
        self.district.does("coordinator", f"/incidents/{kept}/join", other=gone)
        self.books[kept].words += self.books.pop(gone).words
        self.check(kept)
        assert self.incident(gone).status == "joined"

    def accept(self, report: str) -> None:
        """The village's town accepts its report."""
        town = self.words[report].division[:9]
        self.district.does(town, f"/reports/{report}/review", accept="1")

    def forward(self, who: str, incident: str, division: str) -> None:
        """An office sends its sheet upward."""
        self.district.does(who, f"/reports/sheet/{incident}/{division}/forward", how="system")

    # What must be true.

    def check(self, incident: str, division: str = "") -> None:
        """An incident's sheets agree: all of them, or after a report the root's, where every town has its line, and
        its own town's. A level is proposed as soon as the figures reach it."""
        tiers = (ROOT, division[:9]) if len(division) > len(ROOT) else ()
        agree(self.district, incident, self.books[incident], tiers)
        if incident == "S1001":
            self._check_level(self.books[incident].totals().get(ROOT, {}))

    def _check_level(self, figures: Mapping[str, float]) -> None:
        sums = [
            sum(figures.get(slug, 0) for slug in slugs)
            for slugs in (("deaths", "missing"), ("relocated",), ("houses_collapsed", "houses_severe"))
        ]
        order = ["", *LEVELS]
        now = [name for name, limits in LEVELS.items() if any(a >= b for a, b in zip(sums, limits, strict=True))]
        self.reached = max([self.reached, *now], key=order.index)
        for one in self._news():
            if one.kind == "incident.level_suggested" and one.data["office"] == self.district.names[ROOT]:
                self.proposed.add(one.data["level"])
        assert not self.reached or self.reached in self.proposed, (self.reached, self.proposed)
        assert max(["", *self.proposed], key=order.index) == self.reached

    def _news(self) -> list[EventView]:
        with self.district.house.work.read() as session:
            found = eventlog.since(session, everything(), self.seen, 5000)
        self.seen = found[-1].seq if found else self.seen
        return found

    def events(self, kind: str = "") -> list[EventView]:
        """The log, or one kind of it."""
        with self.district.house.work.read() as session:
            found = eventlog.since(session, everything(), 0, 5000)
        return [one for one in found if one.kind == kind or not kind]

    def incident(self, name: str) -> queries.IncidentView:
        """An incident as the district reads it."""
        with self.district.house.work.read() as session:
            found = queries.incident(session, Scope(ROOT), name)
        assert found is not None
        return found

    def hand_offs_open(self) -> list[str]:
        """Lines that nobody has told yet."""
        with self.district.house.work.read() as session:
            return [one.line.slug for one in handoffs.unmade(session, Scope(ROOT))]

    def level(self) -> responses.Running:
        """The one level that runs."""
        with self.district.house.work.read() as session:
            (found,) = responses.running(session)
        return found

    def owed(self) -> list[due.DueView]:
        """What is owed in the district."""
        with self.district.house.work.read() as session:
            return due.owed(session, Scope(ROOT), self.district.now)

    def settled(self) -> dict[tuple[str, str], str]:
        """How what fell due in the last day was met, by kind and division."""
        with self.district.house.work.read() as session:
            found = due.settled(session, Scope(ROOT), self.district.now, 500)
        return {(one.kind, one.division): one.state for one in found if one.reason != "joined"}

    def zero_states(self) -> dict[str, str]:
        """Where each village stands in the newest round of zero reports."""
        with self.district.house.work.read() as session:
            _day, offices = due.zero_round(session, Scope(ROOT), self.district.now)
        return {one.division: one.state for office in offices for one in office.asked}
