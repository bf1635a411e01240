"""``responder profile load``."""

from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from responder.app import House
from responder.places import cli, queries
from responder.platform import config


@dataclass
class Context:
    """The command line's context on the test's house."""

    built: House

    def house(self) -> House:
        return self.built


def test_a_profile_is_loaded_by_name_or_path(house: House) -> None:
    path = str(config.folder() / "profiles" / "jinshan.toml")
    for given, said in (
        ("jinshan", "265 divisions (257 added, 0 changed, 0 retired)"),
        (path, "265 divisions (0 added, 0 changed, 0 retired)"),
    ):
        result = CliRunner().invoke(cli.profile, ["load", given], obj=Context(house))
        assert result.exit_code == 0, result.output
        assert said in result.output
    with house.work.read() as session:
        assert len(queries.places(session)) == 265


def test_a_bad_profile_changes_nothing_and_names_file_and_key(house: House, tmp_path: Path) -> None:
    text = (config.folder() / "profiles" / "jilin.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('root = "22"', 'root = "二二"'), encoding="utf-8")
    result = CliRunner().invoke(cli.profile, ["load", str(path)], obj=Context(house))
    assert result.exit_code == 1
    assert "mine.toml: root: " in result.output
    with house.work.read() as session:
        assert queries.places(session).profile.slug == "jinshan"
