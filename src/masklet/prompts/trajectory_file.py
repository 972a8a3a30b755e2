"""Texts of trajectories, a row for each annotation, told apart by the number of their columns.

    frame person x y                      ETH, UCY, Trajnet
    frame person x z y vx vz vy           obsmat.txt of ETH and OpenTraj; z is up, v the velocity

Columns stand apart by blanks, tabs or commas; whole numbers may be written as 10.0 or 7.8000000e+02. A `?` for x
and y (what Trajnet asks for) is an annotation that is not there. Frames and ids stay as the file has them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from masklet.core.errors import FormatError
from masklet.prompts.trajectories import Trajectories, Trajectory

_POSITION_COLUMNS = {4: (2, 3), 8: (2, 4)}
"""By the number of columns, where x and y stand."""
_LARGEST = 2**53
"""Whole numbers up to here are exact as floats."""


def read_trajectories(path: Path) -> Trajectories:
    """Return everybody's trajectory, by ascending id.

    Raise FormatError, naming file and line, for what is no such row, for a person twice in a frame and for a file
    without rows.
    """
    lines: dict[tuple[int, int], int] = {}
    found: dict[int, dict[int, tuple[float, float]]] = {}
    for number, person_id, frame_index, position in _rows(path):
        if first := lines.get((person_id, frame_index)):
            raise FormatError(
                f"Expected each person once in a frame, got person {person_id} in frame {frame_index} in lines "
                f"{first} and {number} of {path}."
            )
        lines[person_id, frame_index] = number
        found.setdefault(person_id, {})[frame_index] = position
    if not found:
        raise FormatError(f"Expected rows of trajectories (frame person x y) in {path}, got none.")
    return Trajectories(
        {person_id: _trajectory(person_id, found[person_id]) for person_id in sorted(found)}, str(path)
    )


def _trajectory(person_id: int, positions: dict[int, tuple[float, float]]) -> Trajectory:
    frames = sorted(positions)
    return Trajectory(person_id, np.array(frames), np.array([positions[frame] for frame in frames], dtype=float))


def _rows(path: Path) -> Iterator[tuple[int, int, int, tuple[float, float]]]:
    """Yield line number, person, frame and position of every row that has a position."""
    columns = None
    for number, line in enumerate(_lines(path), start=1):
        words = line.replace(",", " ").split()
        if not words or words[0].startswith("#"):
            continue
        columns = columns or len(words)
        if columns not in _POSITION_COLUMNS or len(words) != columns:
            raise FormatError(
                f"Expected 4 columns (frame person x y) or 8 (obsmat: frame person x z y vx vz vy) in line "
                f"{number} of {path}, the same in all lines, got {len(words)}."
            )
        at = _POSITION_COLUMNS[columns]
        if all(words[place] == "?" for place in at):
            continue
        frame_index, person_id = (_whole(word, number, path) for word in words[:2])
        x, y = (_finite(words[place], number, path) for place in at)
        yield number, person_id, frame_index, (x, y)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(f"Expected a text of trajectories in {path}, got something else.") from error
    except OSError as error:
        raise FormatError(f"Expected a text of trajectories in {path}, got: {error.strerror}.") from error


def _finite(word: str, number: int, path: Path) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise FormatError(f"Expected finite numbers in line {number} of {path}, got {word!r}.")
    return value


def _whole(word: str, number: int, path: Path) -> int:
    value = _finite(word, number, path)
    if value != round(value) or abs(value) > _LARGEST:
        raise FormatError(f"Expected whole numbers for frame and person in line {number} of {path}, got {word!r}.")
    return int(value)
