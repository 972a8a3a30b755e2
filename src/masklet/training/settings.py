"""Settings as flat names and plain values: `loop.steps` -> 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any


def flatten(settings: Any, *, prefix: str = "") -> dict[str, Any]:
    """Return the fields of a dataclass and of those within it, by dotted name, with their values as they are."""
    flat: dict[str, Any] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            flat |= flatten(value, prefix=f"{prefix}{field.name}.")
        else:
            flat[f"{prefix}{field.name}"] = value
    return flat


def plain(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return flat settings with values that JSON and checkpoints hold: paths as text, tuples as lists."""
    return {name: _plain_value(value) for name, value in flat.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, tuple | list):
        return [_plain_value(item) for item in value]
    return value
