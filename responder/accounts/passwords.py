"""Password hashing with argon2id, away from the event loop and outside any transaction.

One hash takes tens of milliseconds of a core: under gevent it runs in the hub's thread pool, so that all other
pages go on being served.
"""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from responder.platform.pool import heavy

# Above the least that OWASP advises, and still bearable when a whole district signs in at once on two cores.
_hashers = [PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)]

# Letters and digits that nobody confuses when reading them out by phone.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def use(hasher: PasswordHasher) -> None:
    """Takes another hasher: tests take a cheap one."""
    _hashers[:] = [hasher]
    _nobody.cache_clear()


def hashed(password: str) -> str:
    """The hash to keep. Call it before the unit of work begins."""
    return heavy(_hashers[0].hash, password)


@cache
def _nobody() -> str:
    return _hashers[0].hash(secrets.token_hex(16))


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one whose hash was kept. For nobody (None) as slow, and always False."""
    try:
        return heavy(_hashers[0].verify, kept or _nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's and should be made anew."""
    return _hashers[0].check_needs_rehash(kept)


def one_time() -> str:
    """A password to be read out once and changed at the first sign-in."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(3))
