"""Cut-out objects and how they are laid on a frame: soft edges, motion, blur along it.

Shapes: H W pixels, h w a layer's own pixels, 4 is premultiplied RGB (0..255) and coverage (0..1), T frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.errors import ShapeError
from masklet.training import colour, warp
from masklet.training.warp import Affine, PointMap

MARGIN = 4
"""Empty pixels around a layer, so that its edge has room to be soft."""
SOFTNESS = 0.7
"""Sigma in pixels of an edge's coverage."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """An object with its mask, to be pasted elsewhere: image_HW3 uint8 (RGB) and mask_HW bool of equal size."""

    image_HW3: UInt8Array
    mask_HW: BoolArray

    @property
    def side(self) -> int:
        """The longer side of the object's box in pixels."""
        return max(int(np.ptp(np.flatnonzero(self.mask_HW.any(axis=axis)))) + 1 for axis in (0, 1))

    def __post_init__(self) -> None:
        """Raise ShapeError where image and mask do not fit, or the mask is empty."""
        image, mask = self.image_HW3, self.mask_HW
        if image.shape != (*mask.shape, 3) or image.dtype != np.uint8 or mask.dtype != np.bool_ or not mask.any():
            raise ShapeError(
                f"Expected a uint8 image (H, W, 3) and a bool mask (H, W) that is not empty, got {image.dtype} "
                f"{image.shape} and {mask.dtype} {mask.shape}. Leave out objects without pixels."
            )


def whole_cutouts(image_HW3: UInt8Array, labels_HW: UInt8Array, *, least_pixels: int = 500) -> list[Cutout]:
    """Return the objects (labels 1 to 254) that the picture's border does not cut and that are large enough.

    Each comes in a picture of its own box, so that many can be kept.
    """
    inner = labels_HW[1:-1, 1:-1]
    at_border = np.bincount(labels_HW.ravel(), minlength=256) != np.bincount(inner.ravel(), minlength=256)
    large = np.bincount(labels_HW.ravel(), minlength=256) >= least_pixels
    cutouts = []
    for object_id in np.flatnonzero((large & ~at_border)[1:255]) + 1:
        mask_HW = labels_HW == object_id
        rows, columns = np.flatnonzero(mask_HW.any(axis=1)), np.flatnonzero(mask_HW.any(axis=0))
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        cutouts.append(Cutout(image_HW3[box].copy(), mask_HW[box]))
    return cutouts


@dataclass(frozen=True, eq=False)
class Layer:
    """An object cut out along its edge."""

    rgba_4hw: Tensor
    middle_2: FloatArray
    """(x, y) in its picture of the point that is the layer's origin."""

    @property
    def half_2(self) -> FloatArray:
        """Half its width and height in pixels, without the margin."""
        height, width = self.rgba_4hw.shape[1:]
        return np.array([width, height]) / 2 - MARGIN

    @property
    def side(self) -> float:
        """Its longer side in pixels."""
        return float(2 * self.half_2.max())


