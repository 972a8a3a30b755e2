"""A confusion matrix as a picture: what each true class was taken for, in percent of its pixels.

Shapes: L classes, M = L + 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from masklet.core.arrays import FloatArray, IntArray, UInt8Array
from masklet.core.errors import ShapeError
from masklet.core.label_space import LabelSpace
from masklet.render.labels import INK, PAPER
from masklet.render.palette import Colour, text_colour_on
from masklet.render.text import line, paste, text_height

_NUMBERED = 40
"""Classes up to which numbers are written into the cells."""
_NONE: Colour = (44, 44, 44)
_RIGHT: Colour = (36, 132, 255)
_WRONG: Colour = (240, 70, 50)
_PIXELS = 14


def confusion_picture(counts_LM: IntArray, label_space: LabelSpace) -> UInt8Array:
    """Return a picture of the matrix: rows are true classes, columns predicted ones, the last column nothing.

    A cell is the bluer (right) or the redder (wrong) the larger the share of the true class's pixels; shares below
    half a percent have no number, classes that are not in the truth an empty row. The column of nothing is left
    out where it is empty. Raise ShapeError for a matrix of another number of classes.
    """
    classes = len(label_space)
    if counts_LM.shape != (classes, classes + 1):
        raise ShapeError(f"Expected counts of {classes} classes {(classes, classes + 1)}, got {counts_LM.shape}.")
    names = [*label_space.names, *(["nothing"] if counts_LM[:, -1].any() else [])]
    cell = (text_height(_PIXELS) + 8, 44) if classes <= _NUMBERED else (text_height(_PIXELS),) * 2
    texts = [line(name, _PIXELS, INK) for name in names]
    margin = max(text_hw4.shape[1] for text_hw4 in texts) + 16
    left_HW3 = _names(texts[:classes], cell[0], margin, to_the_right=True)
    top_HW3 = np.rot90(_names(texts, cell[1], margin, to_the_right=False))
    upper = np.concatenate([_paper(margin, margin), top_HW3], axis=1)
    lower = np.concatenate([left_HW3, _cells(counts_LM, len(names), cell)], axis=1)
    drawn_HW3 = np.concatenate([upper, lower])
    about = line("rows: truth, columns: predicted, in % of the true class", _PIXELS, INK)
    drawn_HW3 = np.pad(
        drawn_HW3,
        ((0, about.shape[0] + 8), (0, max(12, about.shape[1] + 12 - drawn_HW3.shape[1])), (0, 0)),
        constant_values=PAPER[0],
    )
    paste(drawn_HW3, about, left=6, top=drawn_HW3.shape[0] - about.shape[0] - 3)
    return drawn_HW3


def _cells(counts_LM: IntArray, columns: int, cell: tuple[int, int]) -> UInt8Array:
    total_L1 = counts_LM.sum(axis=1, keepdims=True)
    shares_LM: FloatArray = counts_LM / np.maximum(total_L1, 1)
    drawn_HW3 = _paper(len(counts_LM) * cell[0], columns * cell[1])
    for row in np.flatnonzero(total_L1).tolist():
        for column in range(columns):
            top, left = row * cell[0], column * cell[1]
            inside_hw3 = drawn_HW3[top + 1 : top + cell[0], left + 1 : left + cell[1]]
            _fill(
                inside_hw3,
                float(shares_LM[row, column]),
                right=row == column,
                numbered=len(counts_LM) <= _NUMBERED,
            )
    return drawn_HW3


def _fill(cell_hw3: UInt8Array, share: float, *, right: bool, numbered: bool) -> None:
    strength = share**0.6  # so that a few percent can be seen
    mixed = (1 - strength) * np.array(_NONE) + strength * np.array(_RIGHT if right else _WRONG)
    red, green, blue = (round(value) for value in mixed.tolist())
    cell_hw3[:] = (red, green, blue)
    if numbered and share >= 0.005:
        text_hw4 = line(f"{100 * share:.0f}", _PIXELS, text_colour_on((red, green, blue)))
        height, width = cell_hw3.shape[:2]
        paste(cell_hw3, text_hw4, left=(width - text_hw4.shape[1]) // 2, top=(height - text_hw4.shape[0]) // 2)


def _names(texts: Sequence[UInt8Array], row: int, width: int, *, to_the_right: bool) -> UInt8Array:
    """Return names below each other, a row each, at one side of a picture of this width."""
    drawn_HW3 = _paper(len(texts) * row, width)
    for place, text_hw4 in enumerate(texts):
        left = width - text_hw4.shape[1] - 8 if to_the_right else 8
        paste(drawn_HW3, text_hw4, left=left, top=place * row + (row - text_hw4.shape[0]) // 2)
    return drawn_HW3


def _paper(height: int, width: int) -> UInt8Array:
    return np.full((height, width, 3), PAPER, dtype=np.uint8)
