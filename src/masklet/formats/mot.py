"""MOT text: boxes of objects over time, one line each.

    frame,id,x,y,width,height,score,-1,-1,-1      frames from 1; a detection without track has id -1
    frame,id,x,y,width,height,flag,class,visible  truth of MOT16 and later: flag 0 is not to be counted

Coordinates stand as they are, as the trackers in use write them.
Source: Milan et al., MOT16: A Benchmark for Multi-Object Tracking, 2016.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.core.values import Detections
from masklet.formats.box_rows import BoxRow, detections_of, rows_of, tracks_of
from masklet.formats.text import read_lines
from masklet.masklets import BoxTracks

CLASSES = {
    1: "pedestrian",
    2: "person on vehicle",
    3: "car",
    4: "bicycle",
    5: "motorbike",
    6: "non motorized vehicle",
    7: "static person",
    8: "distractor",
    9: "occluder",
    10: "occluder on the ground",
    11: "occluder full",
    12: "reflection",
}
"""Class numbers in the truth of MOT16, MOT17 and MOT20."""


def read_mot(path: Path) -> BoxTracks:
    """Return the tracks of a MOT text, its score or flag as score, frames from 0.

    Raise FormatError, naming the line, for a line that is none, and for a detection without track.
    """
    return tracks_of(_rows(path), path)


def read_mot_detections(path: Path) -> dict[int, Detections]:
    """Return the boxes of a MOT text by frame index, whatever their ids."""
    return detections_of(_rows(path))


def write_mot(tracks: BoxTracks, path: Path) -> None:
    """Write tracks as a MOT text; classes are not held."""
    lines = []
    for row in rows_of(tracks):
        x1, y1, x2, y2 = row.xyxy
        numbers = (x1, y1, x2 - x1, y2 - y1, row.score)
        lines.append(f"{row.frame_index + 1},{row.object_id},{','.join(f'{n:.10g}' for n in numbers)},-1,-1,-1\n")
    write_whole(path, "".join(lines).encode())


def _rows(path: Path) -> Iterator[BoxRow]:
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            yield _row(line, number, path)


def _row(line: str, number: int, path: Path) -> BoxRow:
    try:
        frame, object_id, x, y, width, height, *rest = (float(field) for field in line.split(","))
    except ValueError:
        raise _error(line, number, path) from None
    numbers = (frame, object_id, x, y, width, height, *rest)
    if (
        not all(map(math.isfinite, numbers))
        or frame < 1
        or not frame.is_integer()
        or not object_id.is_integer()
        or width < 0
        or height < 0
    ):
        raise _error(line, number, path)
    is_truth_of_mot16 = len(rest) == 3 and rest[1] > 0
    return BoxRow(
        line=number,
        frame_index=int(frame) - 1,
        xyxy=(x, y, x + width, y + height),
        score=rest[0] if rest else 1.0,
        object_id=int(object_id) if object_id >= 0 else None,
        label=CLASSES.get(int(rest[1])) if is_truth_of_mot16 else None,
    )


def _error(line: str, number: int, path: Path) -> FormatError:
    return FormatError(
        f"Expected `frame,id,x,y,width,height,score,...` with frames from 1 in line {number} of {path}, "
        f"got {line[:60]!r}."
    )
