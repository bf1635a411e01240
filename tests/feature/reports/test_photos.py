"""Photos: checked by content, stripped, kept outside the web root, served in scope only."""

import io
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from sqlalchemy import select

from responder.app import build
from responder.reports import photos
from responder.reports.commands import StoredPhoto
from responder.reports.models import Photo
from responder.reports.photos import BadPhoto
from tests.feature.reports.conftest import Desk, picture
from tests.feature.reports.filing import say


def _upload(data: bytes, name: str = "photo.jpg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def test_a_photo_loses_its_exif_and_its_place_is_kept(desk: Desk) -> None:
    filed = desk.browser("village").file(photos=_upload(picture(gps=True)))
    assert filed.status_code == 302
    with desk.house.work.read() as session:
        photo = session.scalars(select(Photo)).one()
    assert (round(photo.lat or 0, 4), round(photo.lng or 0, 4)) == (30.8, 121.43)
    served = desk.browser("coordinator").client.get(f"/reports/photos/{photo.id}.jpg")
    assert (served.status_code, served.mimetype) == (200, "image/jpeg")
    data = served.data
    served.close()
    assert b"PhoneMaker" not in data
    kept = Image.open(io.BytesIO(data))
    assert dict(kept.getexif()) == {}
    assert (kept.format, kept.size) == ("JPEG", (64, 48))
    path = photos.path(desk.house.settings.data, photo.sha256)
    assert path.read_bytes() == data
    assert not list(path.parent.glob("*.part"))


@pytest.mark.parametrize(("who", "status"), [("coordinator", 200), ("town", 200), ("village", 200), ("stranger", 404)])
def test_a_photo_is_served_in_scope_only(desk: Desk, who: str, status: int) -> None:
    number = desk.browser("village").file(photos=_upload(picture())).location.rpartition("/")[2]
    client = desk.browser(who).client
    served = client.get("/reports/photos/1.jpg")
    assert served.status_code == status
    served.close()
    if status == 200:
        assert "/reports/photos/1.jpg" in client.get(f"/reports/{number}").text


def test_without_signing_in_no_photo(desk: Desk) -> None:
    desk.browser("village").file(photos=_upload(picture()))
    assert build(desk.house).test_client().get("/reports/photos/1.jpg").status_code in (302, 401)
    for missing in ("2", "999999999"):
        assert desk.browser("village").client.get(f"/reports/photos/{missing}.jpg").status_code == 404


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_counts_is_the_content_and_not_the_name(desk: Desk, kind: str) -> None:
    assert desk.browser("village").file(photos=_upload(picture(kind), "evil.exe")).status_code == 302


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0 cut", picture()[:200], picture("BMP"),
     b"MZ" + b"\0" * 500],
    ids=["empty", "gif", "svg", "cut header", "cut", "bmp", "exe"],
)  # fmt: skip
def test_what_is_no_photo_is_refused_and_the_form_kept(desk: Desk, data: bytes) -> None:
    refused = desk.browser("village").file(photos=_upload(data), place="五组海堤")
    assert refused.status_code == 422
    assert "不是照片" in refused.text
    assert "五组海堤" in refused.text
    assert desk.reports() == []


def test_too_large_or_too_many_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [_upload(picture()) for _ in range(photos.MAX_PHOTOS + 1)]
    refused = desk.browser("village").file(photos=many)
    assert refused.status_code == 422
    assert "最多 9 张" in refused.text
    monkeypatch.setattr(photos, "MAX_BYTES", 500)
    refused = desk.browser("village").file(photos=_upload(picture(size=(600, 600))))
    assert refused.status_code == 422
    assert "太大" in refused.text
    assert desk.reports() == []


def test_a_small_file_that_would_unfold_to_gigabytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "_MAX_PIXELS", 1000)
    with pytest.raises(BadPhoto) as caught:
        photos.store(tmp_path, [picture(size=(40, 40))])
    assert caught.value.params == {"reason": "size"}


def test_a_report_without_a_point_stands_where_its_photo_was_taken(desk: Desk) -> None:
    assert desk.browser("village").file(photos=_upload(picture(gps=True))).status_code == 302
    (one,) = desk.reports()
    assert (round(one.lat or 0, 4), round(one.lng or 0, 4)) == (30.8, 121.43)
    (incident,) = desk.incidents()
    assert (incident.lat, incident.lng) == (one.lat, one.lng)


def test_a_point_of_its_own_or_a_photo_from_far_away_is_not_overruled(desk: Desk) -> None:
    desk.browser("village").file(photos=_upload(picture(gps=True)), lat="30.81", lng="121.44", accuracy="12")
    far = StoredPhoto("0" * 64, 4, 3, 12, 39.9, 116.4)
    none = StoredPhoto("1" * 64, 4, 3, 12)
    filed = [say(desk, "village", kind="initial", hazard="fire", photos=several) for several in ([far], [none, far])]
    assert [(one.lat, one.lng) for one in filed] == [(None, None)] * 2
    near = StoredPhoto("2" * 64, 4, 3, 12, 30.8, 121.43)
    assert say(desk, "village", ref=filed[0].incident or "", photos=[far, near]).lat == 30.8
    assert desk.reports()[-1].lat == 30.81


def test_a_photo_is_turned_upright_and_made_smaller(tmp_path: Path) -> None:
    (turned,) = photos.store(tmp_path, [picture(size=(60, 40), turned=True)])
    assert (turned.width, turned.height) == (40, 60)
    (large,) = photos.store(tmp_path, [picture(size=(3000, 1000))])
    assert large.width == photos.MAX_SIDE


def test_the_same_photo_twice_is_one_file(tmp_path: Path) -> None:
    first, second = photos.store(tmp_path, [picture(), picture()])
    assert first.sha256 == second.sha256
    assert len(list(tmp_path.rglob("*.jpg"))) == 1


def test_a_photo_without_place_has_none(tmp_path: Path) -> None:
    (one,) = photos.store(tmp_path, [picture()])
    assert (one.lat, one.lng) == (None, None)


@pytest.mark.parametrize(
    "gps",
    [
        {}, {1: "N"}, {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (121.0, 0.0, 0.0)},
        {1: "N", 2: (30.0,), 3: "E", 4: (121.0,)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
    ],
)  # fmt: skip
def test_an_odd_place_in_a_photo_is_none(tmp_path: Path, gps: dict[int, object]) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    (one,) = photos.store(tmp_path, [out.getvalue()])
    assert (one.lat, one.lng) == (None, None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_damaged_photo_is_kept_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(picture(data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"])), gps=True))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        # The library warns of damage where it can go on.
        warnings.simplefilter("ignore")
        try:
            (one,) = photos.store(tmp_path, [bytes(whole)])
        except BadPhoto:
            return
    assert photos.path(tmp_path, one.sha256).is_file()
