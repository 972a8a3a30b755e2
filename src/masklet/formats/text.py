"""Text files, opened so that every failure is a FormatError."""

from __future__ import annotations

from pathlib import Path

from masklet.core.errors import FormatError


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text; raise FormatError for a file that is missing or is no text."""
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(f"Expected a text in {path}, got something else.") from error
    except OSError as error:
        raise FormatError(f"Expected a text in {path}, got: {error.strerror}.") from error
