"""Which division a text is about, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from responder.hotline import rules
from responder.hotline.gazetteers import gazetteer
from responder.hotline.manners import manners
from responder.hotline.refusals import OtherBranch
from responder.hotline.senders import Sender
from responder.hotline.understanding import Resolution, resolve
from responder.places.index import Places
from responder.places.queries import places
from responder.reports.rules import MAX_PLACE

_COUNTY = 6


@dataclass(frozen=True)
class Where:
    """Where a report counts: a division and the place as written.

    ``candidates`` are the several places of that name, nearest first, ``name`` what they are called; ``unsure``
    says that no village was named and that the sender's own division is none.
    """

    division: str
    place: str
    candidates: tuple[str, ...] = ()
    name: str = ""
    unsure: bool = False


def find(session: Session, sender: Sender, place: str | None, body: str) -> Where:
    """Where a text's place is. One that isn't ours is kept in words, under the sender's own division, so that the
    right people read it. Raises OtherBranch."""
    tree = places(session)
    leaf = tree.is_leaf(sender.division)
    if not place:
        return Where(sender.division, "", unsure=not leaf and not any(word in body for word in manners().whole))
    found = resolve(place, gazetteer(session), sender.division)
    named = _named(session, tree, found, sender.division)
    if named and not sender.division.startswith(tree.profile.root):
        raise OtherBranch()
    words = place[:MAX_PLACE]
    if len(named) > 1:
        return Where(sender.division, words, named, found.matched)
    if named:
        town = tree.name(named[0][:9])
        if rules.is_meant(tree.name(named[0]), named[0], town, place, sender.division):
            return Where(named[0], words)
    return Where(sender.division, words, unsure=not leaf)


def _named(session: Session, tree: Places, found: Resolution, own: str) -> tuple[str, ...]:
    """The divisions of ours that a resolved name may mean; several where a person must say which.

    The sender's own county decides by itself (DOMAIN §5.3); further off, a name that repeats is asked about.
    """
    root = tree.profile.root
    if found.code is None:
        return _nearest([code for code in found.candidates if code.startswith(root)], own)
    if not found.code.startswith(root):
        return ()
    if found.code.startswith(own[:_COUNTY]) or own == found.code:
        return (found.code,)
    same = [code for code in gazetteer(session).codes(found.matched) if code.startswith(root)]
    if len(same) < 2 or found.code not in same or len(found.code) < 12:
        return (found.code,)
    return (found.code, *(code for code in _nearest(same, own) if code != found.code))


def _nearest(codes: Sequence[str], own: str) -> tuple[str, ...]:
    """Codes, those that share most of their way down with the sender's own first."""

    def shared(code: str) -> int:
        return sum(1 for a, b in zip(code, own, strict=False) if a == b) if code[:2] == own[:2] else 0

    return tuple(sorted(codes, key=lambda code: (-_common(code, own), -shared(code), code)))


def _common(code: str, own: str) -> int:
    return max((n for n in (2, 4, 6, 9, 12) if len(own) >= n and code[:n] == own[:n]), default=0)


def narrowed(session: Session, codes: Sequence[str], said: str) -> tuple[str, ...]:
    """Those of several places that an answer in words may mean: 漕泾镇的, 弓棚."""
    tree = places(session)
    words = said.strip(" ，,。.的那个村儿")
    exact = [code for code in codes if words and words in (tree.name(code), tree.name(code[:9]), tree.name(code[:6]))]
    return tuple(exact or [code for code in codes if len(words) > 1 and words in tree.label(code)])


def bare(session: Session, sender: Sender, said: str) -> tuple[str, ...]:
    """The places that a text names which says nothing else; () for any other text."""
    tree, text = places(session), said.strip(" ，,。.！!")
    if not 2 <= len(text) <= 24:
        return ()
    found = resolve(text, gazetteer(session), sender.division)
    if not found.matched or not text.startswith(found.matched) or len(found.rest) > 6:
        return ()
    return tuple(code for code in _named(session, tree, found, sender.division) if _allowed(sender, code))


def _allowed(sender: Sender, code: str) -> bool:
    return len(code) > 2 and code[:2] == sender.division[:2]


def choices(session: Session, codes: Sequence[str], lang: str) -> str:
    """Places behind digits, by what tells them apart: ``1五棵树镇 2弓棚镇``."""
    tree = places(session)
    counties = {code[:_COUNTY] for code in codes}

    def told(code: str) -> str:
        if len(code) <= 9:
            return tree.label(code)
        county, town = tree.name(code[:_COUNTY]), tree.name(code[:9])
        if len(counties) == len(codes) > 1:
            return county
        return county + town if len(counties) > 1 else town

    gap = "" if lang == "zh" else " "
    return " ".join(f"{n}{gap}{told(code)}" for n, code in enumerate(codes, 1))
