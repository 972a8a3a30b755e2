"""JSON files read so that every error names the file and the entry."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from masklet.core.errors import FormatError


@dataclass(frozen=True, eq=False)
class Entry:
    """One value of a JSON file that knows where in the file it stands."""

    value: Any
    path: Path
    where: str = "the file"

    def __getitem__(self, key: str) -> Entry:
        """Return what stands under a key; raise FormatError where there is no such key."""
        if not isinstance(self.value, dict) or key not in self.value:
            got = f"the keys {', '.join(self.value)}" if isinstance(self.value, dict) else _short(self.value)
            raise FormatError(f"Expected the key {key!r} in {self.where} of {self.path}, got {got or 'none'}.")
        where = key if self.where == "the file" else f"{self.where}.{key}"
        return Entry(self.value[key], self.path, where)

    def get(self, key: str) -> Entry | None:
        """Return what stands under a key, None where there is no such key or it holds null."""
        if not isinstance(self.value, dict) or self.value.get(key) is None:
            return None
        return self[key]

    def items(self) -> list[Entry]:
        """Return the items of a list."""
        if not isinstance(self.value, list):
            raise self.error("a list")
        return [Entry(item, self.path, f"{self.where}[{place}]") for place, item in enumerate(self.value)]

    def whole_number(self) -> int:
        """Return an integer; 3.0 counts as one."""
        whole = isinstance(self.value, int) or (isinstance(self.value, float) and self.value.is_integer())
        if isinstance(self.value, bool) or not whole:
            raise self.error("a whole number")
        return int(self.value)

    def object_id(self) -> int:
        """Return an object's id."""
        number = self.whole_number()
        if number < 1:
            raise self.error("a positive object id")
        return number

    def number(self) -> float:
        """Return a number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.error("a number")
        return float(self.value)

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.value, str):
            raise self.error("a text")
        return self.value

    def error(self, expected: str) -> FormatError:
        """Return the error of a value that is something else than expected."""
        return FormatError(f"Expected {expected} in {self.where} of {self.path}, got {_short(self.value)}.")


def read_json(path: Path) -> Entry:
    """Return the contents of a file; raise FormatError, naming line and column, where it is not JSON."""
    try:
        return Entry(json.loads(path.read_bytes()), path)
    except json.JSONDecodeError as error:
        raise FormatError(
            f"Expected JSON in {path}, got an error in line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except UnicodeDecodeError as error:
        raise FormatError(f"Expected JSON in {path}, got something that is no text.") from error
    except OSError as error:
        raise FormatError(f"Expected JSON in {path}, got: {error.strerror}.") from error


def json_bytes(document: object) -> bytes:
    """Return a document as it is written: compact, one line break at the end."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def by_id(entries: Iterable[Entry]) -> dict[int, Entry]:
    """Return entries by their `id`; raise FormatError for an id that occurs twice."""
    found: dict[int, Entry] = {}
    for entry in entries:
        number = entry["id"].whole_number()
        if number in found:
            raise entry["id"].error("each id once")
        found[number] = entry
    return found


def _short(value: object) -> str:
    written = json.dumps(value)
    return written if len(written) <= 60 else written[:60] + "..."
