"""Geometry of training clips: a frame's whole geometry is one map, so that its pixels are interpolated once.

A `PointMap` takes points of the output to points of the source (backward warping, so that nothing tears).
Points are (x, y) in pixels; the geometry is worked out in pixels from the middle of the output.

Shapes: T frames, H W output pixels, P points, 2 is (x, y), 23 an affine map's two rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from masklet.core.arrays import FloatArray, UInt8Array

PointMap = Callable[[FloatArray], FloatArray]
"""Points_P2 of the output to points_P2 of the source."""

LATTICE = 17
"""Points per side at which a map is worked out; between them it is linear, which an affine map is anyway."""


@dataclass(frozen=True)
class Affine:
    """The map linear_22 @ point + shift_2."""

    linear_22: FloatArray
    shift_2: FloatArray

    def __call__(self, points_P2: FloatArray) -> FloatArray:
        """Return the mapped points_P2."""
        return points_P2 @ self.linear_22.T + self.shift_2

    def after(self, first: "Affine") -> "Affine":
        """Return the map that goes through `first`, then through this one."""
        return Affine(self.linear_22 @ first.linear_22, self.linear_22 @ first.shift_2 + self.shift_2)

    def inverse(self) -> "Affine":
        """Return the map back; scales and turns have one, a squashed plane raises LinAlgError."""
        back_22 = np.linalg.inv(self.linear_22)
        return Affine(back_22, -back_22 @ self.shift_2)


IDENTITY = Affine(np.eye(2), np.zeros(2))


def shift(x: float, y: float) -> Affine:
    """Return the map that adds (x, y)."""
    return Affine(np.eye(2), np.array([x, y]))


def stretch(x: float, y: float) -> Affine:
    """Return the map that multiplies x and y; -1 is a flip."""
    return Affine(np.diag([float(x), float(y)]), np.zeros(2))


def turn(degrees: float) -> Affine:
    """Return the rotation by an angle, about the origin."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return Affine(np.array([[cosine, -sine], [sine, cosine]]), np.zeros(2))


def quarter_turns(count: int) -> Affine:
    """Return the rotation by `count` times 90 degrees, exact."""
    return Affine(np.linalg.matrix_power(np.array([[0, -1], [1, 0]]), count % 4).astype(float), np.zeros(2))


def shear(degrees: float) -> Affine:
    """Return the map that leans vertical lines by an angle."""
    return Affine(np.array([[1.0, np.tan(np.deg2rad(degrees))], [0.0, 1.0]]), np.zeros(2))


class ThinPlate:
    """The smoothest map that moves each anchor as told and bends in between (thin-plate spline).

    F. L. Bookstein, "Principal Warps: Thin-Plate Splines and the Decomposition of Deformations", PAMI 1989,
    with the kernel U(r) = r^2 log r^2; anchors_P2 must not all lie on one line.
    """

    def __init__(self, anchors_P2: FloatArray, moves_P2: FloatArray) -> None:
        count = len(anchors_P2)
        self.anchors_P2 = anchors_P2
        self.scale = float(np.abs(anchors_P2).max()) or 1.0  # keeps the system well conditioned in pixels
        affine_P3 = np.column_stack([np.ones(count), anchors_P2 / self.scale])
        system = np.zeros((count + 3, count + 3))
        system[:count, :count] = self._kernel(anchors_P2)
        system[:count, count:] = affine_P3
        system[count:, :count] = affine_P3.T
        self._weights = np.linalg.solve(system, np.vstack([moves_P2, np.zeros((3, 2))]))

    def __call__(self, points_P2: FloatArray) -> FloatArray:
        """Return the mapped points_P2."""
        affine_P3 = np.column_stack([np.ones(len(points_P2)), points_P2 / self.scale])
        return np.asarray(points_P2 + np.hstack([self._kernel(points_P2), affine_P3]) @ self._weights)

    def _kernel(self, points_P2: FloatArray) -> FloatArray:
        squared: FloatArray = (((points_P2[:, None] - self.anchors_P2[None]) / self.scale) ** 2).sum(axis=-1)
        return np.asarray(squared * np.log(np.maximum(squared, 1e-12)))


def random_thin_plate(
    rng: np.random.Generator, *, half_size_xy: tuple[float, float], cells: int, moves: float
) -> ThinPlate:
    """Return a warp whose cells x cells anchors over the rectangle move by normal draws of `moves` pixels."""
    x, y = np.meshgrid(np.linspace(-1, 1, cells) * half_size_xy[0], np.linspace(-1, 1, cells) * half_size_xy[1])
    anchors_P2 = np.column_stack([x.ravel(), y.ravel()])
    return ThinPlate(anchors_P2, rng.normal(0, moves, anchors_P2.shape))


def chain(maps: Sequence[PointMap]) -> PointMap:
    """Return the map that goes through all of them, the first one first."""

    def through_all(points_P2: FloatArray) -> FloatArray:
        for each in maps:
            points_P2 = each(points_P2)
        return points_P2

    return through_all


