"""Files that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

from masklet.core.errors import OutputError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside it, then put it in place; raise OutputError where that fails."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        if partial.parent.is_dir():
            partial.unlink(missing_ok=True)
        raise OutputError(f"Expected to write {path}, got: {error.strerror}.") from error
