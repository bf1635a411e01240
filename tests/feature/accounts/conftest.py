"""Browsers on one application; CSRF is off except where a test turns it on."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from responder.accounts import sessions
from responder.app import House, build
from responder.kernel.actors import Actor
from responder.kernel.refusals import NotFound
from responder.platform.scope import Scope
from tests import cast

Browser = Callable[[str], FlaskClient]


def drill_world(_scope: Scope, number: str) -> int:
    """One drill is known."""
    if number != "Y1007":
        raise NotFound()
    return 7


@pytest.fixture
def app(house: House) -> Flask:
    """The whole application."""
    built = build(house)
    built.config["WTF_CSRF_ENABLED"] = False
    built.extensions["drill_world"] = drill_world
    return built


@pytest.fixture
def browser(app: Flask, house: House) -> Browser:
    """Opens a browser in which somebody is signed in; "" for a visitor."""

    def opened(username: str) -> FlaskClient:
        client = app.test_client()
        if username:
            client.set_cookie(sessions.COOKIE, cast.session_for(house, username))
        return client

    return opened


@pytest.fixture
def as_(house: House) -> Callable[[str], Actor]:
    """Somebody of the cast as the one behind a change."""

    def actor(username: str) -> Actor:
        division, name, _roles, _phone = cast.PEOPLE[username]
        return Actor(cast.person_id(house, username), name, division, "web")

    return actor
