"""Hashing: what is kept, what matches, what is made anew."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from responder.accounts import passwords


@pytest.fixture
def stronger() -> Iterator[PasswordHasher]:
    """Another hasher than the one in use; the cheap one comes back afterwards."""
    yield PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    passwords.use(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_the_hash_is_not_the_password_and_differs_each_time() -> None:
    first, second = passwords.hashed("芦苇八月黄"), passwords.hashed("芦苇八月黄")
    assert first != second
    assert first.startswith("$argon2id$")
    assert "芦苇" not in first


def test_only_the_password_matches() -> None:
    kept = passwords.hashed("secret words")
    assert passwords.matches(kept, "secret words")
    assert not passwords.matches(kept, "Secret words")
    assert not passwords.matches(kept, "")


def test_nobody_matches_nothing() -> None:
    assert not passwords.matches(None, "anything")


def test_a_damaged_hash_matches_nothing() -> None:
    assert not passwords.matches("not a hash", "not a hash")


def test_a_hash_of_other_parameters_is_outdated(stronger: PasswordHasher) -> None:
    kept = passwords.hashed("secret words")
    assert not passwords.outdated(kept)
    passwords.use(stronger)
    assert passwords.outdated(kept)
    assert passwords.matches(kept, "secret words")


def test_one_time_passwords_are_readable_and_all_different() -> None:
    made = {passwords.one_time() for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("01lio")
    assert all(len(secret) == 14 for secret in made)
