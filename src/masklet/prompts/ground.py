"""Ways from the ground into the picture where no homography is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.core.errors import PromptError


class GroundMap(Protocol):
    """Maps between points of the picture (x y in pixels) and of the ground; `Homography` is the exact one."""

    def to_image(self, world_P2: FloatArray) -> FloatArray:
        """Return xy_P2 in pixels."""
        ...

    def to_world(self, xy_P2: FloatArray) -> FloatArray:
        """Return world_P2."""
        ...


@dataclass(frozen=True, eq=False)
class ProportionalApproximation:
    """No homography: the range of the annotations laid over the picture, x to x and y to y. An approximation only.

    It is right for a camera that looks straight down at people who walk everywhere from edge to edge. Source: P2,
    section 4 ("proportion approximations"); here the least annotated value becomes 0 and the greatest the size of
    the picture, where the paper's code takes the least for 0.
    """

    low_2: FloatArray
    high_2: FloatArray
    size_HW: tuple[int, int]

    @classmethod
    def of(cls, world_P2: FloatArray, size_HW: tuple[int, int]) -> ProportionalApproximation:
        """Return the map of these annotations; raise PromptError where they do not differ in x or in y."""
        low_2, high_2 = world_P2.min(axis=0), world_P2.max(axis=0)
        if not (high_2 > low_2).all():
            raise PromptError(
                "Expected annotations that differ in x and in y to lay over the picture, got "
                f"x {low_2[0]:g} to {high_2[0]:g}, y {low_2[1]:g} to {high_2[1]:g}; give a homography."
            )
        return cls(low_2, high_2, size_HW)

    def to_image(self, world_P2: FloatArray) -> FloatArray:
        """Return xy_P2 in pixels.

        >>> ground = ProportionalApproximation.of(np.array([[-5.0, 2], [15, 6]]), size_HW=(480, 640))
        >>> ground.to_image(np.array([[5.0, 2]]))
        array([[320.,   0.]])
        """
        xy_P2: FloatArray = (world_P2 - self.low_2) / (self.high_2 - self.low_2) * self._size_2
        return xy_P2

    def to_world(self, xy_P2: FloatArray) -> FloatArray:
        """Return world_P2."""
        world_P2: FloatArray = xy_P2 / self._size_2 * (self.high_2 - self.low_2) + self.low_2
        return world_P2

    @property
    def _size_2(self) -> FloatArray:
        height, width = self.size_HW
        return np.array([width, height], dtype=float)


@dataclass(frozen=True)
class Pixels:
    """Annotations that are in pixels already."""

    def to_image(self, world_P2: FloatArray) -> FloatArray:
        """Return the points as they are."""
        return world_P2

    def to_world(self, xy_P2: FloatArray) -> FloatArray:
        """Return the points as they are."""
        return xy_P2
