"""Scope: a subtree of the division tree, nothing beside or above it."""

import pytest

from responder.platform.scope import Scope, ancestors, everything


def test_a_code_s_chain() -> None:
    assert ancestors("310116112218") == ["31", "3101", "310116", "310116112", "310116112218"]
    assert ancestors("31") == ["31"]
    assert ancestors("") == []


@pytest.mark.parametrize(
    ("division", "code", "inside"),
    [
        ("310116", "310116112218", True),
        ("310116", "310116", True),
        ("310116", "310117", False),
        ("310116112", "310116", False),
        ("310116112", "310116102", False),
        ("", "310117", True),
    ],
)
def test_only_the_subtree_is_held(division: str, code: str, inside: bool) -> None:
    assert Scope(division).holds(code) is inside


def test_everything_permits_nothing() -> None:
    whole = everything(3)
    assert whole.world == 3
    assert whole.holds("22")
    assert not whole.can("report.see")
