"""Where the house keeps its files: beside the package in a checkout, inside it in a wheel."""

from functools import cache
from pathlib import Path

import responder


@cache
def root() -> Path:
    """The folder that holds templates, static, config, migrations and translations."""
    package = Path(responder.__file__).parent
    inside = package / "_house"
    return inside if inside.is_dir() else package.parent
