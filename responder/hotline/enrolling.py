"""New liaison officers: an unknown phone asks, the people above its place agree by text or on the page."""

import re
from datetime import timedelta
from functools import partial

from responder.accounts import roster
from responder.accounts.enrolment import queries, rules, service
from responder.accounts.enrolment.commands import Apply, Confirm, Refuse
from responder.accounts.enrolment.queries import EnrolmentView
from responder.accounts.service import reach_of
from responder.hotline import applications
from responder.hotline.applications import Application
from responder.hotline.call import Call
from responder.hotline.memory import Memory, times
from responder.hotline.rules import PUZZLED_AGAIN
from responder.hotline.senders import Sender
from responder.kernel.refusals import NotFound
from responder.places.index import Places
from responder.places.queries import places
from responder.reports.red import red_words

_ANSWER = re.compile(
    r"\W*(?P<number>[Ee]-?\d{4,9})\W*(?:(?P<digit>[123])|(?P<yes>同意|可以|是|yes|ok)|(?P<no>不同意|不行|不是|no))\W*",
    re.IGNORECASE,
)
_MOST_LETTERS = 24
"""Letters of a text that says nothing but a place."""
_MOST = 4
"""Applications of one phone in a day that are brought to those who decide: whoever changes theirs more often jokes."""
_DAY = timedelta(hours=24)


def apply(call: Call, memory: Memory) -> bool:
    """Takes an unknown phone's text as an application, or as what was missing in its last one; False for others."""
    if not call.incoming.number.startswith("+") or red_words(call.body):
        return False
    uow, tree = call.uow, places(call.uow.session)
    named = partial(_named, tree)
    before = queries.open_of(uow.session, call.incoming.number)
    asks = applications.asks(call.body)
    if not asks and (before is None or before.placed or len(call.body) > _MOST_LETTERS):
        return False
    read = applications.read(call.body, named)
    if not asks and not read.codes:
        return False
    call.name_actor()
    name = read.name if asks and read.name else before.name if before else read.name
    if not name:
        call.reply_rarely("enrol_again", PUZZLED_AGAIN)
        return True
    lately = times(uow.session, call.incoming.number, "enrol", uow.now - _DAY)
    if lately >= _MOST:
        # The last one stands; a person reads the first that is one too many.
        waits = any(text.outcome == "waiting" and applications.asks(text.body) for text in memory.texts)
        call.outcome = "enrol" if waits or lately > _MOST else "waiting"
        return True
    _apply(call, read, name)
    return True


def _named(tree: Places, said: str) -> list[str]:
    """The places of the branch that a name may mean; the branch as a whole is none."""
    root = tree.profile.root
    return [place.code for place in roster.called(tree, said, root) if place.code != root]


def _apply(call: Call, read: Application, name: str) -> None:
    division = read.codes[0] if len(read.codes) == 1 else ""
    applied = service.apply(call.uow, Apply(call.incoming.number, name, division, call.body))
    found = applied.enrolment
    call.outcome, call.subject = "enrol", found.number
    if applied.told:
        call.reply("enrol_received", {"name": found.name, "place": _place(call, found)}, found.number)
    else:
        call.reply("enrol_again", {}, found.number)


def _place(call: Call, found: EnrolmentView) -> str:
    tree = places(call.uow.session)
    return tree.name(found.division) if found.placed else tree.profile.short.zh


def greet(call: Call, sender: Sender) -> bool:
    """Tells somebody who is known that they needn't enrol; False for any other text."""
    if not applications.asks(call.body) or red_words(call.body) or re.search(r"\d", call.body):
        return False
    tree = places(call.uow.session)
    if not applications.read(call.body, partial(_named, tree)).name:
        return False
    call.name_actor()
    call.outcome = "enrol"
    call.reply("enrol_known", {"name": sender.name, "place": tree.label(sender.division)})
    return True


def decide(call: Call, _sender: Sender) -> bool:
    """Takes ``E1001 1`` as the decision on an application; False for any other text. Raises what deciding raises."""
    said = _ANSWER.fullmatch(call.body)
    enrolment = rules.row_id(said["number"]) if said else None
    if said is None or enrolment is None:
        return False
    call.name_actor()
    uow = call.uow
    if said["digit"] == "2" or said["no"]:
        found = service.refuse(uow, Refuse(enrolment))
    elif said["digit"] == "3":
        found = service.confirm(uow, Confirm(enrolment, join=_known(call, enrolment)))
    else:
        found = service.confirm(uow, Confirm(enrolment))
    call.outcome, call.subject = "reply", found.number
    params = {"number": found.number, "name": found.name, "place": _place(call, found), "state": found.state}
    call.reply("enrol_decided", params, found.number)
    return True


def _known(call: Call, enrolment: int) -> int:
    """The person of that name and place whose number it is. Raises NotFound, NobodySuch."""
    scope = reach_of(call.uow)
    found = queries.one(call.uow.session, scope, enrolment)
    if found is None:
        raise NotFound(what=rules.number(enrolment))
    same = queries.namesakes(call.uow.session, scope, found.name, found.division)
    if len(same) != 1:
        raise rules.NobodySuch(name=found.name)
    return same[0][0]
