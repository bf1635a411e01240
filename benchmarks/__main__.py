"""``make bench``: prints each figure as a ratio measured in one run. Absolute numbers say little on another machine."""

import platform
import sys

import psycopg

from benchmarks import daysheet, fanout, intake, outbox, paging
from benchmarks.servers import POSTGRES

BENCHES = {
    "intake": intake.measure, "fanout": fanout.measure, "paging": paging.measure, "daysheet": daysheet.measure,
    "outbox": outbox.measure,
}  # fmt: skip


def databases() -> list[str]:
    """SQLite always, PostgreSQL where one answers."""
    try:
        with psycopg.connect(POSTGRES, connect_timeout=3):
            return ["sqlite", "postgres"]
    except psycopg.OperationalError:
        print("PostgreSQL does not answer: measured on SQLite alone")
        return ["sqlite"]


def main() -> None:
    """Runs the benches named on the command line, or all."""
    chosen = sys.argv[1:] or list(BENCHES)
    print(f"{platform.machine()}, Python {platform.python_version()}")
    for name in chosen:
        for kind in databases():
            figures = BENCHES[name](kind)
            print(f"{name:8} {kind:9} " + "  ".join(f"{k} {v:,.2f}" for k, v in figures.items()), flush=True)


if __name__ == "__main__":
    main()
