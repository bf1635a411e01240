"""How long a text is, counted alike by the house and by the page."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from responder.messaging import rules
from tests.conftest import missing

_COUNTER = Path(__file__).parents[3] / "static" / "js" / "segments.js"
_SAMPLES = [
    letter * n
    for letter in ("a", "灾", "🌊", "€", "[", "`", "é", "ê", "\n", "灾🌊", "a🌊", "a{")
    for n in (
        0,
        1,
        34,
        35,
        36,
        66,
        67,
        68,
        69,
        70,
        71,
        76,
        77,
        80,
        81,
        134,
        135,
        152,
        153,
        154,
        160,
        161,
        306,
        307,
        500,
    )
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("a" * 152 + "[" * 5, 2),
        ("[" * 153, 3),
        ("é" * 160, 1),
        ("ê" * 71, 2),
        ("`" * 71, 2),
        ("灾" * 66 + "🌊" * 5, 2),
        ("灾" * 66 + "🌊" + "灾" * 66, 3),
    ],
)
def test_letters_that_count_twice_and_are_never_cut(text: str, expected: int) -> None:
    assert rules.segments(text) == expected


def test_the_page_counts_as_the_house_does(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        missing("node", "no Node.js here")
        return
    samples = [text for text in _SAMPLES if text] + ["", "【演练】海涯村 3 户进水\n请回1", "Flood at Haiya, 3 houses"]
    script = f"""
      import {{ segments }} from {json.dumps(_COUNTER.as_uri())};
      let read = "";
      for await (const part of process.stdin) read += part;
      console.log(JSON.stringify(JSON.parse(read).map((text) => segments(text).count)));
    """
    (tmp_path / "count.mjs").write_text(script, encoding="utf-8")
    run = subprocess.run(
        [node, "count.mjs"],
        cwd=tmp_path,
        input=json.dumps(samples),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(run.stdout) == [rules.segments(text) for text in samples]
