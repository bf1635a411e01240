"""The names of this branch's places, ready for finding them in texts; made anew when the divisions change."""

import threading
import weakref
from functools import cache

from sqlalchemy.orm import Session

from responder.hotline.understanding import Gazetteer
from responder.places import rules, sources
from responder.places.index import Places
from responder.places.queries import places

_made: "weakref.WeakKeyDictionary[Places, Gazetteer]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def gazetteer(session: Session) -> Gazetteer:
    """The gazetteer of this session's database, from memory."""
    tree = places(session)
    found = _made.get(tree)
    if found is None:
        with _lock:
            found = _made.get(tree)
            if found is None:
                found = _made[tree] = Gazetteer((p.code, p.name, p.level, p.aliases) for p in tree.gazetteer())
    return found


@cache
def of_country() -> Gazetteer:
    """Names of the whole country down to counties, and of the shipped profiles down to villages: for texts that
    come without a sender."""
    named = {}
    for profile in ("jilin", "jinshan"):
        for one in sources.gather(profile).divisions:
            named[one.code] = (one.code, one.name, rules.level(one.code), one.aliases)
    for row in sources.counties():
        named.setdefault(row[0], row)
    return Gazetteer(named.values())
