"""One text being dealt with, and what becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from responder.dispatch import queries as missions
from responder.hotline import rules
from responder.hotline.memory import Replied, replied
from responder.hotline.senders import Sender
from responder.kernel.actors import REAL, Actor, Channel
from responder.kernel.events import Event
from responder.kernel.notices import ANSWER, Notice
from responder.messaging import queries as messages
from responder.messaging.commands import Incoming
from responder.messaging.handcalls.rules import GATEWAY as BY_HAND
from responder.messaging.replies import replies
from responder.places.queries import places
from responder.platform.work import UnitOfWork

PAUSED = "replies_paused"


@dataclass
class Call:
    """One text being dealt with. ``body`` is what is understood: the text, joined with the parts before it.
    ``outcome``, ``subject`` and ``understood`` are to be written beside it. ``replied`` are the answers that its phone
    got lately (None: not looked up yet); ``paused`` says that this one got none, because they were too many; ``quiet``
    that what waits is no news any more: so many of this phone's wait already."""

    uow: UnitOfWork
    inbound: int
    incoming: Incoming
    sender: Sender | None
    body: str = ""
    outcome: str = "waiting"
    subject: str = ""
    understood: dict[str, Any] = field(default_factory=dict)
    replied: Sequence[Replied] | None = None
    paused: bool = False
    quiet: bool = False
    _missions: list[tuple[str, int]] | None = None

    def missions(self) -> list[tuple[str, int]]:
        """Number and world of the sender's open missions, looked up once."""
        if self._missions is None:
            person = self.sender.person_id if self.sender else 0
            self._missions = missions.open_everywhere(self.uow.session, person)
        return self._missions

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
            channel: Channel = "proxy" if self.by_hand else "sms"
            self.uow.act_as(Actor(who.person_id, who.name, who.division, channel, world))

    @property
    def by_hand(self) -> bool:
        """Whether an officer typed what was said on the telephone: they answer in person, no text is sent."""
        return self.incoming.gateway == BY_HAND

    def reply(self, template: str, params: Mapping[str, object] | None = None, subject: str = "") -> None:
        """One answer to one text, to the number that it came from."""
        if self.by_hand:
            return
        if self._enough(subject):
            template, params, subject = self._pause()
            if not template:
                return
        self.uow.send(
            Notice(
                template, f"reply:{self.inbound}", person=self.sender.person_id if self.sender else None,
                number=self.incoming.number, params=params or {}, priority=ANSWER, subject=subject, lang=self.lang,
            )
        )  # fmt: skip

    def _enough(self, subject: str) -> bool:
        """Whether this phone has had so many answers that two machines may be talking with each other."""
        if self.replied is None:
            self.replied = replied(self.uow.session, self.incoming.number, self.uow.now)
        bare = sum(not one.subject for one in self.replied)
        return len(self.replied) >= replies().most_in_talk or (not subject and bare >= replies().most)

    def _pause(self) -> tuple[str, Mapping[str, object], str]:
        """Says once that a person will answer; "" where it was said."""
        self.paused = True
        if any(one.template == PAUSED for one in self.replied or ()):
            return "", {}, ""
        self.uow.record(Event("message.paused", self.uow.actor.division, f"I{self.inbound}", {}))
        return PAUSED, {}, ""

    def reply_rarely(self, template: str, pause: timedelta) -> None:
        """An answer that says nothing new, not again within the pause: two machines must not loop."""
        last = messages.last_note_to(self.uow.session, self.incoming.number, template)
        if self.incoming.gateway != "voice" and (last is None or self.uow.now - last > pause):
            self.reply(template)
