"""Against guessing: a limit per address, and longer and longer waits per login name."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from responder.settings import Settings

SIGN_IN = "20 per minute; 200 per hour"
"""Failed sign-ins from one address. An office shares one address, so that only failures count."""

limiter = Limiter(key_func=get_remote_address, headers_enabled=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Counts in Redis where there is one, so that several web processes count together; else in memory."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", settings.redis_url or "memory://")
    limiter.init_app(app)
