"""What a session remembers, as a file of plain arrays; written whole or not at all."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from masklet.core.arrays import AnyArray
from masklet.core.errors import FormatError

_MARK = "="
"""Before every name in the archive, so that none is taken for an argument of numpy's."""


def write_snapshot(path: Path, state: Mapping[str, AnyArray]) -> None:
    """Write named arrays to an .npz, first beside it, then in its place, so that a kill leaves the old one."""
    beside = path.with_name(path.name + ".part")
    with beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **{_MARK + name: array for name, array in state.items()})
    beside.replace(path)


def read_snapshot(path: Path) -> dict[str, AnyArray]:
    """Return the named arrays; raise FormatError for a file that is no snapshot."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name.removeprefix(_MARK): archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise FormatError(
            f"Expected a session's snapshot in {path}, got a damaged file; start without it."
        ) from error


def pack(value: Any) -> AnyArray:
    """Return JSON-able values as an array of bytes, so that they travel among arrays; floats come back exact."""
    return np.frombuffer(json.dumps(value).encode(), dtype=np.uint8)


def unpack(array: AnyArray) -> Any:
    """Return what `pack` was given."""
    return json.loads(array.tobytes())


def nest(name: str, state: Mapping[str, AnyArray]) -> dict[str, AnyArray]:
    """Return a part's state under names that carry the part's own."""
    return {f"{name}/{key}": array for key, array in state.items()}


def unnest(name: str, state: Mapping[str, AnyArray]) -> dict[str, AnyArray]:
    """Return the state of the part that was nested under this name."""
    prefix = f"{name}/"
    return {key.removeprefix(prefix): array for key, array in state.items() if key.startswith(prefix)}
