"""The plan's form: what is ticked and filled in at first, and what a sent form asks for."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from responder.dispatch.commands import ConfirmPlan, Load, Scene
from responder.dispatch.planner import Plan, Reason
from responder.kernel.refusals import Invalid
from responder.platform import terms

GOODS = "qty:"
"""Fields of quantities are called ``qty:W1001:quilt``."""


@dataclass(frozen=True)
class Draft:
    """The form as it stands: ticked teams, quantities by field name, who carries the goods."""

    teams: frozenset[str]
    goods: dict[str, str]
    carrier: str


def filled(plan: Plan, typed: MultiDict[str, str] | None) -> Draft:
    """What was typed, else what the plan proposes."""
    if typed is not None:
        goods = {name: value for name, value in typed.items() if name.startswith(GOODS)}
        return Draft(frozenset(typed.getlist("team")), goods, typed.get("carrier", ""))
    goods = {
        field(source.holding.warehouse, item.item): str(source.proposed)
        for item in plan.goods
        for source in item.sources
        if source.proposed
    }
    return Draft(frozenset(choice.team.number for choice in plan.chosen()), goods, "")


def field(warehouse: str, item: str) -> str:
    """The name of a quantity's field."""
    return f"{GOODS}{warehouse}:{item}"


def command(scene: Scene, form: MultiDict[str, str]) -> ConfirmPlan:
    """What a sent form asks for; blank and zero quantities ask for nothing. Raises Invalid."""
    goods = []
    for name, value in form.items():
        text = value.strip()
        if not name.startswith(GOODS) or text in ("", "0"):
            continue
        _prefix, warehouse, item = [*name.split(":", 2), "", ""][:3]
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise Invalid(field="qty", problem="whole")
        goods.append(Load(warehouse, item, int(text)))
    return ConfirmPlan(scene, tuple(form.getlist("team")), tuple(goods), form.get("carrier", ""))


def words(reason: Reason, lang: str) -> str:
    """A reason in the reader's language."""
    return terms.fill(terms.term("plan_reason", reason.code, lang), reason.params, lang)
