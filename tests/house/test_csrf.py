"""Every form's address refuses a post without its token; hooks, simulator and API have other locks."""

import re

from flask import Flask
from flask.testing import FlaskClient

from responder.app import House
from tests.cast import client_for

EXEMPT = ("/hooks/", "/simulator/", "/api/", "/socket.io")


def posts(app: Flask) -> list[str]:
    """Addresses that take a POST, with something in place of their parameters."""
    found = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    return sorted(
        re.sub(r"<int:[^>]*>", "1", re.sub(r"<(?!int:)[^>]*>", "X1001", rule))
        for rule in found
        if not rule.startswith(EXEMPT)
    )


def refuses(client: FlaskClient, path: str) -> bool:
    return client.post(path, data={}).status_code == 400


def test_signed_in_nobody_posts_without_the_token(app: Flask, standing: House) -> None:
    client = client_for(standing, "coordinator")
    assert len(posts(app)) > 5
    assert [path for path in posts(app) if not refuses(client, path)] == []


def test_nor_signed_out(app: Flask) -> None:
    client = app.test_client()
    assert [path for path in posts(app) if not refuses(client, path)] == []


def test_nor_with_another_sites_token(app: Flask, standing: House) -> None:
    client = client_for(standing, "coordinator")
    for path in posts(app):
        assert client.post(path, data={"csrf_token": "made-up"}).status_code == 400, path
