"""Run-length codes of masks, as COCO writes them (column-major, compressed counts)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pycocotools import mask as coco

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.errors import FormatError, ShapeError


@dataclass(frozen=True, slots=True)
class Rle:
    """One mask: its height and width, and COCO's compressed counts as text."""

    size_HW: tuple[int, int]
    counts: str

    @property
    def area(self) -> int:
        """Number of pixels set."""
        return int(coco.area(_to_coco(self)))

    @property
    def box_xyxy(self) -> tuple[float, float, float, float]:
        """The tight box, (0, 0, 0, 0) of an empty mask; right and lower edge are exclusive."""
        x, y, width, height = (float(value) for value in coco.toBbox(_to_coco(self)))
        return (x, y, x + width, y + height)


def encode(mask_HW: BoolArray) -> Rle:
    """Return the run-length code of one mask.

    >>> encode(np.array([[True, False], [True, True]])).area
    3
    """
    if mask_HW.ndim != 2:
        raise ShapeError(f"Expected a mask of shape (H, W), got {mask_HW.shape}.")
    code = coco.encode(np.asfortranarray(mask_HW, dtype=np.uint8))
    return Rle(size_HW=(mask_HW.shape[0], mask_HW.shape[1]), counts=code["counts"].decode("ascii"))


def decode(rle: Rle) -> BoolArray:
    """Return mask_HW of a run-length code; raise FormatError where the counts do not fill the size."""
    try:
        mask_HW: BoolArray = np.ascontiguousarray(coco.decode(_to_coco(rle)).astype(bool))
    except (ValueError, TypeError) as error:
        raise FormatError(f"Expected run-length counts of a {rle.size_HW} mask, got damaged ones.") from error
    return mask_HW


def decode_many(rles: Sequence[Rle], size_HW: tuple[int, int]) -> BoolArray:
    """Return masks_NHW; of shape (0, H, W) for no codes."""
    if not rles:
        return np.zeros((0, *size_HW), dtype=bool)
    return np.stack([decode(rle) for rle in rles])


def from_uncompressed(counts: Sequence[int], size_HW: tuple[int, int]) -> Rle:
    """Return the code of COCO's uncompressed form, a list of run lengths that begins with a run of zeros."""
    if sum(counts) != size_HW[0] * size_HW[1] or any(count < 0 for count in counts):
        raise FormatError(
            f"Expected run lengths that add up to {size_HW[0]}x{size_HW[1]} pixels, got a sum of {sum(counts)}."
        )
    code = coco.frPyObjects({"size": list(size_HW), "counts": list(counts)}, *size_HW)
    return Rle(size_HW=size_HW, counts=code["counts"].decode("ascii"))


def iou_matrix(first: Sequence[Rle], second: Sequence[Rle]) -> FloatArray:
    """Return iou_NM of all pairs of codes, without decoding them; (0, M) or (N, 0) where a side is empty."""
    if not first or not second:
        return np.zeros((len(first), len(second)))
    return np.asarray(
        coco.iou([_to_coco(rle) for rle in first], [_to_coco(rle) for rle in second], [0] * len(second))
    )


def _to_coco(rle: Rle) -> dict[str, object]:
    return {"size": list(rle.size_HW), "counts": rle.counts.encode("ascii")}
