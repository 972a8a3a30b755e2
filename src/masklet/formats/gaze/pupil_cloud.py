"""Gaze as Pupil Cloud exports it (Pupil Invisible, and Neon alike): gaze.csv, with its kin beside it.

Positions are pixels of the scene camera, counted from its top left corner; times are nanoseconds since 1970,
those of the frames are in world_timestamps.csv. The sizes of the scene cameras are not in the files: which one
it was is told by the middle of its picture in scene_camera.json.

Source: Pupil Labs, documentation of the recording formats of Pupil Invisible and Neon.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray
from masklet.core.errors import FormatError
from masklet.formats.gaze.table import Table, header_of, read_table
from masklet.formats.records import read_json
from masklet.prompts.gaze import Fixations, Gaze

_TIME, _POSITION = "timestamp [ns]", ("gaze x [px]", "gaze y [px]")
_START, _END = "start timestamp [ns]", "end timestamp [ns]"
CAMERAS: dict[str, tuple[int, int]] = {"Pupil Invisible": (1080, 1088), "Neon": (1200, 1600)}
"""Height and width of the scene cameras' pictures."""


def looks_like_pupil_cloud(path: Path) -> bool:
    """Say whether a table has the columns of gaze.csv."""
    return {_TIME, *_POSITION} <= set(header_of(path))


def read_pupil_cloud(path: Path) -> Gaze:
    """Return the gaze of gaze.csv, with what lies beside it, in seconds from the first frame of the recording.

    Samples while the glasses were not worn have confidence 0. Raise FormatError for a table that is none, and
    where nothing says when the video began.
    """
    table = read_table(path, (_TIME, *_POSITION), wanted=("worn", "blink id"))
    nanoseconds_S = table.whole_numbers(_TIME)
    order_S = np.argsort(nanoseconds_S, kind="stable")
    frames_T, began = _frames(path)
    size_HW, focal_pixels = _camera(path.with_name("scene_camera.json"))
    worn_S = table.numbers("worn") if "worn" in table else np.ones(len(table))
    return Gaze(
        xy_S2=np.stack([table.numbers(name) for name in _POSITION], axis=1)[order_S],
        seconds_S=_seconds(nanoseconds_S[order_S], began),
        frames_S=None,
        confidence_S=np.nan_to_num(worn_S)[order_S],
        is_blink_S=_blinks(path.with_name("blinks.csv"), table, nanoseconds_S)[order_S],
        origin=str(path),
        size_HW=size_HW,
        frame_seconds_T=None if frames_T is None else _seconds(frames_T, began),
        fixations=_fixations(path.with_name("fixations.csv"), began),
        focal_pixels=focal_pixels,
    )


def _seconds(nanoseconds: IntArray, began: int) -> FloatArray:
    return np.asarray((nanoseconds - began) / 1e9, dtype=np.float64)


def _frames(path: Path) -> tuple[IntArray | None, int]:
    """Return the times of the frames, where they are known, and that of the first one."""
    times = path.with_name("world_timestamps.csv")
    if times.is_file():
        table = read_table(times, (_TIME,))
        if not len(table):
            raise FormatError(f"Expected the time of at least one frame in {times}, got none.")
        frames_T = table.whole_numbers(_TIME)
        return frames_T, int(frames_T[0])
    events = path.with_name("events.csv")
    if events.is_file():
        table = read_table(events, (_TIME, "name"))
        begins = [place for place, name in enumerate(table.columns["name"]) if name == "recording.begin"]
        if begins:
            return None, int(table.whole_numbers(_TIME)[begins[0]])
    raise FormatError(
        f"Expected world_timestamps.csv beside {path}, or events.csv with the beginning of the recording, got "
        "neither: nothing says when the video began."
    )


def _camera(path: Path) -> tuple[tuple[int, int] | None, float | None]:
    """Return the size of the scene camera's picture and its focal length in pixels, None if not known."""
    if not path.is_file():
        return None, None
    rows = [[entry.number() for entry in row.items()] for row in read_json(path)["camera_matrix"].items()]
    if [len(row) for row in rows] != [3, 3, 3]:
        raise FormatError(f"Expected a camera matrix of 3x3 numbers in {path}, got another shape.")
    middle_2 = np.array([rows[1][2], rows[0][2]])
    off = {size_HW: float(np.abs(2 * middle_2 / size_HW - 1).max()) for size_HW in CAMERAS.values()}
    nearest = min(off, key=lambda size_HW: off[size_HW])
    return (nearest if off[nearest] < 0.15 else None), rows[0][0]


def _blinks(path: Path, gaze: Table, nanoseconds_S: IntArray) -> BoolArray:
    """Return which samples are of a blink: by their own column, or by the table of blinks where they have none."""
    if "blink id" in gaze:
        return gaze.is_filled("blink id")
    is_blink_S = np.zeros(len(gaze), dtype=bool)
    if path.is_file():
        table = read_table(path, (_START, _END))
        for start, end in zip(table.whole_numbers(_START), table.whole_numbers(_END), strict=True):
            is_blink_S |= (nanoseconds_S >= start) & (nanoseconds_S <= end)
    return is_blink_S


def _fixations(path: Path, began: int) -> Fixations | None:
    if not path.is_file():
        return None
    table = read_table(path, (_START, _END, "fixation x [px]", "fixation y [px]"))
    start_F, end_F = (_seconds(table.whole_numbers(name), began) for name in (_START, _END))
    order_F = np.argsort(start_F, kind="stable")
    xy_F2 = np.stack([table.numbers("fixation x [px]"), table.numbers("fixation y [px]")], axis=1)
    return Fixations(start_F[order_F], end_F[order_F], xy_F2[order_F])
