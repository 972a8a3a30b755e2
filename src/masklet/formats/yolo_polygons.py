"""Polygons as YOLO's texts hold them: a line for each object, its class and x y x y ... in shares of the size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import FormatError
from masklet.formats.text import read_lines


def read_yolo_polygons(path: Path) -> list[tuple[int, FloatArray]]:
    """Return class and polygon_P2 of every object, x y as shares of width and height; none where there is no file.

    Raise FormatError, naming the line, for one that is not a class and three points or more.
    """
    if not path.is_file():
        return []
    found: list[tuple[int, FloatArray]] = []
    for number, line in enumerate(read_lines(path), start=1):
        words = line.split()
        if not words:
            continue
        try:
            class_id, values = int(words[0]), np.array([float(word) for word in words[1:]])
        except ValueError:
            class_id, values = 0, np.zeros(0)
        if len(values) < 6 or len(values) % 2 or not np.isfinite(values).all():
            raise FormatError(f"Expected a class and at least three points x y in line {number} of {path}.")
        found.append((class_id, values.reshape(-1, 2)))
    return found
