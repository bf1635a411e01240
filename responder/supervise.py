"""``responder run``: starts web and worker, watches both, ends both."""

import os
import signal
import socket
import subprocess
import sys
import time

from rich.console import Console

from responder.accounts import founding
from responder.accounts.queries import anybody
from responder.app import House
from responder.settings import Settings

say = Console(highlight=False, soft_wrap=True)

DEMO_ACCOUNTS = (
    "admin", "coordinator", "town", "village", "keeper", "leader", "director", "supervisor", "auditor", "stranger",
)  # fmt: skip
RESTART_SECONDS = 2.0


def is_free(host: str, port: int) -> bool:
    """Whether the address can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def environment(settings: Settings, demo: bool) -> dict[str, str]:
    """What the processes are told: the same data folder, secret and mode."""
    told = {"RESPONDER_DATA": str(settings.data.absolute()), "RESPONDER_SECRET_KEY": settings.secret()}
    if demo:
        told["RESPONDER_DEMO"] = "1"
    return told


def web_command(host: str, port: int) -> list[str]:
    """One gevent worker: measured best inside Flask-SocketIO; SQLite wants one writing web process."""
    return [
        sys.executable, "-m", "gunicorn", "--worker-class", "gevent", "--workers", "1", "--bind", f"{host}:{port}",
        "--graceful-timeout", "10", "--timeout", "60", "--log-level", "warning", "--no-control-socket",
        "responder.app:serve()",
    ]  # fmt: skip


def worker_command() -> list[str]:
    """One plain process of threads."""
    return [sys.executable, "-m", "responder.worker"]


def announce(house: House, port: int, demo: bool) -> None:
    """Prints where it is and who may sign in."""
    address = house.settings.public_url or f"http://127.0.0.1:{port}"
    say.print(f"\n  Responder   [bold]{address}[/]")
    if demo:
        say.print(f"  Phones      [bold]{address}/simulator[/]")
        say.print(f"  Sign in as  {', '.join(DEMO_ACCOUNTS)}   password: demo\n")
        return
    with house.work.read() as session:
        empty = not anybody(session)
    if empty:
        say.print(f"  First use   [bold]{address}/setup[/]   code: {founding.setup_code(house.settings)}\n")


def run(settings: Settings, host: str, port: int, demo: bool) -> int:
    """Watches both processes: whichever falls is started again. Ends both on SIGTERM or Ctrl-C."""
    told = {**os.environ, **environment(settings, demo)}
    commands = {"web": web_command(host, port), "worker": worker_command()}
    running: dict[str, subprocess.Popen[bytes]] = {}
    stopping: list[int] = []
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda number, _frame: stopping.append(number))
    try:
        for name, command in commands.items():
            running[name] = subprocess.Popen(command, env=told)
        while not stopping:
            time.sleep(0.2)
            for name, process in list(running.items()):
                code = process.poll()
                if code is not None and not stopping:
                    say.print(f"{name} ended with {code}; starting it again")
                    time.sleep(RESTART_SECONDS)
                    running[name] = subprocess.Popen(commands[name], env=told)
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
    return 0
