"""The README's table names every setting."""

import re

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from responder.settings import Settings
from tests.house import sources


def environment_name(name: str, field: FieldInfo) -> str:
    """The variable that a person sets."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return str(alias) if alias else f"{Settings.model_config.get('env_prefix', '')}{name}".upper()


NAMES = sorted(environment_name(name, field) for name, field in Settings.model_fields.items())


def test_the_readme_has_a_row_for_every_setting() -> None:
    readme = (sources.ROOT / "README.md").read_text("utf-8")
    missing = [name for name in NAMES if not re.search(rf"^\|\s*`{name}`\s*\|", readme, re.MULTILINE)]
    assert missing == []


def test_the_readme_names_no_setting_that_is_gone() -> None:
    readme = (sources.ROOT / "README.md").read_text("utf-8")
    rows = set(re.findall(r"^\|\s*`((?:RESPONDER|TWILIO|ALIBABA_CLOUD)_[A-Z_]+)`\s*\|", readme, re.MULTILINE))
    # What the tests themselves read is told beside them.
    assert {name for name in rows if not name.startswith("RESPONDER_TEST_")} <= set(NAMES)
