"""Boxes as CSV: tracks, detections of any detector, or prompts.

    frame,x1,y1,x2,y2,score,track_id,label        frames from 0; score, track_id and label may be left out

A first line of column names may give the columns in any order; without it they stand as above. Numbers are finite,
and no track_id is in a frame twice.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.core.values import Box, Detections
from masklet.formats.box_rows import BoxRow, detections_of, prompts_of, rows_of, rows_of_detections, tracks_of
from masklet.formats.text import read_lines
from masklet.masklets import BoxTracks

COLUMNS: tuple[str, ...] = ("frame", "x1", "y1", "x2", "y2", "score", "track_id", "label")
_NEEDED = COLUMNS[:5]


def read_box_csv(path: Path) -> BoxTracks:
    """Return the tracks of a CSV; raise FormatError, naming the line, where a box has no track_id."""
    return tracks_of(_rows(path), path)


def read_csv_detections(path: Path) -> dict[int, Detections]:
    """Return the boxes of a CSV by frame index, best first."""
    return detections_of(_rows(path))


def read_csv_prompts(path: Path) -> list[Box]:
    """Return the boxes of a CSV as prompts; one without track_id begins an object of its own."""
    return prompts_of(_rows(path))


def write_box_csv(tracks: BoxTracks, path: Path) -> None:
    """Write tracks as CSV, with column names."""
    _write(rows_of(tracks), path)


def write_csv_detections(detections: Mapping[int, Detections], path: Path) -> None:
    """Write detections by frame index as CSV, with column names; they have no track_id."""
    _write(rows_of_detections(detections), path)


def _write(rows: Iterable[BoxRow], path: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        numbers = [f"{number:.10g}" for number in (*row.xyxy, row.score)]
        writer.writerow([row.frame_index, *numbers, row.object_id or "", row.label or ""])
    write_whole(path, text.getvalue().encode())


def _rows(path: Path) -> Iterator[BoxRow]:
    """Yield the rows; raise FormatError, naming line and column, for what is missing, wrong or there twice."""
    columns = COLUMNS
    line_of: dict[tuple[int, int], int] = {}
    for number, values in _lines(path):
        if number == 1 and not _is_number(values[0]) and set(values) & set(COLUMNS):
            columns = _columns(values, path)
            continue
        row = _row(dict(zip(columns, values, strict=False)), number, path)
        if row.object_id is not None:
            earlier = line_of.setdefault((row.frame_index, row.object_id), number)
            if earlier != number:
                raise FormatError(
                    f"Expected each track_id once in a frame, got {row.object_id} in frame {row.frame_index} "
                    f"in lines {earlier} and {number} of {path}."
                )
        yield row


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield number and fields of every line that is not blank."""
    reader = csv.reader(read_lines(path))
    try:
        for fields in reader:
            values = [field.strip() for field in fields]
            if any(values):
                yield reader.line_num, values
    except csv.Error as error:
        raise FormatError(
            f"Expected fields with commas in line {reader.line_num} of {path}, got: {error}."
        ) from error


def _row(values: Mapping[str, str], number: int, path: Path) -> BoxRow:
    where = f"line {number} of {path}"
    frame_index = _whole_number(values, "frame", where, least=0)
    x1, y1, x2, y2 = (_number(values, name, where) for name in _NEEDED[1:])
    if not (x2 > x1 and y2 > y1):
        raise FormatError(f"Expected x2 > x1 and y2 > y1 in {where}, got {x1:g},{y1:g},{x2:g},{y2:g}.")
    return BoxRow(
        line=number,
        frame_index=frame_index,
        xyxy=(x1, y1, x2, y2),
        score=_number(values, "score", where) if values.get("score") else 1.0,
        object_id=_whole_number(values, "track_id", where, least=1) if values.get("track_id") else None,
        label=values.get("label") or None,
    )


def _number(values: Mapping[str, str], name: str, where: str) -> float:
    text = values.get(name, "")
    if not _is_number(text):
        raise FormatError(f"Expected a finite number as {name} in {where}, got {text or 'nothing'}.")
    return float(text)


def _whole_number(values: Mapping[str, str], name: str, where: str, *, least: int) -> int:
    """Return an integer; 3.0 counts as one."""
    text = values.get(name, "")
    if not _is_number(text) or not float(text).is_integer() or float(text) < least:
        raise FormatError(
            f"Expected a whole number from {least} on as {name} in {where}, got {text or 'nothing'}."
        )
    return int(float(text))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _columns(names: Sequence[str], path: Path) -> tuple[str, ...]:
    """Return the columns that the first line names; others than those known are left aside."""
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise FormatError(
            f"Expected the columns {', '.join(_NEEDED)} in line 1 of {path}, got none named {', '.join(missing)}."
        )
    twice = next((name for name in names if name in COLUMNS and names.count(name) > 1), None)
    if twice is not None:
        raise FormatError(f"Expected each column once in line 1 of {path}, got {twice} twice.")
    return tuple(names)
