"""From the picture to the ground and back: a plane seen by a camera, as a 3x3 matrix that maps picture to world.

Two conventions are about (P2's code mixed them up): what the matrix takes is (u, v), column and row, as UCY's
matrices do, or (row, column), as ETH's do. All points here are x y, column and row.
Source: Hartley and Zisserman, Multiple View Geometry, 2nd edition, section 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.errors import FormatError

Convention = Literal["uv", "rowcol"]
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)

_LEAST_DETERMINANT = 1e-12
"""Of the rows brought to length 1; real matrices are above 1e-6."""
_LEAST_INSIDE = 0.8
"""Share of annotated positions that has to lie in the picture for a convention to be the right one."""


@dataclass(frozen=True, eq=False)
class Homography:
    """A matrix that maps homogeneous points of the picture to homogeneous points of the ground."""

    image_to_world_33: FloatArray
    convention: Convention = "uv"

    def __post_init__(self) -> None:
        matrix_33 = self.image_to_world_33
        if matrix_33.shape != (3, 3):
            raise FormatError(f"Expected a homography of 3x3 numbers, got shape {matrix_33.shape}.")
        if not np.isfinite(matrix_33).all():
            raise FormatError("Expected a homography of finite numbers, got NaN or infinity among them.")
        lengths_31 = np.linalg.norm(matrix_33, axis=1, keepdims=True)
        if not lengths_31.all() or abs(np.linalg.det(matrix_33 / lengths_31)) < _LEAST_DETERMINANT:
            raise FormatError(
                "Expected a homography that can be inverted, got a singular matrix: it maps the picture to a line."
            )
        if self.convention not in CONVENTIONS:
            raise FormatError(f"Expected a convention ({', '.join(CONVENTIONS)}), got {self.convention!r}.")

    def to_world(self, xy_P2: FloatArray) -> FloatArray:
        """Return world_P2 of points of the picture; NaN on the horizon.

        >>> Homography(np.diag([0.5, 0.25, 1.0])).to_world(np.array([[8.0, 4.0]]))
        array([[4., 1.]])
        """
        points_P2 = xy_P2[:, ::-1] if self.convention == "rowcol" else xy_P2
        return _projected(self.image_to_world_33, points_P2)

    def to_image(self, world_P2: FloatArray) -> FloatArray:
        """Return xy_P2 (column, row) in pixels of points of the ground; NaN where no pixel shows them."""
        points_P2 = _projected(self._world_to_image_33, world_P2)
        return points_P2[:, ::-1] if self.convention == "rowcol" else points_P2

    @cached_property
    def _world_to_image_33(self) -> FloatArray:
        inverse_33: FloatArray = np.linalg.inv(self.image_to_world_33)
        return inverse_33


def read_homography(path: Path) -> FloatArray:
    """Return the matrix_33 of a text of three lines of three numbers.

    Raise FormatError, naming the file, where it is missing, is no such text, or cannot be inverted.
    """
    try:
        rows = [line.replace(",", " ").split() for line in path.read_text(encoding="utf-8-sig").splitlines()]
        matrix = [[float(word) for word in words] for words in rows if words]
    except (UnicodeDecodeError, ValueError) as error:
        raise FormatError(f"Expected a homography of 3x3 numbers in {path}, got something else.") from error
    except OSError as error:
        raise FormatError(f"Expected a homography of 3x3 numbers in {path}, got: {error.strerror}.") from error
    if [len(row) for row in matrix] != [3, 3, 3]:
        counts = " + ".join(str(len(row)) for row in matrix) or "no"
        raise FormatError(f"Expected a homography of 3x3 numbers in {path}, got lines of {counts} numbers.")
    matrix_33 = np.array(matrix)
    try:
        Homography(matrix_33)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from error
    return matrix_33


@dataclass(frozen=True)
class Judgement:
    """Which convention puts the annotated positions into the picture, and what share of them each puts there."""

    homography: Homography
    inside: dict[Convention, float]

    def __str__(self) -> str:
        taken = self.homography.convention
        shares = ", ".join(f"{name} puts {100 * share:.1f} %" for name, share in self.inside.items())
        return f"convention {taken}: {shares} of the positions into the picture"


def judge_convention(
    matrix_33: FloatArray, world_P2: FloatArray, size_HW: tuple[int, int], *, origin: str = "the homography"
) -> Judgement:
    """Return the homography in the convention that puts more of the positions into the picture.

    Raise FormatError where neither puts 80 % of them there, and where both put the same share there, which leaves
    the choice to whoever knows.
    """
    maps: Sequence[Homography] = [Homography(matrix_33, convention) for convention in CONVENTIONS]
    inside: dict[Convention, float] = {
        one.convention: float(is_inside(one.to_image(world_P2), size_HW).mean()) for one in maps
    }
    picture = f"the {size_HW[1]}x{size_HW[0]} picture"
    shares = " and ".join(f"{100 * share:.0f} % ({name})" for name, share in inside.items())
    if max(inside.values()) < _LEAST_INSIDE:
        raise FormatError(
            f"Expected {origin} to put the annotated positions into {picture}, got {shares} of them: "
            "it belongs to another scene, or maps the other way round."
        )
    if inside["uv"] == inside["rowcol"]:
        raise FormatError(
            f"Expected one convention of {origin} to put more of the positions into {picture}, got {shares}; "
            "say which it is, uv or rowcol."
        )
    return Judgement(max(maps, key=lambda one: inside[one.convention]), inside)


def is_inside(xy_P2: FloatArray, size_HW: tuple[int, int]) -> BoolArray:
    """Return which_P points lie in a picture of this size, its edge included; NaN lies nowhere."""
    height, width = size_HW
    x_P, y_P = xy_P2.T
    inside_P: BoolArray = (x_P >= 0) & (x_P <= width) & (y_P >= 0) & (y_P <= height)
    return inside_P


def _projected(matrix_33: FloatArray, points_P2: FloatArray) -> FloatArray:
    homogeneous_P3 = np.concatenate([points_P2, np.ones((len(points_P2), 1))], axis=1) @ matrix_33.T
    depth_P1 = homogeneous_P3[:, 2:]
    projected_P2: FloatArray = homogeneous_P3[:, :2] / np.where(depth_P1 == 0, np.nan, depth_P1)
    return projected_P2
