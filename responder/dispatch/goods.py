"""Which goods a plan proposes, and from which stores: own, parent, sibling, higher (DOMAIN §4.3). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from responder.dispatch.commands import Need
from responder.places.rules import ancestors
from responder.stock.rules import Need as Estimate

Tier = Literal["own", "parent", "sibling", "higher"]
"""Where a source stands towards the scene (DOMAIN §4.3): this order is kept before distance."""

_TIERS: tuple[Tier, ...] = ("own", "parent", "sibling", "higher")


@dataclass(frozen=True)
class Holding:
    """What one warehouse has of an item, and how far it lies."""

    warehouse: str
    name: str
    division: str
    item: str
    available: int
    km: float | None


@dataclass(frozen=True)
class GoodsSource:
    """One warehouse for one item: what it has, what is proposed to be taken."""

    holding: Holding
    tier: Tier
    proposed: int


@dataclass(frozen=True)
class GoodsLine:
    """One item of the proposal. ``basis``: asked (by the reports) or norm (by the figures, DOMAIN §4.3).

    ``norm`` is the estimate by the figures, where there is one, with its arithmetic; ``under_way`` is what
    missions of the incident already carry; ``short`` what no source has.
    """

    item: str
    wanted: int
    basis: Literal["asked", "norm"]
    norm: Estimate | None
    under_way: int
    sources: tuple[GoodsSource, ...]
    short: int


def tier(source: str, scene: str, branch: str, stores: Iterable[str]) -> Tier:
    """Where a warehouse's division stands towards the scene's, for the branch that plans.

    ``stores`` are the divisions of all warehouses that have the item. The nearest of them above the scene is its
    own, so that a village without a store takes its town's; the next above is the parent; what else lies under
    the parent is a sibling; all others are higher, and so is what lies outside the branch.
    """
    if source.startswith(scene):
        return "own"
    if not source.startswith(branch):
        return "higher"
    stores = set(stores)
    above = sorted((s for s in stores if scene.startswith(s) and s != scene), key=len, reverse=True)
    if not any(store.startswith(scene) for store in stores):
        own, *above = above or [""]
        if source == own:
            return "own"
        above = above or [own]
    parent = above[0] if above else branch
    if source == parent:
        return "parent"
    return "sibling" if source.startswith(parent) else "higher"


def _apart(source: str, scene: str) -> int:
    """How many levels up the tree the two divisions meet, from the scene: 0 at the scene itself."""
    chain = ancestors(scene)
    return len(chain) - sum(1 for code in chain if source.startswith(code))


def propose_goods(
    needs: Sequence[Need],
    estimates: Sequence[Estimate],
    under_way: Mapping[str, int],
    holdings: Sequence[Holding],
    where: tuple[str, str],
) -> tuple[GoodsLine, ...]:
    """Lines for what is asked, then for what the norms suggest besides; each takes from own, then parent,
    sibling, higher stores, the nearest in the tree, then on the ground, first within each.

    ``where`` are the divisions of the scene and of the branch that plans. An item asked for without a number
    takes the norm's, or is listed with nothing proposed. ``under_way`` is subtracted: what already goes
    there isn't sent twice.
    """
    norm = {estimate.item: estimate for estimate in estimates}
    lines = [_line(item, qty, norm.get(item), under_way) for item, qty in _merged(needs).items()]
    asked = {line.item for line in lines}
    for estimate in estimates:
        if estimate.item not in asked:
            taken = min(estimate.qty, under_way.get(estimate.item, 0))
            lines.append(GoodsLine(estimate.item, estimate.qty, "norm", estimate, taken, (), 0))
    return tuple(_sourced(line, holdings, *where) for line in lines)


def _merged(needs: Iterable[Need]) -> dict[str, int | None]:
    """One quantity per item: several reports of one incident may ask for the same."""
    found: dict[str, int | None] = {}
    for need in needs:
        before = found.get(need.item)
        found[need.item] = need.qty if before is None else before + (need.qty or 0)
    return found


def _line(item: str, qty: int | None, norm: Estimate | None, under_way: Mapping[str, int]) -> GoodsLine:
    wanted = qty if qty is not None else norm.qty if norm is not None else 0
    return GoodsLine(item, wanted, "asked", norm, min(wanted, under_way.get(item, 0)), (), 0)


def _near(holding: Holding) -> tuple[bool, float, str]:
    return (holding.km is None, holding.km or 0.0, holding.warehouse)


def _sourced(line: GoodsLine, holdings: Sequence[Holding], scene: str, branch: str) -> GoodsLine:
    having = [h for h in holdings if h.item == line.item and h.available > 0]
    divisions = {h.division for h in having}
    ranked = sorted(
        ((tier(h.division, scene, branch, divisions), h) for h in having),
        key=lambda pair: (_TIERS.index(pair[0]), _apart(pair[1].division, scene), *_near(pair[1])),
    )
    left = line.wanted - line.under_way
    sources = []
    for where, holding in ranked:
        # What only the norms suggest is shown, not proposed: nobody has asked for it.
        take = min(left, holding.available) if line.basis == "asked" else 0
        sources.append(GoodsSource(holding, where, take))
        left -= take
    if line.basis == "norm":
        left = max(0, left - sum(h.available for h in having))
    return replace(line, sources=tuple(sources), short=left)
