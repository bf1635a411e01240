"""People on the command line, for whoever runs the machine: ``responder user add``, ``responder token``."""

import sys
from typing import Any, Protocol

import click
from sqlalchemy import select

from responder.accounts import credentials, passwords, rules, service
from responder.accounts.commands import AddPerson, CreateToken
from responder.accounts.models import Person
from responder.kernel.actors import Actor
from responder.kernel.refusals import Refusal
from responder.places.queries import places
from responder.platform import terms
from responder.platform.work import Work


class House(Protocol):
    """As much of the assembled house as these commands need."""

    @property
    def work(self) -> Work:
        """The write path."""


class Context(Protocol):
    """What the command line hands over."""

    def house(self) -> House:
        """The house on an up-to-date database."""


_OPERATOR = Actor(None, "command line", "", "cli")


def _failed(refusal: Refusal) -> click.ClickException:
    return click.ClickException(terms.refusal(refusal.code, refusal.params, "en")[1])


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--division", default="", help="Code of their division (default: the branch's own).")
@click.option("--role", "roles", multiple=True, required=True, help="Role; may be given several times.")
@click.option("--phone", "numbers", multiple=True, help="Phone number; the first is the primary one.")
@click.option("--lang", type=click.Choice(terms.LANGUAGES), default="zh", show_default=True)
@click.option("--password", default=None, help="Password; without it you are asked, or it is read from a pipe.")
@click.pass_obj
def user_add(
    obj: Context, username: str, name: str, division: str, roles: tuple[str, ...], numbers: tuple[str, ...], lang: str,
    password: str | None,
) -> None:  # fmt: skip
    """Add a person who signs in as USERNAME."""
    if password is None:
        password = _asked()
    work = obj.house().work
    try:
        rules.check_password(password, rules.username(username))
        hashed = passwords.hashed(password)
        with work.begin(_OPERATOR) as uow:
            at = division or places(uow.session).profile.root
            service.add_person(uow, AddPerson(name, at, frozenset(roles), username, lang, numbers, hashed))
    except Refusal as refusal:
        raise _failed(refusal) from None
    click.echo(f"{name} may sign in as {rules.username(username)}.", err=True)


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    answer: Any = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return str(answer)


@click.command("token")
@click.argument("username")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
@click.pass_obj
def token(obj: Context, username: str, name: str) -> None:
    """Print a new API token of USERNAME, alone on standard output."""
    work = obj.house().work
    try:
        with work.begin(_OPERATOR) as uow:
            person_id = uow.session.scalar(select(Person.id).where(Person.username == username.strip().lower()))
            if person_id is None:
                raise click.ClickException(f"there is nobody with the login name {username}")
            made = credentials.create_token(uow, CreateToken(person_id, name))
    except Refusal as refusal:
        raise _failed(refusal) from None
    click.echo(made)
