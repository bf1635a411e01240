"""One text being dealt with, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from responder.hotline import rules
from responder.hotline.senders import Sender
from responder.kernel.actors import REAL, Actor
from responder.kernel.notices import ANSWER, Notice
from responder.messaging import queries as messages
from responder.messaging.commands import Incoming
from responder.places.queries import places
from responder.platform.work import UnitOfWork


@dataclass
class Call:
    """One text being dealt with. ``body`` is what is understood: the text, joined with the parts before it.
    ``outcome``, ``subject`` and ``understood`` are to be written beside it."""

    uow: UnitOfWork
    inbound: int
    incoming: Incoming
    sender: Sender | None
    body: str = ""
    outcome: str = "waiting"
    subject: str = ""
    understood: dict[str, Any] = field(default_factory=dict)

    @property
    def lang(self) -> str:
        """The language to answer in."""
        return rules.language(self.incoming.body, self.sender.lang if self.sender else "zh")

    def name_actor(self, world: int = REAL) -> None:
        """Names whoever wrote as the one behind what follows, in this world."""
        if self.sender is None:
            root = places(self.uow.session).profile.root
            self.uow.act_as(Actor(None, self.incoming.number[-4:], root, "sms"))
        else:
            who = self.sender
            self.uow.act_as(Actor(who.person_id, who.name, who.division, "sms", world))

    def reply(self, template: str, params: Mapping[str, object] | None = None, subject: str = "") -> None:
        """One answer to one text, to the number that it came from."""
        self.uow.send(
            Notice(
                template, f"reply:{self.inbound}", person=self.sender.person_id if self.sender else None,
                number=self.incoming.number, params=params or {}, priority=ANSWER, subject=subject, lang=self.lang,
            )
        )  # fmt: skip

    def reply_rarely(self, template: str, pause: timedelta) -> None:
        """An answer that says nothing new, not again within the pause: two machines must not loop."""
        last = messages.last_note_to(self.uow.session, self.incoming.number, template)
        if self.incoming.gateway != "voice" and (last is None or self.uow.now - last > pause):
            self.reply(template)
