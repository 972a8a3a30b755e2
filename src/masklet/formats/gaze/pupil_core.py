"""Gaze as Pupil Player exports it (Pupil Core): gaze_positions.csv, and blinks.csv and fixations.csv beside it.

Positions are shares of the world camera's picture, counted from its bottom left corner; times are seconds of
Pupil's clock; `world_index` counts the frames of the recording. Where the video was exported too,
world_timestamps.csv says when its frames are: that also holds for an exported part of a recording.

Source: Pupil Labs, documentation of Pupil Player's exporters.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.formats.gaze.table import Table, header_of, read_table
from masklet.prompts.gaze import SHARES, Fixations, Gaze

_TIMES, _FRAMES = ("gaze_timestamp", "timestamp"), ("world_index", "index")
"""Names of columns, the older ones last."""
_POSITION = ("norm_pos_x", "norm_pos_y")
_FRAME_TIMES = "timestamps [seconds]"


def looks_like_pupil_core(path: Path) -> bool:
    """Say whether a table has the columns of gaze_positions.csv."""
    header = header_of(path)
    has = all(any(name in header for name in names) for names in (_TIMES, _FRAMES))
    return has and {"confidence", *_POSITION} <= set(header) and "start_frame_index" not in header


def read_pupil_core(path: Path) -> Gaze:
    """Return the gaze of gaze_positions.csv, with what lies beside it; raise FormatError for another table."""
    header = header_of(path)
    time, frame = (next(name for name in names if name in header) for names in (_TIMES, _FRAMES))
    table = read_table(path, (time, frame, "confidence", *_POSITION))
    seconds_S = table.numbers(time)
    order_S = np.argsort(seconds_S, kind="stable")
    seconds_S = seconds_S[order_S]
    return Gaze(
        xy_S2=_from_top_left(table)[order_S],
        seconds_S=seconds_S,
        frames_S=table.whole_numbers(frame)[order_S],
        confidence_S=np.nan_to_num(table.numbers("confidence"))[order_S],
        is_blink_S=_blinks(path.with_name("blinks.csv"), seconds_S),
        origin=str(path),
        size_HW=SHARES,
        frame_seconds_T=_frame_seconds(path.with_name("world_timestamps.csv")),
        fixations=_fixations(path.with_name("fixations.csv")),
    )


def _from_top_left(table: Table) -> FloatArray:
    x, y = (table.numbers(name) for name in _POSITION)
    return np.stack([x, 1 - y], axis=1)


def _blinks(path: Path, seconds_S: FloatArray) -> BoolArray:
    is_blink_S = np.zeros(len(seconds_S), dtype=bool)
    if path.is_file():
        table = read_table(path, ("start_timestamp", "end_timestamp"))
        for start, end in zip(table.numbers("start_timestamp"), table.numbers("end_timestamp"), strict=True):
            is_blink_S |= (seconds_S >= start) & (seconds_S <= end)
    return is_blink_S


def _fixations(path: Path) -> Fixations | None:
    """Return the fixations, in order of time; their durations are milliseconds."""
    if not path.is_file():
        return None
    table = read_table(path, ("start_timestamp", "duration", *_POSITION))
    start_F = table.numbers("start_timestamp")
    order_F = np.argsort(start_F, kind="stable")
    end_F = start_F + table.numbers("duration") / 1000
    return Fixations(start_F[order_F], end_F[order_F], _from_top_left(table)[order_F])


def _frame_seconds(path: Path) -> FloatArray | None:
    if _FRAME_TIMES not in header_of(path):
        return None
    return read_table(path, (_FRAME_TIMES,)).numbers(_FRAME_TIMES)
