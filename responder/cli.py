"""The composition root of the command line: ``responder``."""

import json
import os
import sys
from functools import cached_property
from pathlib import Path

import click
from rich.console import Console

from responder import backups, checkup, demo, migrate, supervise
from responder.accounts import cli as accounts_cli
from responder.app import House, assemble
from responder.drills import cli as drills_cli
from responder.hotline.gazetteers import of_country
from responder.hotline.understanding import understand
from responder.messaging import templates_cli
from responder.places import cli as places_cli
from responder.settings import Settings

say = Console(highlight=False)


class Context:
    """What a command gets: settings and, when it asks, the house."""

    data: str | None = None

    @cached_property
    def settings(self) -> Settings:
        """From the environment, with the data folder of ``--data``."""
        return Settings(data=Path(self.data)) if self.data else Settings()

    def house(self) -> House:
        """The house on an up-to-date database."""
        built = assemble(self.settings)
        migrate.upgrade(built.work.database)
        return built


class _Group(click.Group):
    """Gives every command the option ``--data DIR``, also those of the rooms' own groups."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        for one in cmd.commands.values() if isinstance(cmd, click.Group) else [cmd]:
            if not any(param.name == "data" for param in one.params):
                one.params.append(_data_option())
        super().add_command(cmd, name)


def _data_option() -> click.Option:
    return click.Option(
        ["--data"], help="Data folder (default: var, or RESPONDER_DATA).", expose_value=False, is_eager=True,
        callback=_take_data,
    )  # fmt: skip


def _take_data(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value:
        context.ensure_object(Context).data = value


@click.group(cls=_Group)
@click.version_option(package_name="responder")
@click.pass_context
def main(context: click.Context) -> None:
    """Emergency coordination for a Red Cross branch."""
    # Phones, texts and keys lie in the data folder: nobody else on the machine reads what we make there.
    os.umask(0o077)
    context.ensure_object(Context)


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="", help="Address to bind: 127.0.0.1 with --demo, else all.")
@click.option("--demo", "with_demo", is_flag=True, help="Fill an empty store with a demonstration; open its accounts.")
@click.option("--profile", default="", help="Profile of the demonstration (default: RESPONDER_PROFILE).")
@click.pass_obj
def run(obj: Context, port: int, host: str, with_demo: bool, profile: str) -> None:
    """Start everything: web and worker, watched."""
    address = host or ("127.0.0.1" if with_demo else "0.0.0.0")
    if not supervise.is_free(address, port):
        raise click.ClickException(f"port {port} is taken: choose another with --port")
    if not with_demo and (aside := demo.set_aside(obj.settings)):
        say.print(f"The demonstration was set aside as {aside}; this store is empty and yours.")
    built = obj.house()
    if with_demo:
        if demo.is_real(built):
            raise click.ClickException("this store holds a branch's own data: a demonstration needs another --data DIR")
        demo.furnish(built, profile or obj.settings.profile)
    supervise.announce(built, port, with_demo)
    built.work.database.dispose()
    sys.exit(supervise.run(obj.settings, address, port, with_demo))


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.pass_obj
def web(obj: Context, port: int, host: str) -> None:
    """Start one web process."""
    os.environ |= supervise.environment(obj.settings, obj.settings.demo)
    os.execv(sys.executable, supervise.web_command(host, port))


@main.command()
@click.pass_obj
def worker(obj: Context) -> None:
    """Start one worker process."""
    os.environ |= supervise.environment(obj.settings, obj.settings.demo)
    os.execv(sys.executable, supervise.worker_command())


@main.group(cls=_Group)
def db() -> None:
    """The database."""


@db.command()
@click.pass_obj
def upgrade(obj: Context) -> None:
    """Bring the database to the present shape."""
    obj.house()
    say.print("The database is up to date.")


@main.command("demo")
@click.option("--profile", default="", help="Default: RESPONDER_PROFILE, else jinshan.")
@click.pass_obj
def demo_command(obj: Context, profile: str) -> None:
    """Fill an empty store with a demonstration and exit."""
    profile = profile or obj.settings.profile
    if demo.furnish(obj.house(), profile):
        say.print(f"The demonstration of {profile} is ready.")
    else:
        raise click.ClickException("the store is not empty: nothing was changed")


@main.command("understand")
def understand_command() -> None:
    """Understand texts: JSON lines {"id","text"} in, {"id","parsed"} out."""
    names = of_country()
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            answer = {"id": asked["id"], "parsed": understand(str(asked["text"]), names).as_dict()}
        except (ValueError, KeyError, TypeError) as problem:
            answer = {"id": None, "error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer, ensure_ascii=False), flush=True)


@main.command()
@click.pass_obj
def doctor(obj: Context) -> None:
    """Check the installation and say what is wrong."""
    findings = checkup.examine(obj.house())
    for finding in findings:
        say.print(f"{'ok   ' if finding.ok else 'WRONG'} {finding.what}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def backup(obj: Context, target: Path) -> None:
    """Write database and attachments into one file."""
    try:
        backups.write(obj.house(), target)
    except backups.BackupError as problem:
        raise click.ClickException(str(problem)) from None
    say.print(f"Backed up to {target}.")


@main.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.pass_obj
def restore(obj: Context, source: Path) -> None:
    """Bring back a backup into an empty store."""
    try:
        backups.restore(obj.settings, source)
    except backups.BackupError as problem:
        raise click.ClickException(str(problem)) from None
    say.print(f"Restored from {source}.")


main.add_command(places_cli.profile)
main.add_command(accounts_cli.user)
main.add_command(accounts_cli.token)
main.add_command(drills_cli.simulate)
main.add_command(templates_cli.templates)
