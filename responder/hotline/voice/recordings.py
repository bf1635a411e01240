"""Recordings as files: their type by their bytes, kept outside the web root beside the photos."""

import hashlib
import os
from pathlib import Path

KINDS = {"wav": "audio/wav", "mp3": "audio/mpeg"}
"""What we keep, and what a browser is told that it is."""


def kind_of(data: bytes) -> str | None:
    """wav or mp3 by the first bytes; None for anything else, whatever it calls itself."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    # An ID3 tag, or the first frame of MPEG layer III.
    if data[:3] == b"ID3" or (len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2):
        return "mp3"
    return None


def path(folder: Path, sha256: str, kind: str) -> Path:
    """Where a recording lies."""
    return folder / "attachments" / sha256[:2] / f"{sha256}.{kind}"


def store(folder: Path, data: bytes, kind: str) -> str:
    """Keeps a recording; returns its SHA-256, by which it is found again."""
    name = hashlib.sha256(data).hexdigest()
    target = path(folder, name, kind)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{name}.{os.getpid()}.part")
    aside.write_bytes(data)
    aside.replace(target)
    return name
