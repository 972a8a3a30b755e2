"""Gaze as a plain table with named columns, in any order, apart by commas, tabs or semicolons.

seconds, frame       when: seconds from the first frame of the video, or its index from 0; one of them, or both
x, y                 where: pixels of the video from its top left corner
norm_x, norm_y       or shares of its width and height, from the same corner
confidence           0 to 1 (may be left out)
blink                1 in a blink, else 0 or empty (may be left out)
fixation             what a fixation's samples have in common, empty between fixations (may be left out)
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.formats.gaze.table import Table, header_of, read_table
from masklet.prompts.gaze import SHARES, Fixations, Gaze

_PIXELS, _SHARES = ("x", "y"), ("norm_x", "norm_y")


def looks_like_plain_gaze(path: Path) -> bool:
    """Say whether a table has a time or a frame, and a position."""
    header = set(header_of(path))
    return bool({"seconds", "frame"} & header) and (set(_PIXELS) <= header or set(_SHARES) <= header)


def read_plain_gaze(path: Path) -> Gaze:
    """Return the gaze of such a table; raise FormatError, naming the line, for what is missing or no number."""
    header = header_of(path)
    position = _PIXELS if set(_PIXELS) <= set(header) else _SHARES
    when = [name for name in ("seconds", "frame") if name in header]
    if not when:
        raise FormatError(f"Expected a column seconds or frame in {path}, got {', '.join(header[:8])}.")
    table = read_table(path, (*when, *position), wanted=("confidence", "blink", "fixation"))
    seconds_S = table.numbers("seconds") if "seconds" in when else None
    frames_S = table.whole_numbers("frame") if "frame" in when else None
    if seconds_S is not None and not np.isfinite(seconds_S).all():
        bad = table.lines[int(np.flatnonzero(~np.isfinite(seconds_S))[0])]
        raise FormatError(f"Expected a time in seconds in line {bad} of {path}, got nothing.")
    order_S = _order(seconds_S, frames_S)
    xy_S2 = np.stack([table.numbers(name) for name in position], axis=1)
    confidence_S = table.numbers("confidence") if "confidence" in table else np.ones(len(table))
    blink_S = np.nan_to_num(table.numbers("blink")) if "blink" in table else np.zeros(len(table))
    return Gaze(
        xy_S2=xy_S2[order_S],
        seconds_S=None if seconds_S is None else seconds_S[order_S],
        frames_S=None if frames_S is None else frames_S[order_S],
        confidence_S=np.nan_to_num(confidence_S)[order_S],
        is_blink_S=blink_S[order_S] != 0,
        origin=str(path),
        size_HW=None if position == _PIXELS else SHARES,
        fixations=None if seconds_S is None else _fixations(table, seconds_S, xy_S2),
    )


def write_plain_gaze(gaze: Gaze, path: Path) -> None:
    """Write gaze as such a table; fixations of the recording are written where their times fall on its samples.

    Times are written as they are: where the recording has a clock of its own, they count by that.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    position = _SHARES if gaze.size_HW == SHARES else _PIXELS
    columns: dict[str, list[str]] = {}
    if gaze.seconds_S is not None:
        columns["seconds"] = [f"{value:.12g}" for value in gaze.seconds_S.tolist()]
    if gaze.frames_S is not None:
        columns["frame"] = [str(value) for value in gaze.frames_S.tolist()]
    for name, values_S in zip(position, gaze.xy_S2.T, strict=True):
        columns[name] = ["" if value != value else f"{value:.12g}" for value in values_S.tolist()]
    columns["confidence"] = [f"{value:.12g}" for value in gaze.confidence_S.tolist()]
    columns["blink"] = [str(int(value)) for value in gaze.is_blink_S.tolist()]
    if gaze.fixations is not None and gaze.seconds_S is not None:
        columns["fixation"] = _fixation_numbers(gaze.fixations, gaze.seconds_S)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    write_whole(path, text.getvalue().encode())


def _order(seconds_S: FloatArray | None, frames_S: IntArray | None) -> IntArray:
    key_S = frames_S if seconds_S is None else seconds_S
    assert key_S is not None
    order_S: IntArray = np.argsort(key_S, kind="stable")
    return order_S


def _fixations(table: Table, seconds_S: FloatArray, xy_S2: FloatArray) -> Fixations | None:
    """Return the fixations that samples belong to by the column, None without that column."""
    if "fixation" not in table:
        return None
    places: dict[str, list[int]] = {}
    for place, name in enumerate(table.columns["fixation"]):
        if name:
            places.setdefault(name, []).append(place)
    ordered = sorted(places.values(), key=lambda each: float(seconds_S[each].min()))
    return Fixations(
        start_F=np.array([seconds_S[each].min() for each in ordered]),
        end_F=np.array([seconds_S[each].max() for each in ordered]),
        xy_F2=np.array([xy_S2[each].mean(axis=0) for each in ordered]).reshape(-1, 2),
    )


def _fixation_numbers(fixations: Fixations, seconds_S: FloatArray) -> list[str]:
    number_S = np.searchsorted(fixations.start_F, seconds_S, side="right")
    inside_S = (number_S > 0) & (seconds_S <= np.append(fixations.end_F, 0)[number_S - 1])
    return [str(number) if inside else "" for number, inside in zip(number_S, inside_S, strict=True)]
