"""Text tables with named columns, read column by column; what is no number is told with its line.

Shapes: R rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray
from masklet.core.errors import FormatError

_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, eq=False)
class Table:
    """A table's fields as text, by the names that were asked for; every row has all of them."""

    path: Path
    columns: dict[str, list[str]]
    lines: list[int]
    """Of each row in the file."""

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __len__(self) -> int:
        return len(self.lines)

    def numbers(self, name: str) -> FloatArray:
        """Return a column as numbers, NaN of empty fields; raise FormatError, naming the line, for others."""
        parts = [self._numbers(name, start) for start in range(0, len(self), _ROWS_AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _numbers(self, name: str, start: int) -> FloatArray:
        fields = [field or "nan" for field in self.columns[name][start : start + _ROWS_AT_ONCE]]
        try:
            return np.array(fields, dtype=np.float64)
        except ValueError:
            raise self._wrong(name, "a number", start) from None

    def whole_numbers(self, name: str) -> IntArray:
        """Return a column as integers, exact up to 18 digits; raise FormatError, naming the line, for others."""
        try:
            return np.array(self.columns[name], dtype=np.int64)
        except (ValueError, OverflowError):
            numbers = self.numbers(name)
        if not (np.isfinite(numbers) & (numbers == np.round(numbers))).all():
            bad = int(np.flatnonzero(~(np.isfinite(numbers) & (numbers == np.round(numbers))))[0])
            raise FormatError(
                f"Expected whole numbers as {name} in line {self.lines[bad]} of {self.path}, "
                f"got {self.columns[name][bad] or 'nothing'}."
            )
        return numbers.astype(np.int64)

    def is_filled(self, name: str) -> BoolArray:
        """Return where a column has any text."""
        return np.array([bool(field) for field in self.columns[name]], dtype=bool)

    def _wrong(self, name: str, what: str, start: int) -> FormatError:
        for place in range(start, len(self)):
            field = self.columns[name][place]
            try:
                float(field or "nan")
            except ValueError:
                return FormatError(
                    f"Expected {what} as {name} in line {self.lines[place]} of {self.path}, got {field!r}."
                )
        return FormatError(f"Expected numbers as {name} in {self.path}, got something else.")


def header_of(path: Path) -> tuple[str, ...]:
    """Return the names in the first line of a text table, () of anything else."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            line = file.readline(65536)
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(name.strip().removeprefix("#").strip() for name in line.strip().split(_delimiter(line)))


def read_table(path: Path, needed: Sequence[str], *, wanted: Sequence[str] = ()) -> Table:
    """Return the needed and, where they are there, the wanted columns of a table.

    Fields stand apart by commas, tabs or semicolons, whichever the first line has. Raise FormatError for a file
    that cannot be read, a column that is missing and a row that is too short.
    """
    header = header_of(path)
    missing = [name for name in needed if name not in header]
    if missing:
        got = ", ".join(header[:8]) if header else "no such table"
        raise FormatError(f"Expected the columns {', '.join(needed)} in {path}, got {got}.")
    names = [name for name in dict.fromkeys((*needed, *wanted)) if name in header]
    places = [header.index(name) for name in names]
    lines: list[int] = []
    columns: list[list[str]] = [[] for _ in names]
    for line, fields in _rows(path):
        if len(fields) <= max(places):
            raise FormatError(
                f"Expected {len(header)} fields in line {line} of {path}, as in its first, got {len(fields)}."
            )
        lines.append(line)
        for column, place in zip(columns, places, strict=True):
            column.append(fields[place].strip())
    return Table(path, dict(zip(names, columns, strict=True)), lines)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of every line after the first that is not blank."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            reader = csv.reader(file, delimiter=_delimiter(first))
            yield from ((reader.line_num + 1, fields) for fields in reader if any(fields))
    except UnicodeDecodeError as error:
        raise FormatError(f"Expected a text in {path}, got something else.") from error
    except (OSError, csv.Error) as error:
        raise FormatError(f"Expected a table in {path}, got: {error}.") from error


def _delimiter(line: str) -> str:
    return next((mark for mark in ("\t", ";", ",") if mark in line), ",")
