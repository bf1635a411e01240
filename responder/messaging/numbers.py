"""Numbers that the network knows nothing of, and those who want no texts: marked, and told to whoever keeps them."""

from typing import Any

from responder.accounts import queries as accounts
from responder.accounts.commands import MarkPhone
from responder.accounts.credentials import mark_phone
from responder.accounts.views import Owner, PersonView
from responder.kernel import phones
from responder.kernel.events import Event
from responder.kernel.notices import Notice
from responder.platform.scope import ancestors, everything
from responder.platform.work import UnitOfWork

_STATES = {"permanent_number": ("bad", "number_dead"), "opted_out": ("opted_out", "number_left")}
_KEEPERS = ("people.local", "people.manage")


def heard_of(uow: UnitOfWork, number: str, category: str, template: str) -> None:
    """Keeps what an error says of a number. What is new is told once: to the board, and by text to those who keep the
    contacts of its owner's division, unless the text that failed told of such a number itself. Somebody without any
    duty may opt out; nobody is told."""
    if category not in _STATES:
        return
    state, words = _STATES[category]
    owner = accounts.owner_of(uow.session, number)
    if owner is None or owner.phone_state == state:
        return
    mark_phone(uow, MarkPhone(number, state))
    if owner.disabled or (state == "opted_out" and not owner.permissions):
        return
    told: dict[str, Any] = {"name": owner.name, "phone": phones.mask(number)}
    uow.record(Event(f"message.{words}", owner.division, "", told))
    if template in {other for _state, other in _STATES.values()}:
        return
    for keeper in _keepers(uow, owner):
        dedup = f"{words}:{number}:{uow.now:%Y-%m-%d}:{keeper.id}"
        params = {**told, "office": owner.division_name}
        uow.send(Notice(words, dedup, person=keeper.id, params=params))


def _keepers(uow: UnitOfWork, owner: Owner) -> list[PersonView]:
    """Who keeps the contacts of a division: those at it or, where there is nobody, at the nearest above."""
    for code in reversed(ancestors(owner.division)):
        found = {
            person.id: person
            for permission in _KEEPERS
            for person in accounts.people_with(uow.session, permission, [code])
            if person.id != owner.person_id
        }
        if found:
            return list(found.values())
    return []


def another(uow: UnitOfWork, person_id: int, tried: set[str]) -> str | None:
    """A number of somebody's that may be texted and hasn't been tried, None where there is none."""
    found = accounts.phones(uow.session, everything(uow.world), person_id=person_id)
    return next((one.number for one in found if one.state == "ok" and one.number not in tried), None)