def cut_out(image_HW3: UInt8Array, mask_HW: BoolArray, *, smaller: int = 1) -> Layer:
    """Return the object as a layer; its edge falls off over a pixel or two, in the object's own colours.

    `smaller` is a whole factor by which it is averaged down before, so that shrinking it does not flicker.
    """
    rows, columns = np.flatnonzero(mask_HW.any(axis=1)), np.flatnonzero(mask_HW.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    mask_1hw = torch.from_numpy(mask_HW[box])[None].float()
    inside_4hw = torch.cat([torch.from_numpy(image_HW3[box]).permute(2, 0, 1) * mask_1hw, mask_1hw])
    if smaller > 1:
        inside_4hw = functional.avg_pool2d(inside_4hw, smaller, ceil_mode=True)
    inside_4hw = functional.pad(inside_4hw, (MARGIN,) * 4)
    middle_2 = np.array([columns[0] + columns[-1], rows[0] + rows[-1]]) / 2
    return Layer(_softened(inside_4hw), middle_2)


def _softened(rgba_4hw: Tensor) -> Tensor:
    """Return the layer with its coverage blurred; what comes to be covered takes the colours next to it."""
    soft_4hw = colour.blur(rgba_4hw, SOFTNESS)
    covered = torch.where(rgba_4hw[3:] > 0, rgba_4hw, soft_4hw)
    return covered * (soft_4hw[3:] / covered[3:].clamp(min=1e-6))


@dataclass(frozen=True, eq=False)
class Actor:
    """A layer that plays in a clip."""

    layer: Layer
    object_id: int
    """Its label; 0 for what is not to be followed."""
    poses_T: Sequence[Affine]
    """For every frame the map from the layer's pixels, from its middle, to the frame's."""
    bends_T: Sequence[PointMap] = ()
    """For every frame a bend of the layer's own pixels; none where it is stiff."""
    bend_reach: float = 0.0
    """Most that a bend moves a point, in pixels."""
    present_T: Sequence[bool] = field(default=())
    """For every frame whether it is there; empty: in all."""

    def moves(self, frame: int) -> FloatArray:
        """Return (x, y), the way of its middle around a frame in pixels per step."""
        first, last = max(frame - 1, 0), min(frame + 1, len(self.poses_T) - 1)
        way_2 = self.poses_T[last].shift_2 - self.poses_T[first].shift_2
        return np.asarray(way_2 / max(last - first, 1))


def lay(canvas_3HW: Tensor, labels_HW: Tensor, actor: Actor, frame: int, *, shutter: float) -> None:
    """Paint an actor over canvas_3HW and, where it covers more than half a pixel, its id over labels_HW.

    `shutter` is the share of a step during which the picture is taken: fast things smear along their way.
    """
    if actor.present_T and not actor.present_T[frame]:
        return
    smear_2 = np.round(shutter * actor.moves(frame)).astype(int)
    box = _box(actor, frame, smear_2, (canvas_3HW.shape[1], canvas_3HW.shape[2]))
    if box is None:
        return
    left, top, right, bottom = box
    height, width = actor.layer.rgba_4hw.shape[1:]
    maps: list[PointMap] = [warp.shift((left + right - 1) / 2, (top + bottom - 1) / 2)]
    maps += [actor.poses_T[frame].inverse(), *actor.bends_T[frame : frame + 1]]
    maps += [warp.shift((width - 1) / 2, (height - 1) / 2)]
    grid = warp.sampling_grid([warp.chain(maps)], (bottom - top, right - left), (height, width))
    rgba = functional.grid_sample(actor.layer.rgba_4hw[None], grid, align_corners=True)[0]
    rgba = smear(rgba, smear_2)
    piece = np.s_[..., top:bottom, left:right]
    canvas_3HW[piece] = canvas_3HW[piece] * (1 - rgba[3]) + rgba[:3]
    labels_HW[piece].masked_fill_(rgba[3] > 0.5, actor.object_id)


def smear(image_CHW: Tensor, way_2: FloatArray) -> Tensor:
    """Return the mean of the image moved along a way of (x, y) pixels, centred on where it is."""
    steps = int(np.abs(way_2).max(initial=0))
    if steps < 2:
        return image_CHW
    shifts = np.unique(np.round(np.linspace(-0.5, 0.5, steps + 1)[:, None] * way_2).astype(int), axis=0)
    reach = int(np.abs(shifts).max())
    padded = functional.pad(image_CHW[None], (reach,) * 4, mode="replicate")[0]
    height, width = image_CHW.shape[1:]
    moved = [padded[:, reach + y : reach + y + height, reach + x : reach + x + width] for x, y in shifts.tolist()]
    return torch.stack(moved).mean(dim=0)


def _box(
    actor: Actor, frame: int, smear_2: FloatArray, frame_HW: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """Return left, top, right, bottom of what the actor may touch of the frame; None where it is outside."""
    height, width = actor.layer.rgba_4hw.shape[1:]
    half_2 = np.array([width, height]) / 2 + actor.bend_reach
    corners_P2 = actor.poses_T[frame](np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half_2)
    spare_2 = np.abs(smear_2) / 2 + 1
    lowest_2 = np.maximum(np.floor(corners_P2.min(axis=0) - spare_2), 0).astype(int)
    highest_2 = np.minimum(np.ceil(corners_P2.max(axis=0) + spare_2) + 1, frame_HW[::-1]).astype(int)
    if (lowest_2 >= highest_2).any():
        return None
    return int(lowest_2[0]), int(lowest_2[1]), int(highest_2[0]), int(highest_2[1])
