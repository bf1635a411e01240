"""Commands of the drills room."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

import click

from responder.drills import scenarios
from responder.drills.scenarios import PretendPhone
from responder.platform.config import ConfigError

_TIMEOUT_SECONDS = 15


@click.command()
@click.argument("name", metavar="SCENARIO")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="A running demonstration.")
@click.option("--fast", is_flag=True, help="Don't wait between the texts.")
def simulate(name: str, url: str, fast: bool) -> None:
    """Sends a scenario's texts from the pretend phones of a running demonstration."""
    try:
        story = scenarios.scenario(name)
    except ConfigError as problem:
        raise click.ClickException(str(problem)) from None
    url = url.rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise click.UsageError("--url must begin with http:// or https://")
    phones = [
        PretendPhone(phone["number"], phone["role"], phone["division"]["code"])
        for phone in _ask(f"{url}/simulator/phones")["phones"]
    ]
    click.echo(f"{story.name.zh} · {story.name.en}")
    started = time.monotonic()
    for text in story.texts():
        sender = scenarios.phone_for(text, phones)
        if sender is None:
            raise click.ClickException(f"no pretend phone has the role {text.sender}")
        if not fast:
            time.sleep(max(0.0, started + text.after - time.monotonic()))
        body = story.body(text)
        _ask(f"{url}/simulator/sms", {"from": sender.number, "body": body})
        click.echo(f"{int(text.after) // 60:02d}:{int(text.after) % 60:02d}  {sender.number}  {body}")


def _ask(url: str, body: dict[str, str] | None = None) -> Any:
    """The JSON answer. Raises ClickException in words that say what to do."""
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        request = urllib.request.Request(url, data, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as problem:
        hint = ": is it running with --demo?" if problem.code == 404 else ""
        raise click.ClickException(f"{url} answered {problem.code}{hint}") from None
    except (urllib.error.URLError, TimeoutError, json.JSONDecodeError) as problem:
        raise click.ClickException(f"nothing answers at {url}: {problem}") from None
