"""Rules of the field, read from TOML and validated: an error names the file and the key."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from responder.platform import house

M = TypeVar("M", bound=BaseModel)


class ConfigError(Exception):
    """A configuration file that can't be used. The message names file, key and problem, one per line."""


def folder() -> Path:
    """The configuration folder."""
    return house.root() / "config"


def read(path: Path) -> dict[str, Any]:
    """One TOML file as plain values. Raises ConfigError where it is missing or isn't TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path.name}: no such file") from None
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"{path.name}: {problem}") from None


def load(path: Path | str, model: type[M]) -> M:
    """One TOML file as a validated model. A relative path is taken from the configuration folder."""
    path = folder() / path
    try:
        return model.model_validate(read(path))
    except ValidationError as problem:
        lines = [f"{path.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors()]
        raise ConfigError("\n".join(lines)) from None


def tables(kind: str) -> dict[str, Any]:
    """All files of ``config/<kind>/*.toml`` merged, one file per room. A key in two files is an error."""
    merged: dict[str, Any] = {}
    for path in sorted((folder() / kind).glob("*.toml")):
        for key, value in read(path).items():
            if key in merged and isinstance(value, dict) and isinstance(merged[key], dict):
                twice = merged[key].keys() & value.keys()
                if twice:
                    raise ConfigError(f"{kind}/{path.name}: {key}.{sorted(twice)[0]}: already in another file")
                merged[key] |= value
            elif key in merged:
                raise ConfigError(f"{kind}/{path.name}: {key}: already in another file")
            else:
                merged[key] = value
    return merged
