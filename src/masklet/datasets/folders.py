"""What all datasets ask of a folder."""

from __future__ import annotations

from pathlib import Path

from masklet.core.errors import FormatError


def folders_in(folder: Path) -> list[str]:
    """Return the names of the folders in a folder, in order; none where it is not there."""
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def require_folder(folder: Path, what: str) -> Path:
    """Return the folder; raise FormatError where it is not there."""
    if not folder.is_dir():
        raise FormatError(f"Expected {what} in {folder}, found no such folder.")
    return folder
