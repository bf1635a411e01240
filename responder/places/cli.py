"""Profiles on the command line, for whoever runs the machine: ``responder profile load PATH``."""

from typing import Protocol

import click

from responder.kernel.actors import Actor
from responder.places import service, sources
from responder.platform.config import ConfigError
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


@click.group()
def profile() -> None:
    """The branch's profile: its part of the country and its three tiers."""


@profile.command("load")
@click.argument("path")
@click.pass_obj
def load(obj: Context, path: str) -> None:
    """Load the profile PATH (a file, or the name of one that comes with the software: jinshan, jilin).

    May be repeated: what the branch has corrected itself stays.
    """
    try:
        command = sources.gather(path)
    except ConfigError as problem:
        raise click.ClickException(str(problem)) from None
    with obj.house().work.begin(Actor(None, "command line", "", "cli")) as uow:
        done = service.load_profile(uow, command)
    click.echo(
        f"{command.profile.name.zh}: {done.total} divisions "
        f"({done.added} added, {done.changed} changed, {done.retired} retired)"
    )
