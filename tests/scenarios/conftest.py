"""What fails in the scenarios' helpers is shown as in a test."""

import pytest

for _name in ("agreement", "day", "district", "evening"):
    pytest.register_assert_rewrite(f"tests.scenarios.{_name}")
