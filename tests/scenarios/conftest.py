"""What fails in the scenarios' helpers is shown as in a test."""

import pytest

for _name in ("agreement", "day", "district", "evening", "networks"):
    pytest.register_assert_rewrite(f"tests.scenarios.{_name}")
