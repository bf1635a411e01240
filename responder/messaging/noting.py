"""An officer writes to one person, in words of their own."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.kernel.events import Event
from responder.kernel.notices import Notice
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.messaging import inbox, wording
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork

TEMPLATE = "note"
LONGEST = 300
"""Characters: five texts, more is no text any more."""
_PRIORITY = 2
"""Before receipts, after first alerts: somebody sits and waits for an answer."""


class NoNumber(Refusal):
    """The person has no number that may be texted. Params: ``name``."""

    code = "messaging.no_number"


@dataclass(frozen=True)
class Write:
    """Words for a person, or for the number that a text came from (``inbound``). ``key`` is the form's: the same form
    sent twice is one text. ``subject`` is the number that it is about."""

    said: str
    key: str
    person_id: int | None = None
    inbound: int | None = None
    subject: str = ""


def write(uow: UnitOfWork, command: Write) -> None:
    """Sends an officer's own words under the office's name. Raises Invalid, NotFound, NoNumber."""
    said = " ".join(command.said.split())
    if not said:
        raise Invalid(field="said", problem="required")
    if len(said) > LONGEST:
        raise Invalid(field="said", problem="too_long")
    scope = Scope(uow.actor.division, uow.world)
    number, lang, name, division = _to(uow, scope, command)
    params = {"office": office(uow.session, lang), "said": said}
    dedup = f"note:{uow.actor.person_id}:{command.key[:60]}"
    uow.send(
        Notice(
            TEMPLATE, dedup, person=command.person_id, number=number, params=params, priority=_PRIORITY,
            subject=command.subject, lang=lang,
        )
    )  # fmt: skip
    # The words stay under the permissions of the messages; that somebody wrote is for everybody.
    told = {"by": uow.actor.name, "name": name}
    uow.record(Event("message.written", division, command.subject or "", told))


def _to(uow: UnitOfWork, scope: Scope, command: Write) -> tuple[str | None, str, str, str]:
    """Number (None: the person's own), language, name and division of whom it is for."""
    if command.person_id is not None:
        person = _person(uow, command.person_id)
        if person is None or not scope.holds(person[1]):
            raise NotFound()
        found = accounts.reach(uow.session, command.person_id)
        if found is None:
            raise NoNumber(name=person[0])
        return None, found.lang, person[0], person[1]
    letter = inbox.one(uow.session, scope, command.inbound or 0)
    if letter is None:
        raise NotFound()
    if not letter.number.startswith("+"):
        raise NoNumber(name=letter.name)
    return letter.number, "zh", letter.name, letter.division


def _person(uow: UnitOfWork, person_id: int) -> tuple[str, str] | None:
    if person_id not in accounts.names(uow.session, [person_id]):
        return None
    found = accounts.own(uow.session, person_id)
    return found.name, found.division


def office(session: Session, lang: str) -> str:
    """The branch's short name in a language."""
    short = places(session).profile.short
    return str(short.en if lang == "en" else short.zh)


def around(lang: str, office_: str, answer: str, *, drill: bool) -> tuple[str, str]:
    """What stands before and after the officer's words: for counting while they write."""
    mark = "\x01"
    body = wording.worded(TEMPLATE, lang, {"office": office_, "said": mark}, drill=drill, answer=answer).body
    before, _mark, after = body.partition(mark)
    return before, after
