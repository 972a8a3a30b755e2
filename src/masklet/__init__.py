"""masklet: follow every object of a video with masks."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_DOORS = {
    "load_model": "masklet.models",
    "open_source": "masklet.sources",
    "propagate": "masklet.propagation",
}


def __getattr__(name: str) -> Any:
    """Load the public doors when they are first used, so that `import masklet` stays quick."""
    if name in _DOORS:
        from importlib import import_module

        return getattr(import_module(_DOORS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
