"""Photos: checked by content, turned upright, stripped of EXIF, kept outside the web root (DOMAIN §1.2)."""

import hashlib
import io
import os
from dataclasses import replace
from pathlib import Path

from PIL import ExifTags, Image, ImageOps

from responder.kernel.refusals import Refusal
from responder.places.coordinates import Point
from responder.places.distance import km
from responder.places.index import Places
from responder.platform.pool import heavy
from responder.reports.commands import FileReport, StoredPhoto

MAX_BYTES = 12 * 1024 * 1024
MAX_PHOTOS = 9
MAX_SIDE = 2000
NEAR_KM = 30.0
"""A town's way across its county."""
_FORMATS = ("JPEG", "PNG", "WEBP")
# A small file may unfold to gigabytes: refused from the header, before a pixel is read.
_MAX_PIXELS = 60_000_000


class BadPhoto(Refusal):
    """The file is no photo that we can keep. Params: ``reason`` type|size|many."""

    code = "reports.photo"


def store(folder: Path, uploads: list[bytes]) -> list[StoredPhoto]:
    """Checks and keeps photos, before the unit of work begins. A photo left by a refused report is harmless.

    Raises BadPhoto.
    """
    if len(uploads) > MAX_PHOTOS:
        raise BadPhoto(reason="many")
    return [heavy(_keep, folder, upload) for upload in uploads]


def placed(command: FileReport, tree: Places) -> FileReport:
    """A report without a point takes it from its photos, the first one taken near its division: an old picture from
    elsewhere doesn't move it."""
    if command.lat is not None or not command.photos:
        return command
    home = tree.point(command.division)
    for photo in command.photos:
        if photo.lat is None or photo.lng is None:
            continue
        if home is None or km(home.point, Point(photo.lat, photo.lng)) <= NEAR_KM:
            return replace(command, lat=photo.lat, lng=photo.lng, accuracy=None)
    return command


def path(folder: Path, sha256: str) -> Path:
    """Where a photo lies."""
    return folder / "attachments" / sha256[:2] / f"{sha256}.jpg"


def _keep(folder: Path, upload: bytes) -> StoredPhoto:
    if len(upload) > MAX_BYTES:
        raise BadPhoto(reason="size")
    try:
        image = Image.open(io.BytesIO(upload), formats=_FORMATS)
        if image.width * image.height > _MAX_PIXELS:
            raise BadPhoto(reason="size")
        lat, lng = _place(image)
        upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((MAX_SIDE, MAX_SIDE))
    except BadPhoto:
        raise
    except Exception:
        # A damaged file makes the library raise whatever its bytes lead to.
        raise BadPhoto(reason="type") from None
    packed = io.BytesIO()
    # Only pixels are written: EXIF, comments and previews stay behind.
    upright.save(packed, "JPEG", quality=82, optimize=True)
    data = packed.getvalue()
    name = hashlib.sha256(data).hexdigest()
    target = path(folder, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{name}.{os.getpid()}.part")
    aside.write_bytes(data)
    aside.replace(target)
    return StoredPhoto(name, upright.width, upright.height, len(data), lat, lng)


def _place(image: Image.Image) -> tuple[float | None, float | None]:
    """The point in the photo's EXIF (WGS-84), where it has a sound one."""
    gps = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    try:
        lat = _degrees(gps[2]) * (-1 if gps[1] == "S" else 1)
        lng = _degrees(gps[4]) * (-1 if gps[3] == "W" else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None, None
    return (lat, lng) if abs(lat) <= 90 and abs(lng) <= 180 and (lat or lng) else (None, None)


def _degrees(parts: tuple[float, float, float]) -> float:
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
