"""Boxes as CSV: tracks, detections of any detector, or prompts.

    frame,x1,y1,x2,y2,score,track_id,label        frames from 0; score, track_id and label may be left out

A first line of column names may give the columns in any order; without it they stand as above.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
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
    columns = COLUMNS
    for number, fields in enumerate(csv.reader(read_lines(path)), start=1):
        values = [field.strip() for field in fields]
        if number == 1 and values and values[0] in COLUMNS:
            columns = tuple(values)
            _require_columns(columns, path)
        elif any(values):
            yield _row(dict(zip(columns, values, strict=False)), number, path)


def _row(values: Mapping[str, str], number: int, path: Path) -> BoxRow:
    try:
        x1, y1, x2, y2 = (float(values[name]) for name in _NEEDED[1:])
        row = BoxRow(
            line=number,
            frame_index=int(values["frame"]),
            xyxy=(x1, y1, x2, y2),
            score=float(values.get("score") or 1),
            object_id=int(values["track_id"]) if values.get("track_id") else None,
            label=values.get("label") or None,
        )
    except (KeyError, ValueError):
        raise FormatError(
            f"Expected {','.join(COLUMNS)} in line {number} of {path}, got {','.join(values.values())!r}."
        ) from None
    if row.frame_index < 0 or not (x2 > x1 and y2 > y1) or (row.object_id is not None and row.object_id < 1):
        raise FormatError(
            f"Expected a frame from 0 on, x2 > x1, y2 > y1 and a positive track_id in line {number} of {path}, "
            f"got {','.join(values.values())!r}."
        )
    return row


def _require_columns(columns: tuple[str, ...], path: Path) -> None:
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise FormatError(
            f"Expected the columns {', '.join(_NEEDED)} in {path}, got none named {', '.join(missing)}."
        )
