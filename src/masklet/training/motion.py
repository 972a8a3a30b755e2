"""Smooth random ways through a clip: a velocity that wanders.

Shapes: T frames, K quantities, 2 is (x, y).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray
from masklet.training import warp
from masklet.training.warp import Affine


@dataclass(frozen=True, kw_only=True)
class Motion:
    """Most that something changes from one frame to the next."""

    shift: float = 0.0
    """As a share of the geometric mean of its own side and the frame's shorter side."""
    degrees: float = 0.0
    scale: float = 1.0
    shear_degrees: float = 0.0
    bend: float = 0.0
    """Standard deviation of a thin plate's anchors, as a share of its own shorter side."""


def wander(rng: np.random.Generator, frames: int, bounds_K: FloatArray) -> FloatArray:
    """Return values_TK that are 0 in one frame, drawn, and change from frame to frame by at most the bounds."""
    start_K = rng.uniform(-1, 1, len(bounds_K))
    changes_TK = np.cumsum(rng.normal(0, 0.3, (max(frames - 1, 0), len(bounds_K))), axis=0)
    velocity_TK = np.clip(start_K + changes_TK, -1, 1) * bounds_K
    values_TK = np.vstack([np.zeros(len(bounds_K)), np.cumsum(velocity_TK, axis=0)])
    return np.asarray(values_TK - values_TK[rng.integers(frames)])


def random_path(
    rng: np.random.Generator, frames: int, motion: Motion, *, side: float, frame_side: float
) -> list[Affine]:
    """Return poses_T about a thing's middle: turned, scaled and sheared there, then shifted.

    `side` is the thing's longer side, `frame_side` the frame's shorter one, in pixels.
    """
    step = motion.shift * float(np.sqrt(side * frame_side))
    bounds_K = np.array([step, step, motion.degrees, np.log(motion.scale), motion.shear_degrees])
    return [
        warp.shift(x, y)
        .after(warp.turn(degrees))
        .after(warp.shear(shear))
        .after(warp.stretch(np.exp(larger), np.exp(larger)))
        for x, y, degrees, larger, shear in wander(rng, frames, bounds_K)
    ]


@dataclass(frozen=True)
class Cuts:
    """On which sides a thing is cut off by the border of its picture."""

    left: bool = False
    top: bool = False
    right: bool = False
    bottom: bool = False


WHOLE = Cuts()


def keep_cuts_outside(poses_T: Sequence[Affine], half_2: FloatArray, cuts: Cuts) -> list[Affine]:
    """Return the path moved so that no cut side comes into the picture, where its straight edge would show.

    `half_2` is half the thing's width and height; it stands in its place where a pose is the identity.
    """
    return [_kept_outside(pose, half_2, cuts) for pose in poses_T]


def _kept_outside(pose: Affine, half_2: FloatArray, cuts: Cuts) -> Affine:
    corners_P2 = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half_2
    sides = ((cuts.left, 0, -1), (cuts.top, 1, -1), (cuts.right, 0, 1), (cuts.bottom, 1, 1))
    for cut, axis, sign in sides:
        if cut:
            edge_P2 = corners_P2[corners_P2[:, axis] == sign * half_2[axis]]
            inward = half_2[axis] - float((sign * pose(edge_P2)[:, axis]).min())
            outward_2 = np.eye(2)[axis] * sign * max(inward, 0.0)
            pose = Affine(pose.linear_22, pose.shift_2 + outward_2)
    return pose
