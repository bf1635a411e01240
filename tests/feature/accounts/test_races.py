"""Two at the same moment: the rules hold all the same."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest

from responder.accounts import credentials, entry, queries, rules, service
from responder.accounts.commands import AddPerson, AddPhone, DisablePerson
from responder.app import House
from responder.kernel.actors import Actor
from responder.platform.scope import everything
from tests.at_once import at_once
from tests.cast import SYSTEM, person_id

As = Callable[[str], Actor]


def together(*acts: Callable[[], object]) -> list[str]:
    """Runs all at the same moment; the classes of what was raised, "" for what went well, in order of name."""

    def run(act: Callable[[], object]) -> str:
        try:
            act()
        except Exception as problem:
            return type(problem).__name__
        return ""

    return sorted(at_once(*[partial(run, act) for act in acts]))


def test_two_administrators_disabling_each_other_leave_one(house: House, as_: As) -> None:
    new = AddPerson("乙", "310116", frozenset({"admin"}), password_hash="h")
    with house.work.begin(SYSTEM) as uow:
        second = service.add_person(uow, new)
    first = person_id(house, "admin")

    def disable(actor: Actor, whom: int) -> Callable[[], None]:
        def act() -> None:
            with house.work.begin(actor) as uow:
                service.disable_person(uow, DisablePerson(whom))

        return act

    other = Actor(second, "乙", "310116", "web")
    outcomes = together(disable(as_("admin"), second), disable(other, first))
    assert outcomes in (["", "LastAdmin"], ["", "NotAllowed"])
    with house.work.read() as session:
        left = queries.people_with(session, "people.manage", ["310116"])
    assert len(left) == 1


def test_many_guesses_at_once_don_t_pass_the_count(house: House) -> None:
    def guess() -> None:
        entry.sign_in(house.work, house.settings, "town", "wrong", ip="", user_agent="")

    outcomes = together(*[guess] * 12)
    assert outcomes == ["SignInFailed"] * 5 + ["WaitFirst"] * 7


def test_a_number_given_to_two_people_at_once_belongs_to_one(house: House) -> None:
    def give(username: str) -> Callable[[], None]:
        def act() -> None:
            with house.work.begin(SYSTEM) as uow:
                credentials.add_phone(uow, AddPhone(person_id(house, username), "19900000900"))

        return act

    outcomes = together(give("town"), give("village"))
    assert outcomes in (["", "PhoneTaken"], ["", "IntegrityError"])
    with house.work.read() as session:
        assert [p.number for p in queries.phones(session, everything())].count("+8619900000900") == 1


def test_refusals_leave_nothing_behind(house: House, as_: As) -> None:
    for refusal, command in (
        (
            rules.PhoneTaken,
            AddPerson("甲", "310116", frozenset({"keeper"}), phones=("19900000901", "19900000005")),
        ),
        (
            rules.UsernameTaken,
            AddPerson("甲", "310116", frozenset({"keeper"}), "town", phones=("19900000901",)),
        ),
    ):
        with pytest.raises(refusal), house.work.begin(as_("admin")) as uow:
            service.add_person(uow, command)
    with house.work.read() as session:
        assert queries.owner_of(session, "+8619900000901") is None


_GREENLETS = """
from gevent import monkey
monkey.patch_all()
import gevent, time
from argon2 import PasswordHasher
from responder.accounts import passwords
passwords.use(PasswordHasher(time_cost=6, memory_cost=65536, parallelism=1))
turns = []
def other():
    while True:
        turns.append(time.perf_counter())
        gevent.sleep(0.005)
watching = gevent.spawn(other)
gevent.sleep(0.02)
start = time.perf_counter()
kept = passwords.hashed("long enough")
assert passwords.matches(kept, "long enough") and not passwords.matches(kept, "other")
spent = time.perf_counter() - start
during = [t for t in turns if t > start]
print(len(during) > 5, len(during), spent)
"""


def test_hashing_leaves_the_other_greenlets_running() -> None:
    result = subprocess.run([sys.executable, "-c", _GREENLETS], capture_output=True, text=True, timeout=60, check=False)
    assert result.stdout.startswith("True"), result.stdout + result.stderr
