"""Commands of the tests of reach. The only place that writes them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from responder.accounts import queries as accounts
from responder.accounts.models import Person
from responder.kernel.actors import REAL
from responder.kernel.events import Event
from responder.kernel.notices import ROUTINE, Notice
from responder.kernel.refusals import NotFound
from responder.messaging.handcalls import service as handcalls
from responder.messaging.handcalls.commands import HandCallWanted
from responder.messaging.reach.book import book
from responder.messaging.reach.commands import CallSilent
from responder.messaging.reach.models import ReachTest
from responder.messaging.wording import render
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork

_test: Any = ReachTest.__table__
_NAMED = 3
"""Names that fit into one text; the rest is counted."""


def ask(uow: UnitOfWork, person_id: int, number: str, division: str, round_name: str) -> None:
    """A person's test text of this round; the second time in one round nothing happens."""
    seen = select(_test.c.id).where(_test.c.person_id == person_id, _test.c.round == round_name)
    if uow.session.connection().scalar(seen) is not None:
        return
    uow.session.add(
        ReachTest(
            person_id=person_id, round=round_name, number=number, state="asked", asked_at=uow.now,
            division_code=division,
        )
    )  # fmt: skip
    _text(uow, person_id, round_name, 1)


def excuse(uow: UnitOfWork, person_id: int, number: str, division: str, round_name: str, at: datetime, by: str) -> None:
    """Whoever was heard of lately needs no test this round: what they sent at ``at`` is the proof."""
    uow.session.add(
        ReachTest(
            person_id=person_id, round=round_name, number=number, state="answered", asked_at=uow.now, answered_at=at,
            answered_from=by, division_code=division,
        )
    )  # fmt: skip


def ask_again(uow: UnitOfWork, test_id: int) -> bool:
    """The same text once more; False where an answer has come meanwhile."""
    moved = update(_test).where(_test.c.id == test_id, _test.c.state == "asked")
    moved = moved.values(state="asked_again", again_at=uow.now).returning(_test.c.person_id, _test.c.round)
    row = uow.session.connection().execute(moved).first()
    if row is None:
        return False
    _text(uow, row.person_id, row.round, 2)
    return True


def give_up(uow: UnitOfWork, test_id: int) -> bool:
    """No answer to two texts: silent, until they are heard of; False where an answer has come meanwhile."""
    moved = update(_test).where(_test.c.id == test_id, _test.c.state == "asked_again").values(state="silent")
    return bool(uow.session.connection().execute(moved).rowcount)


def proved(uow: UnitOfWork, test_id: int, at: datetime, by: str) -> None:
    """Something else came from them since they were asked."""
    waits = (_test.c.id == test_id) & (_test.c.state != "answered")
    values = {"state": "answered", "answered_at": at, "answered_from": by}
    uow.session.connection().execute(update(_test).where(waits).values(values))


def answered(uow: UnitOfWork, person_id: int, at: datetime, by: str = "test") -> bool:
    """A bare answer came from somebody: of their newest test, where they were tested lately. False where they weren't.

    For the hotline: a 1 that answers nothing else is then thanked for.
    """
    lately = at - timedelta(days=book().tests.thanks_days)
    newest = select(_test.c.id).where(
        _test.c.person_id == person_id, _test.c.world == REAL, _test.c.asked_at >= lately, _test.c.asked_at <= at
    )
    newest = newest.where((_test.c.state != "answered") | (_test.c.answered_from == "test"))
    found = uow.session.connection().scalar(newest.order_by(_test.c.id.desc()).limit(1))
    if found is None:
        return False
    proved(uow, found, at, by)
    return True


def tell(uow: UnitOfWork, office: str, people: Sequence[tuple[int, str]], tests: Sequence[int]) -> None:
    """Tells an office who of its people stays silent: one text to each who keeps contacts there, naming all, and one
    event. ``people`` are (id, name)."""
    tree = places(uow.session)
    names = [name for _person, name in people]
    said: dict[str, object] = {"names": "、".join(names[:_NAMED])}
    if len(names) > _NAMED:
        said["n"] = len(names)
    above: str | None = office
    keepers = accounts.people_with(uow.session, "people.local", [office])
    while not keepers and above is not None:
        above = tree.profile.office_above(above)
        keepers = accounts.people_with(uow.session, "people.local", [above]) if above else []
    own = {person for person, _name in people}
    for keeper in keepers:
        if own != {keeper.id}:
            dedup = f"reach:silent:{office}:{uow.now:%Y%m%d}:{keeper.id}"
            uow.send(Notice("reach_silent", dedup, person=keeper.id, params=said, priority=ROUTINE))
    uow.record(Event("reach.silent", office, "", said))
    uow.session.execute(update(_test).where(_test.c.id.in_(list(tests))).values(raised_at=uow.now))


def call(uow: UnitOfWork, command: CallSilent) -> int:
    """Puts somebody on the list of calls, once a day; returns the call's id. Raises NotFound."""
    seen = Scope(uow.actor.division).covers(Person.division_code)
    person = uow.session.scalar(select(Person).where(Person.id == command.person_id, seen))
    if person is None:
        raise NotFound()
    number = accounts.phone_of(uow.session, person.id) or ""
    words = render("reach_test", person.lang, {}, drill=False)
    return handcalls.put(
        uow,
        HandCallWanted(
            None, person.id, number, person.name, words, "reach" if number else "no_number", "", "reach_test",
            ROUTINE, "", person.division_code, f"reach:{person.id}:{uow.now:%Y%m%d}",
        ),
    )  # fmt: skip


def _text(uow: UnitOfWork, person_id: int, round_name: str, turn: int) -> None:
    dedup = f"reach:{round_name}:{person_id}:{turn}"
    uow.send(Notice("reach_test", dedup, person=person_id, params={"round": round_name}, priority=ROUTINE))
