"""A table that is written row by row, and cut back when a run goes on from before its end."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from masklet.core.errors import OutputError
from masklet.core.files import write_whole


class CsvLog:
    """A table with one row per step; the first column is `step`. A row is in the file once `append` returns."""

    def __init__(self, path: Path, *, after_step: int) -> None:
        """Open a table, keeping the rows up to a step: what a killed run wrote after its checkpoint goes."""
        self.path = path
        rows = [row for row in _rows(path) if int(row["step"]) <= after_step]
        self._columns = list(rows[0]) if rows else []
        if path.exists():
            write_whole(path, self._text(rows, header=bool(rows)).encode())

    def append(self, row: Mapping[str, float]) -> None:
        """Add a row; a name that is new becomes a column, empty in the rows before."""
        if not row.keys() <= set(self._columns):
            rows = _rows(self.path)
            self._columns += [name for name in row if name not in self._columns]
            write_whole(self.path, self._text(rows, header=True).encode())
        try:
            with self.path.open("a", newline="") as file:
                file.write(self._text([row], header=False))
        except OSError as error:
            raise OutputError(f"Expected to write {self.path}, got: {error.strerror}.") from error

    def _text(self, rows: list[dict[str, str]] | list[Mapping[str, float]], *, header: bool) -> str:
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, self._columns, restval="", lineterminator="\n")
        if header:
            writer.writeheader()
        writer.writerows(rows)
        return buffer.getvalue()


def _rows(path: Path) -> list[dict[str, str]]:
    """Return the whole rows of a table; a last line that a kill cut short is none."""
    if not path.is_file():
        return []
    text = path.read_text()
    return list(csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1])))
