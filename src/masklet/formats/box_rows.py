"""Rows of boxes, as text formats hold them, turned into tracks, detections or prompts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from masklet.core.errors import FormatError
from masklet.core.values import Box, Detections
from masklet.masklets import BoxTracks, FrameBoxes


@dataclass(frozen=True)
class BoxRow:
    """One line: a box in a frame (from 0), with an object's id where it belongs to a track."""

    line: int
    frame_index: int
    xyxy: tuple[float, float, float, float]
    score: float = 1.0
    object_id: int | None = None
    label: str | None = None


def tracks_of(rows: Iterable[BoxRow], path: Path) -> BoxTracks:
    """Return the rows as objects over time; raise FormatError for a row without id or an id twice in a frame."""
    rows_at: dict[int, dict[int, BoxRow]] = {}
    for row in rows:
        if row.object_id is None:
            raise FormatError(
                f"Expected a track id in line {row.line} of {path}, got none; detections are no tracks yet. "
                "`masklet track` follows them when they are given as prompts."
            )
        objects = rows_at.setdefault(row.frame_index, {})
        if row.object_id in objects:
            raise FormatError(
                f"Expected each object once in a frame, got {row.object_id} in lines "
                f"{objects[row.object_id].line} and {row.line} of {path}."
            )
        objects[row.object_id] = row
    return BoxTracks({index: _frame_boxes(objects) for index, objects in sorted(rows_at.items())})


def detections_of(rows: Iterable[BoxRow]) -> dict[int, Detections]:
    """Return the rows as detections by frame index, best first; a row without label is an "object"."""
    rows_at: dict[int, list[BoxRow]] = {}
    for row in rows:
        rows_at.setdefault(row.frame_index, []).append(row)
    return {index: _detections(found) for index, found in sorted(rows_at.items())}


def prompts_of(rows: Iterable[BoxRow]) -> list[Box]:
    """Return every row as a prompt; a row without id begins an object of its own, above all ids given."""
    listed = list(rows)
    free = count(max((row.object_id or 0 for row in listed), default=0) + 1)
    return [Box(row.frame_index, row.object_id or next(free), row.xyxy) for row in listed]


def rows_of(tracks: BoxTracks) -> Iterator[BoxRow]:
    """Yield the boxes of tracks, frame by frame."""
    for index, boxes in sorted(tracks.frames.items()):
        for position, object_id in enumerate(boxes.object_ids):
            x1, y1, x2, y2 = (float(value) for value in boxes.boxes_N4[position])
            yield BoxRow(
                line=0,
                frame_index=index,
                xyxy=(x1, y1, x2, y2),
                score=float(boxes.scores_N[position]),
                object_id=object_id,
                label=boxes.labels_N[position],
            )


def rows_of_detections(detections: Mapping[int, Detections]) -> Iterator[BoxRow]:
    """Yield the boxes of detections by frame index, frame by frame, best first; they have no object id."""
    for index, found in sorted(detections.items()):
        for box_4, score, label in zip(found.boxes_N4, found.scores_N, found.labels_N, strict=True):
            x1, y1, x2, y2 = (float(edge) for edge in box_4)
            yield BoxRow(line=0, frame_index=index, xyxy=(x1, y1, x2, y2), score=float(score), label=label)


def _frame_boxes(rows: dict[int, BoxRow]) -> FrameBoxes:
    return FrameBoxes(
        object_ids=tuple(rows),
        boxes_N4=np.array([row.xyxy for row in rows.values()], dtype=np.float64),
        scores_N=np.array([row.score for row in rows.values()], dtype=np.float64),
        labels_N=tuple(row.label for row in rows.values()),
    )


def _detections(rows: list[BoxRow]) -> Detections:
    best_first = sorted(rows, key=lambda row: -row.score)
    return Detections(
        boxes_N4=np.array([row.xyxy for row in best_first], dtype=np.float64),
        scores_N=np.array([row.score for row in best_first], dtype=np.float64),
        labels_N=tuple(row.label or "object" for row in best_first),
    )
