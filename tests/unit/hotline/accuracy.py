"""How much of our labelled texts is understood, per field. ``python -m tests.unit.hotline.accuracy`` prints the table
that stands in docs/understanding.md."""

from collections import Counter
from dataclasses import dataclass, field

from responder.hotline.understanding import understand
from tests.unit.hotline import gold

SETS = {
    "samples": "samples.jsonl",
    "known": "texts.jsonl",
    "unseen 1": "unseen_1.jsonl",
    "unseen 2": "unseen_2.jsonl",
    "unseen 3": "unseen_3.jsonl",
}
"""Column of the table: file."""

WHOLE = "whole message"
INVENTED = "numbers invented"


@dataclass
class Score:
    """What was right of one set: ``right`` per field of ``total`` texts, ``invented`` numbers where none was told."""

    total: int = 0
    right: Counter[str] = field(default_factory=Counter)
    invented: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def score(name: str) -> Score:
    """One set, read as the hotline reads it, but without knowing who writes."""
    out = Score()
    for record in gold.lines(SETS[name]):
        got = understand(record["text"], gold.china()).as_dict()
        failed = [f for f, want in record["expected"].items() if not gold.same(f, want, got[f])]
        out.total += 1
        out.right.update(f for f in record["expected"] if f not in failed)
        out.right[WHOLE] += not failed
        out.wrong += [f"{record['id']} {f}: {record['expected'][f]!r}, got {got[f]!r}" for f in failed]
        out.invented += [
            f"{record['id']} {f}: {got[f]!r}"
            for f in gold.COUNTS
            if record["expected"][f] is None and got[f] is not None
        ]
    return out


def table() -> str:
    """The table of all sets, in Markdown."""
    scores = {name: score(name) for name in SETS}
    fields = list(gold.lines(SETS["samples"])[0]["expected"])
    lines = ["| | " + " | ".join(scores) + " |", "|---" * (len(scores) + 1) + "|"]
    lines += [
        f"| {f} | " + " | ".join(f"{one.right[f]}/{one.total}" for one in scores.values()) + " |"
        for f in (*fields, WHOLE)
    ]
    lines.append(f"| {INVENTED} | " + " | ".join(str(len(one.invented)) for one in scores.values()) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201
