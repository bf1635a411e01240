"""Who spoke in a pasted chat: known people, by the names that they bear there."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.accounts.models import Person
from responder.hotline.senders import Sender
from responder.platform.scope import Scope

_person: Any = Person.__table__
_PARTS = re.compile(r"[\s\-—_@/·.|()（）【】\[\]<>＠]+")
_HAN = re.compile(r"[一-鿿]+")
_LONGEST_NAME = 4
_MOST = 500


def speakers(session: Session, scope: Scope, shown: Iterable[str]) -> dict[str, Sender]:
    """Known people in scope behind names shown in a chat (王秀兰, 海涯村-王秀兰, 王秀兰主任), each only where one
    person alone can be meant."""
    wanted = {name: _candidates(name) for name in set(shown) if name}
    every = sorted({one for found in wanted.values() for one in found})[:_MOST]
    if not every:
        return {}
    statement = select(_person.c.id, _person.c.name, _person.c.division_code, _person.c.lang).where(
        _person.c.name.in_(every), _person.c.disabled_at.is_(None), scope.covers(_person.c.division_code)
    )
    known: dict[str, list[Sender]] = {}
    for row in session.execute(statement):
        known.setdefault(row.name, []).append(Sender(*row))
    found: dict[str, Sender] = {}
    for name, candidates in wanted.items():
        # The surest reading of the name first: the whole of it, then what stands by itself, then its ends.
        people = next((known[one] for one in candidates if one in known), [])
        if len(people) == 1:
            found[name] = people[0]
    return found


def _candidates(shown: str) -> list[str]:
    """Names that somebody shown so may bear, the surest first."""
    parts = [part for part in _PARTS.split(shown.strip()) if part]
    found = [shown.strip(), *parts]
    for run in (run for part in parts for run in _HAN.findall(part)):
        # 海涯村王秀兰, 王秀兰主任; but 徐静怡 isn't 徐静.
        lengths = [n for n in (4, 3, 2) if len(run) - n > 1]
        found += [run[-n:] for n in lengths] + [run[:n] for n in lengths]
    return list(dict.fromkeys(one for one in found if len(one) > 1))