def sampling_grid(maps_T: Sequence[PointMap], size_HW: tuple[int, int], source_HW: tuple[int, int]) -> Tensor:
    """Return grid_THW2 for `sample_*`: where each output pixel lies in the source, -1..1 from border to border.

    The maps take pixels from the middle of the output to pixels of the source, whose first one is (0, 0).
    """
    height, width = size_HW
    x, y = np.meshgrid(
        np.linspace(-(width - 1) / 2, (width - 1) / 2, LATTICE),
        np.linspace(-(height - 1) / 2, (height - 1) / 2, LATTICE),
    )
    lattice_P2 = np.column_stack([x.ravel(), y.ravel()])
    half_2 = np.maximum(np.array([source_HW[1] - 1, source_HW[0] - 1]) / 2, 0.5)
    points = np.stack([(each(lattice_P2) / half_2 - 1).T.reshape(2, LATTICE, LATTICE) for each in maps_T])
    coarse = torch.from_numpy(points.astype(np.float32))
    grid_T2HW = _between_lattice(height) @ coarse @ _between_lattice(width).T
    return grid_T2HW.permute(0, 2, 3, 1).contiguous()


@lru_cache(maxsize=1024)
def _between_lattice(pixels: int) -> Tensor:
    """Return weights_PL of the lattice's points for every pixel, linear between the first and the last."""
    place_P1 = torch.linspace(0, LATTICE - 1, pixels, dtype=torch.float64)[:, None]
    return (1 - (place_P1 - torch.arange(LATTICE)).abs()).clamp(min=0).float()


def planar(images_THW3: UInt8Array) -> Tensor:
    """Return images_T3HW, float 0..255."""
    return torch.from_numpy(images_THW3).permute(0, 3, 1, 2).contiguous().float()


def sample_images(images_T3HW: Tensor, grid_THW2: Tensor, *, beyond: str = "border") -> Tensor:
    """Return images_T3HW, bilinear; beyond the border its pixels go on, or come back with "reflection"."""
    return functional.grid_sample(images_T3HW, grid_THW2, padding_mode=beyond, align_corners=True)


def sample_labels(labels_THW: UInt8Array, grid_THW2: Tensor, *, outside: int) -> Tensor:
    """Return labels_THW uint8, the label of the largest bilinear share; `outside` beyond the border.

    Ids are never blended: each label's mask is interpolated by itself, and a pixel takes one of them. Only
    where the four source pixels around a point differ is there something to count.
    """
    frames, height, width = labels_THW.shape
    padded = torch.from_numpy(np.pad(labels_THW, ((0, 0), (0, 1), (0, 1)), mode="edge"))
    corner = padded[:, :-1, :-1]
    across, below, opposite = padded[:, :-1, 1:], padded[:, 1:, :-1], padded[:, 1:, 1:]
    differ = functional.pad((corner != across) | (corner != below) | (corner != opposite), (0, 1, 0, 1))

    x = ((grid_THW2[..., 0] + 1) * ((width - 1) / 2)).clamp_(0, width - 1)
    y = ((grid_THW2[..., 1] + 1) * ((height - 1) / 2)).clamp_(0, height - 1)
    column, row, frame = x.long(), y.long(), torch.arange(frames)[:, None, None]
    index = (frame * (height + 1) + row) * (width + 1) + column
    sampled = padded.take(index)
    mixed = differ.take(index)
    shares = (x - column)[mixed], (y - row)[mixed]
    sampled[mixed] = _largest_share(padded.reshape(-1), index[mixed], *shares, step=width + 1)
    half_pixel = torch.tensor([1 / max(width - 1, 1), 1 / max(height - 1, 1)])
    return sampled.masked_fill_((grid_THW2.abs() > 1 + half_pixel).any(dim=-1), outside)


def _largest_share(labels: Tensor, index_P: Tensor, right_P: Tensor, down_P: Tensor, *, step: int) -> Tensor:
    """Return for each point the label with the largest bilinear share among the four pixels around it."""
    around_4P = labels.take(index_P + torch.tensor([0, 1, step, step + 1])[:, None])
    left_P, up_P = 1 - right_P, 1 - down_P
    weights_4P = torch.stack([left_P * up_P, right_P * up_P, left_P * down_P, right_P * down_P])
    shares_4P = ((around_4P[:, None] == around_4P[None]) * weights_4P[None]).sum(dim=1)
    return around_4P.gather(0, shares_4P.argmax(dim=0, keepdim=True))[0]


def to_uint8(images_T3HW: Tensor) -> UInt8Array:
    """Return images_THW3, rounded and held within 0..255."""
    rounded = images_T3HW.round().clamp_(0, 255).to(torch.uint8)
    return rounded.permute(0, 2, 3, 1).contiguous().numpy()
