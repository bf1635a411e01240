"""Roles and what they permit, from ``config/roles.toml``."""

from collections.abc import Collection
from functools import cache

from pydantic import BaseModel, ConfigDict, RootModel

from responder.platform import config
from responder.platform.config import ConfigError


class Role(BaseModel):
    """What one role permits, and what more at an operating tier of the holder's division (1 top … 3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    permissions: frozenset[str]
    at_tier: dict[int, frozenset[str]] = {}


class _Roles(RootModel[dict[str, Role]]):
    pass


@cache
def every() -> dict[str, Role]:
    """All roles in the order of the file. Raises ConfigError that names file and key."""
    found = config.load("roles.toml", _Roles).root
    for name, role in found.items():
        strange = set(role.at_tier) - {1, 2, 3}
        if strange:
            raise ConfigError(f"roles.toml: {name}.at_tier.{min(strange)}: tiers are 1, 2 and 3")
    return found


@cache
def permissions(roles: frozenset[str], tier: int | None) -> frozenset[str]:
    """What somebody with these roles may do at a division of this tier (None: between the tiers)."""
    granted: set[str] = set()
    for name in roles:
        role = every().get(name)
        if role is not None:
            granted |= role.permissions
            if tier is not None:
                granted |= role.at_tier.get(tier, frozenset())
    return frozenset(granted)


@cache
def may_grant(permission: str) -> tuple[str, ...]:
    """The roles that permit this at some tier at least."""
    return tuple(
        name
        for name, role in every().items()
        if permission in role.permissions or any(permission in more for more in role.at_tier.values())
    )


def known(roles: Collection[str]) -> bool:
    """Whether all of these are roles of this branch."""
    return all(role in every() for role in roles)
