"""The warehouses of a demonstration with what lies in them. The same come out every time; dates follow the day.

The top warehouse stands near the Shanghai list, with tents and blankets below it, so that a low shelf can be seen.
"""

from collections.abc import Iterator
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import select

from responder.accounts.models import Person, RoleGrant
from responder.kernel.ids import DOCUMENT, row_id
from responder.places.index import Places
from responder.places.queries import places
from responder.platform.work import UnitOfWork
from responder.stock import catalogue, keeping, rules
from responder.stock.commands import LotLine, SaveWarehouse, TakeIn
from responder.stock.models import Document
from responder.stock.queries import today

# item: quantity of an older batch, of a newer one
_TOP = {
    "quilt": (620, 1200), "blanket": (480, 860), "tent": (24, 50), "tent_cotton": (0, 40), "folding_bed": (96, 140),
    "family_kit": (310, 1000), "fire_kit": (0, 120), "jacket": (220, 400), "mask": (1200, 5000),
    "plastic_sheet": (40, 110), "water": (160, 420), "instant_noodles": (60, 140), "biscuits": (0, 60),
    "rice": (0, 240), "cooking_oil": (0, 120), "raincoat": (0, 400), "cotton_coat": (0, 300), "towel_quilt": (0, 500),
    "mosquito_net": (0, 260), "sleeping_bag": (0, 150), "sleeping_mat": (0, 300), "torch": (0, 200), "lamp": (0, 60),
    "generator": (0, 6), "pump": (0, 8), "disinfectant": (0, 90), "water_tablets": (0, 80), "hygiene_kit": (0, 300),
    "first_aid_kit": (0, 80), "life_jacket": (0, 120), "rope": (0, 30),
}  # fmt: skip
_MIDDLE = {
    "quilt": (60, 120), "blanket": (40, 116), "tent": (3, 8), "folding_bed": (0, 22), "family_kit": (30, 80),
    "jacket": (0, 54), "mask": (100, 460), "plastic_sheet": (8, 24), "water": (40, 90), "instant_noodles": (0, 30),
    "raincoat": (0, 60), "torch": (0, 30), "life_jacket": (0, 16), "first_aid_kit": (0, 12), "disinfectant": (0, 10),
}  # fmt: skip
_LOWER = {
    "quilt": (0, 60), "blanket": (0, 50), "tent": (0, 6), "family_kit": (0, 30), "water": (0, 60),
    "plastic_sheet": (0, 12), "cotton_coat": (0, 40), "torch": (0, 20), "first_aid_kit": (0, 8),
}  # fmt: skip

# Where warehouses stand below the root: named divisions in Jinshan, all cities and some counties in Jilin.
_TOWNS = ("310116112", "310116101", "310116102", "310116104", "310116109", "310116113")
_COUNTIES = ("220122", "220112", "220281", "220381", "222401", "220623")

_NAMES = {1: "救灾物资储备库", 2: "红十字会备灾仓库", 3: "红十字会物资点"}


def furnish(uow: UnitOfWork, _profile: str = "jinshan") -> None:
    """Adds the warehouses and takes their goods in."""
    tree = places(uow.session)
    day = today(uow.session)
    for index, (code, tier) in enumerate(_sites(tree)):
        located, keeper = tree.point(code), _keeper(uow, code)
        name = tree.name(code) + _NAMES[tier]
        warehouse = keeping.save_warehouse(
            uow,
            SaveWarehouse(
                code, name, tier, lat=located.point.lat if located else None,
                lng=located.point.lng if located else None, keeper_id=keeper.id if keeper else None,
            ),
        )  # fmt: skip
        for paper in _fill(uow, warehouse, {1: _TOP, 2: _MIDDLE, 3: _LOWER}[tier], index, day):
            _sign(uow, paper, keeper)


def _sites(tree: Places) -> Iterator[tuple[str, int]]:
    """Division and tier of each warehouse, the top one first."""
    profile = tree.profile
    yield profile.root, 1
    if profile.slug == "jinshan":
        yield from ((code, 2) for code in _TOWNS)
        return
    yield from ((place.code, 2) for place in tree.children(profile.root))
    yield from ((code, 3) for code in _COUNTIES if tree.find(code) is not None)


def _keeper(uow: UnitOfWork, code: str) -> Person | None:
    """The division's keeper, else its liaison: in a small place one person does both."""
    statement = select(Person).join(RoleGrant, RoleGrant.person_id == Person.id)
    statement = statement.where(RoleGrant.role.in_(("keeper", "liaison")), Person.division_code == code)
    # "keeper" sorts before "liaison".
    return uow.session.scalar(statement.order_by(RoleGrant.role, Person.id).limit(1))


def _fill(uow: UnitOfWork, warehouse: str, goods: dict[str, tuple[int, int]], index: int, day: date) -> Iterator[str]:
    older, newer = [], []
    for slug, (old, new) in goods.items():
        life = catalogue.goods()[slug].shelf_months
        # An older batch near its end where food is concerned, in its middle years otherwise.
        then = day - relativedelta(months=max(1, life - 2) if life <= 24 else life // 2)
        lately = day - relativedelta(months=min(3, max(1, life // 4)))
        if old:
            older.append(_line(slug, _varied(old, index, slug), then))
        newer.append(_line(slug, _varied(new, index, slug), lately))
    if older:
        yield keeping.take_in(uow, TakeIn(warehouse, "purchase", tuple(older), "应急物资框架采购"))
    yield keeping.take_in(uow, TakeIn(warehouse, rules.SOURCES[index % 2 * 2], tuple(newer)))


def _sign(uow: UnitOfWork, paper: str, keeper: Person | None) -> None:
    document = uow.session.get(Document, row_id(DOCUMENT, paper))
    if document is not None and keeper is not None:
        document.actor_id, document.actor_name = keeper.id, keeper.name


def _line(slug: str, qty: int, produced: date) -> LotLine:
    produced = produced.replace(day=1)
    return LotLine(slug, qty, f"{slug[:2].upper()}{produced:%y%m}", produced)


def _varied(qty: int, index: int, slug: str) -> int:
    """Warehouses aren't alike: up to a third less from the third one on, always the same."""
    return qty if index < 2 else max(1, qty - qty * ((index * 7 + len(slug) * 3) % 11) // 33)
