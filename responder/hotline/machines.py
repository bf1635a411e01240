"""Texts that machines write: carriers, mass texts, phones that answer by themselves. Nobody answers them."""

from responder.hotline import rules
from responder.hotline.call import Call
from responder.hotline.gazetteers import gazetteer
from responder.hotline.understanding import understand
from responder.messaging.replies import replies
from responder.places.queries import places
from responder.reports.red import red_words


def take(call: Call) -> bool:
    """Puts a machine's text aside, or before a person where it may matter; False where people write.

    A known person's text that tells of an event is never taken for a machine's, whatever words stand in it.
    """
    book, body = replies(), call.incoming.body
    if call.by_hand or not book.is_machine(call.incoming.number, body):
        return False
    told = red_words(body) or _tells(call)
    if told and call.sender is not None:
        return False
    call.name_actor()
    if not told and not book.is_heeded(call.incoming.number):
        call.outcome = "automatic"
    return True


def _tells(call: Call) -> bool:
    session = call.uow.session
    home = call.sender.division if call.sender else places(session).profile.root
    what = understand(call.incoming.body, gazetteer(session), home)
    return what.intent in rules.KINDS and bool(rules.figures(what) or what.needs or what.hazard)
