"""The A and B persons of a division: one A for each role, however many change people at once."""

from collections.abc import Collection

from sqlalchemy import select

from responder.accounts import rules
from responder.accounts.models import Person, RoleGrant
from responder.accounts.queries import held
from responder.kernel.refusals import Invalid
from responder.places.models import Division
from responder.places.queries import places
from responder.platform.work import UnitOfWork

A = rules.POSTS[0]


def known(post: str) -> str:
    """A post as it is kept, "" for none. Raises Invalid."""
    if post and post not in rules.POSTS:
        raise Invalid(field="post", problem="unknown")
    return post


def keep_one(uow: UnitOfWork, divisions: Collection[str]) -> None:
    """Checks what was just written: at each division one A person to a role. Raises PostTaken.

    The division's row is locked first, so that of two who name an A person at the same moment one is refused.
    """
    if not divisions:
        return
    uow.session.flush()
    wanted = sorted(set(divisions))
    locked = select(Division.code).where(Division.code.in_(wanted)).order_by(Division.code)
    uow.session.execute(locked.with_for_update()).all()
    statement = (
        select(Person.division_code, RoleGrant.role, Person.name)
        .join(RoleGrant, held())
        .where(Person.division_code.in_(wanted), Person.post == A, Person.disabled_at.is_(None))
        .order_by(Person.id)
    )
    taken: dict[tuple[str, str], str] = {}
    for code, role, name in uow.session.execute(statement):
        if (code, role) in taken:
            raise rules.PostTaken(name=taken[code, role], at=places(uow.session).label(code))
        taken[code, role] = name
