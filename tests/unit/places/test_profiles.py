"""Profiles and their files: those of the software are right, an error names file and key or line."""

import shutil
from pathlib import Path

import pytest

from responder.places import profiles, sources
from responder.platform import config
from responder.platform.config import ConfigError


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A branch's own profile in a folder of its own, with its own small division file."""
    for folder in ("profiles", "divisions", "boundaries"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "profiles" / "own.toml"
    shutil.copy(config.folder() / "profiles" / "jinshan.toml", path)
    (tmp_path / "divisions" / "jinshan_310116.csv").write_text(
        "code,name,level,parent,lng,lat,crs,source\n310116,金山区,3,3101,121.3,30.7,wgs84,branch survey\n",
        encoding="utf-8",
    )
    return path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_both_profiles_are_valid_and_differ_in_their_tiers() -> None:
    assert profiles.available() == ["jilin", "jinshan"]
    jinshan, jilin = profiles.read("jinshan"), profiles.read("jilin")
    assert [jinshan.tier_name(n, "zh") for n in (1, 2, 3)] == ["区", "街镇", "村居"]
    assert [jilin.tier_name(n, "en") for n in (1, 2, 3)] == ["province", "city", "county"]
    assert jinshan.tier("310116112") == 2
    assert jilin.office_above("220221101") == "220221"
    assert str(jilin.zone()) == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('root = "310116"', 'root = "31011"', "own.toml: root: "),
        ('"Asia/Shanghai"', '"Asia/Jinshan"', "own.toml: timezone: "),
        ("level = 5", "level = 6", "own.toml: tiers.2.level: "),
        ("level = 5", "level = 4", "own.toml: tiers: Value error, tiers must go from the top down"),
        (
            "level = 3",
            "level = 2",
            "own.toml: tiers: Value error, the first tier must be the level of the root",
        ),
        ('slug = "jinshan"', 'slug = "金山"', "own.toml: slug: "),
        ("speed_kmh = 40", "speed_kmh = 0", "own.toml: travel.speed_kmh: "),
        ("zoom = 11", "zoom = 11\nzom = 1", "own.toml: map.zom: Extra inputs"),
        ('tiles = ""', 'tiles = "https://t.example/{z}/{x}/{y}.png"', "own.toml: map: "),
        ('branch = { zh = "上海市金山区红十字会", ', "branch = { ", "own.toml: branch.zh: "),
        ('"310117", ', '"31011", ', "own.toml: divisions.neighbours.0: "),
    ],
)
def test_an_error_names_file_and_key(own: Path, old: str, new: str, message: str) -> None:
    edit(own, old, new)
    with pytest.raises(ConfigError) as error:
        profiles.read(own)
    assert message in str(error.value)


def test_a_missing_file_is_named(own: Path) -> None:
    edit(own, '"jinshan_310116.csv"', '"here.csv"')
    with pytest.raises(ConfigError, match=r"own\.toml: divisions: here\.csv: no such file"):
        sources.gather(own)
    with pytest.raises(ConfigError, match=r"none\.toml: no such file"):
        sources.gather(own.with_name("none.toml"))


def test_an_unknown_neighbour_is_named(own: Path) -> None:
    edit(own, '"310117", ', '"310199", ')
    with pytest.raises(ConfigError, match=r"divisions\.neighbours: 310199 is not in china_l1_l3\.csv"):
        sources.gather(own)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("31011,石化街道,4,310116,,,,", "line 3: code '31011'"),
        ("310116001,,4,310116,,,,", "line 3: 310116001 has no name"),
        ("310116001,石化街道,4,310116,121.3,,wgs84,x", "line 3: 310116001 has a point that is no number"),
        ("310116001,石化街道,4,310116,30.7,121.3,wgs84,x", "line 3: 310116001 has a point outside the globe"),
        ("310116001,石化街道,4,310116,121.3,30.7,,x", "line 3: 310116001 has a point without crs"),
    ],
)
def test_a_bad_division_names_file_and_line(own: Path, line: str, message: str) -> None:
    path = own.parent.parent / "divisions" / "jinshan_310116.csv"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        sources.gather(own)
    assert str(error.value).startswith(f"jinshan_310116.csv: {message}")


def test_a_missing_column_is_named(own: Path) -> None:
    path = own.parent.parent / "divisions" / "jinshan_310116.csv"
    edit(path, ",crs", "")
    with pytest.raises(ConfigError, match=r"jinshan_310116\.csv: line 1: column crs is missing"):
        sources.gather(own)


def test_a_root_outside_the_files_is_refused(own: Path) -> None:
    edit(own, 'root = "310116"', 'root = "310115"')
    with pytest.raises(ConfigError, match=r"own\.toml: root: 310115 is in none of the division files"):
        sources.gather(own)


def test_an_own_profile_takes_the_national_table_from_the_software(own: Path) -> None:
    codes = [d.code for d in sources.gather(own).divisions]
    assert codes == ["31", "3101", "310116", "310117", "310118", "310120", "33", "3304", "330421", "330482"]


def test_jinshan_is_complete() -> None:
    divisions = {d.code: d for d in sources.gather("jinshan").divisions}
    inside = [c for c in divisions if c.startswith("310116")]
    assert len([c for c in inside if len(c) == 9]) == 11
    assert len([c for c in inside if len(c) == 12]) == 244
    assert divisions["310116112218"].name == "海涯村"
    assert divisions["310117"].name == "松江区"
    assert "金山工业区" in divisions["310116503"].aliases
    # All towns have a point; six are rough, one is doubtful.
    points = [divisions[c].precision for c in inside if len(c) == 9]
    assert sorted(str(p) for p in points) == ["approx"] * 6 + ["own"] * 5


def test_jilin_is_complete() -> None:
    command = sources.gather("jilin")
    inside = [d for d in command.divisions if d.code.startswith("22")]
    assert len(inside) == 13_014
    assert len([d for d in inside if d.kind == "statistical_zone"]) == 9
    assert next(d for d in inside if d.code == "220721").aliases == ("前郭", "前郭县")
    features = command.boundary["features"]
    assert isinstance(features, list)
    assert len(features) == 9


def test_the_whole_country_down_to_counties() -> None:
    named = {code: (name, level, aliases) for code, name, level, aliases in sources.counties()}
    assert len(named) == 3_351
    assert named["310117"] == ("松江区", 3, ())
    assert named["220721"] == ("前郭尔罗斯蒙古族自治县", 3, ("前郭", "前郭县"))
    assert list(named) == sorted(named)
