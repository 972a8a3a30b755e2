"""Run-length codes of masks, as COCO writes them (column-major, compressed counts)."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from pycocotools import mask as coco

from masklet.core.arrays import BoolArray, FloatArray, IntArray, UInt8Array
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
    code = coco.encode(_column_major(mask_HW))
    return Rle(size_HW=(mask_HW.shape[0], mask_HW.shape[1]), counts=code["counts"].decode("ascii"))


def decode(rle: Rle) -> BoolArray:
    """Return mask_HW of a run-length code; raise FormatError where the counts do not fill the size exactly.

    The runs are unpacked here: pycocotools leaves pixels unset, whatever memory held, where counts fall short.
    """
    runs = _checked_runs(rle)
    height, width = rle.size_HW
    values = np.zeros(len(runs), dtype=bool)
    values[1::2] = True
    mask_HW: BoolArray = np.ascontiguousarray(np.repeat(values, runs).reshape(width, height).T)
    return mask_HW


def parse(counts: str, size_HW: tuple[int, int]) -> Rle:
    """Return the code of counts that come from outside; raise FormatError where they do not fill the size."""
    rle = Rle(size_HW=size_HW, counts=counts)
    _checked_runs(rle)
    return rle


def run_lengths(counts: str) -> IntArray:
    """Return the runs of compressed counts, zeros first; raise FormatError for text that is no such code.

    Each run is written in 5-bit groups, least first, from the character 48 on, bit 6 says that more follow;
    from the fourth run on it is the difference to the run before last.

    >>> run_lengths(encode(np.array([[False, True], [False, True]])).counts)
    array([2, 2])
    """
    values, _ = _numbers_of(counts)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def runs_of_many(rles: Sequence[Rle]) -> tuple[IntArray, IntArray]:
    """Return runs_K2 of all codes one after the other, each how many pixels are unset and then set, and first_M1:
    where those of each mask begin, and their end.

    All at once costs a fraction of one by one. Raise FormatError where counts do not fill their mask.

    >>> runs_of_many([encode(np.array([[False, True, False]])), encode(np.array([[True, True, True]]))])
    (array([[1, 1], [1, 0], [0, 3]]), array([0, 2, 3]))
    """
    numbers_R, ends_R = _numbers_of("".join([rle.counts for rle in rles]))
    mask_ends_M = np.cumsum([len(rle.counts) for rle in rles], dtype=np.int64)
    first_R_M1 = np.concatenate([[0], np.searchsorted(ends_R, mask_ends_M)])
    count_M = np.diff(first_R_M1)
    pairs_M = (count_M + 1) // 2
    first_M1 = np.concatenate([[0], np.cumsum(pairs_M)])
    written_K2 = np.zeros((int(first_M1[-1]), 2), dtype=np.int64)
    written_K2.ravel()[np.arange(len(numbers_R)) + np.repeat(2 * first_M1[:-1] - first_R_M1[:-1], count_M)] = (
        numbers_R
    )
    begins = first_M1[:-1][pairs_M > 0]
    first_zeros = written_K2[begins, 0]
    written_K2[begins, 0] = 0  # the third run is written as it is; sums begin with it
    sums_K2 = np.cumsum(written_K2, axis=0)
    before_M2 = sums_K2[begins] - written_K2[begins]
    runs_K2 = sums_K2 - np.repeat(before_M2, pairs_M[pairs_M > 0], axis=0)
    runs_K2[begins, 0] = first_zeros
    odd = first_M1[1:][count_M & 1 == 1] - 1
    runs_K2[odd, 1] = 0  # after the last run of zeros
    filled_M = np.diff(np.concatenate([[0], np.cumsum(runs_K2[:, 0] + runs_K2[:, 1])])[first_M1])
    wanted_M = np.array([rle.size_HW[0] * rle.size_HW[1] for rle in rles], dtype=np.int64)
    if (runs_K2 < 0).any() or (filled_M != wanted_M).any():
        for rle in rles:
            _checked_runs(rle)  # says which
    return runs_K2, first_M1


def _numbers_of(counts: str) -> tuple[IntArray, IntArray]:
    """Return the numbers that are written in counts, and the place of the last character of each."""
    groups = np.frombuffer(counts.encode("utf-8"), dtype=np.uint8) - np.uint8(48)
    ends = np.flatnonzero(groups < 32)
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)[: ends.size]
    sizes = ends - starts + 1
    longest = int(sizes.max(initial=0))
    if (groups > 63).any() or (groups.size and groups[-1] & 32) or longest > 7:
        raise FormatError(f"Expected COCO's compressed run-length counts, got {_some(counts)}.")
    values = (groups[starts] & 31).astype(np.int64)
    for place in range(1, longest):
        longer = np.flatnonzero(sizes > place)
        values[longer] += (groups[starts[longer] + place] & 31).astype(np.int64) << (5 * place)
    negative = np.flatnonzero(groups[ends] & 16)
    values[negative] -= np.int64(1) << (5 * sizes[negative])
    return values, ends


def _checked_runs(rle: Rle) -> IntArray:
    height, width = rle.size_HW
    runs = run_lengths(rle.counts)
    if (runs < 0).any() or runs.sum() != height * width:
        raise FormatError(
            f"Expected run-length counts that fill a mask of {width}x{height} pixels, got {_some(rle.counts)}, "
            f"which cover {runs.sum()} of {height * width}."
        )
    return runs


def _some(counts: str) -> str:
    return repr(counts if len(counts) <= 20 else counts[:20] + "...")


def decode_many(rles: Sequence[Rle], size_HW: tuple[int, int]) -> BoolArray:
    """Return masks_NHW; of shape (0, H, W) for no codes."""
    if not rles:
        return np.zeros((0, *size_HW), dtype=bool)
    return np.stack([decode(rle) for rle in rles])


def boxes(rles: Sequence[Rle]) -> FloatArray:
    """Return boxes_N4 of codes, as `Rle.box_xyxy` gives them."""
    if not rles:
        return np.zeros((0, 4))
    xywh_N4 = np.asarray(coco.toBbox([_to_coco(rle) for rle in rles]), dtype=np.float64).reshape(-1, 4)
    return np.concatenate([xywh_N4[:, :2], xywh_N4[:, :2] + xywh_N4[:, 2:]], axis=1)


def union(rles: Sequence[Rle], size_HW: tuple[int, int]) -> Rle:
    """Return the code of all pixels that any of the masks has; of no mask, none."""
    if not rles:
        return encode(np.zeros(size_HW, dtype=bool))
    code = coco.merge([_to_coco(rle) for rle in rles])
    return Rle(size_HW=size_HW, counts=code["counts"].decode("ascii"))


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


def _column_major(mask_HW: BoolArray) -> UInt8Array:
    """Return the mask as 0 and 1, its columns one after the other in memory; OpenCV turns it in blocks."""
    bytes_HW = mask_HW.astype(bool, copy=False).view(np.uint8)
    return np.asarray(cv2.transpose(bytes_HW), dtype=np.uint8).T if mask_HW.size else np.asfortranarray(bytes_HW)


def _to_coco(rle: Rle) -> dict[str, object]:
    return {"size": list(rle.size_HW), "counts": rle.counts.encode("ascii")}
