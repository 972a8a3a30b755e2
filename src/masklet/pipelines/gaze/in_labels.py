"""Classes under the gaze, by label maps of whole frames; where masks of objects are known too, beside these.

Shapes: K samples, D pixels of a disk, L classes, P pairs of a sample and a class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from masklet.core import rle
from masklet.core.arrays import FloatArray, IntArray, UInt8Array
from masklet.core.disks import disk_offsets
from masklet.core.label_space import VOID
from masklet.formats.label_maps import LabelMaps, require_size
from masklet.masklets import Masklets
from masklet.pipelines.gaze.found import Found

_NO_CLASS = VOID
"""Of pixels that have none, or that belong to an object."""


@dataclass(frozen=True, eq=False)
class FoundClasses:
    """Pairs of samples and classes, and the class of every sample's very pixel, covered or not."""

    found: Found
    under_K: IntArray
    """VOID where the pixel has none, or where the frame has no label map."""


def find_in_labels(
    frames_K: IntArray,
    maps_K: IntArray,
    xy_K2: IntArray,
    maps: LabelMaps,
    size_HW: tuple[int, int],
    radius: float,
    masklets: Masklets | None = None,
) -> FoundClasses:
    """Return which classes lie in the disk around each pixel, and by how much of it; what masks cover is theirs.

    `maps_K` are the frames whose label maps stand for those of the samples, below 0 where none does. Raise
    FormatError for a label map of another size than the video's frames.
    """
    offset_D2 = disk_offsets(radius)
    under_K = np.full(len(frames_K), _NO_CLASS, dtype=np.int64)
    known_K = np.flatnonzero(maps_K >= 0)
    order_K = known_K[np.lexsort((frames_K[known_K], maps_K[known_K]))]
    changes_K = np.flatnonzero((np.diff(maps_K[order_K]) != 0) | (np.diff(frames_K[order_K]) != 0)) + 1
    parts = []
    for sample_K in np.split(order_K, changes_K) if len(order_K) else []:
        labels_HW = maps.label_map(int(maps_K[sample_K[0]]))
        require_size(labels_HW, size_HW, f"for frame {int(maps_K[sample_K[0]])}")
        x_K, y_K = xy_K2[sample_K].T
        under_K[sample_K] = labels_HW[y_K, x_K]
        if masklets is not None:
            labels_HW = _beside_objects(labels_HW, masklets, int(frames_K[sample_K[0]]))
        parts.append(_find(xy_K2[sample_K], labels_HW, offset_D2).of_samples(sample_K))
    return FoundClasses(Found.joined(parts), under_K)


def _beside_objects(labels_HW: UInt8Array, masklets: Masklets, frame_index: int) -> UInt8Array:
    objects = masklets.objects(frame_index)
    if not objects:
        return labels_HW
    covered_HW = rle.decode(rle.union([item.rle for item in objects], masklets.size_HW))
    return np.where(covered_HW, np.uint8(_NO_CLASS), labels_HW)


def _find(xy_K2: IntArray, labels_HW: UInt8Array, offset_D2: IntArray) -> Found:
    """Return the pairs of samples of one frame and classes."""
    height, width = labels_HW.shape
    x_KD, y_KD = (xy_K2[:, None, :] + offset_D2).transpose(2, 0, 1)
    inside_KD = (x_KD >= 0) & (x_KD < width) & (y_KD >= 0) & (y_KD < height)
    label_KD = labels_HW[np.clip(y_KD, 0, height - 1), np.clip(x_KD, 0, width - 1)]
    row_KD = np.arange(len(xy_K2))[:, None] * 256 + label_KD
    count_KL = np.bincount(row_KD[inside_KD], minlength=256 * len(xy_K2)).reshape(-1, 256)
    area_K = inside_KD.sum(axis=1)
    sample_P, class_P = np.nonzero(count_KL[:, :_NO_CLASS])
    share_P: FloatArray = count_KL[sample_P, class_P] / area_K[sample_P]
    at_K = labels_HW[xy_K2[:, 1], xy_K2[:, 0]]
    return Found(sample_P, class_P, share_P, at_K[sample_P] == class_P, np.ones(len(sample_P)))
