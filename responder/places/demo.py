"""The ground of a demonstration: a profile that comes with the software."""

from responder.places import queries, service, sources
from responder.platform.work import UnitOfWork


def furnish(uow: UnitOfWork, profile: str = "jinshan") -> None:
    """Loads a profile with its divisions, unless the store already has that one. Raises ConfigError."""
    if queries.is_loaded(uow.session) and queries.places(uow.session).profile.slug == profile:
        return
    service.load_profile(uow, sources.gather(profile))
