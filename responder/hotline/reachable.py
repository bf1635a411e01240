"""A bare answer that answers nothing else: somebody confirms that test texts reach them, and is thanked."""

from responder.hotline import answers
from responder.hotline.call import Call
from responder.hotline.senders import Sender
from responder.hotline.understanding import Understood
from responder.messaging.broadcasts.rules import is_receipt
from responder.messaging.reach import service as reach


def take(call: Call, sender: Sender, what: Understood) -> bool:
    """Takes 1, 收到 and the like from whoever was sent a test text lately; False for all that may mean more: an open
    mission, a number, words of its own. The actor must be named."""
    said = call.body.strip()
    bare = answers.digit(said) == 1 or is_receipt(said)
    if not bare or what.ref or call.missions():
        return False
    if not reach.answered(call.uow, sender.person_id, call.uow.now, "call" if call.by_hand else "test"):
        return False
    call.outcome = "reply"
    call.reply("reach_thanks")
    return True
