"""Made-up masks that tests share."""

import numpy as np

from masklet.core.values import FrameMasks
from masklet.masklets import Masklets


def random_masklets(*, seed: int = 0, frames: int = 6, objects: int = 3, size_HW=(40, 56), overlap=False):
    """Masklets of rectangles that move, do not overlap unless asked, and are sometimes absent."""
    random = np.random.default_rng(seed)
    height, width = size_HW
    band = height // objects

    def masks_of(index: int) -> FrameMasks:
        masks_NHW = np.zeros((objects, height, width), dtype=bool)
        for position in range(objects):
            if random.random() < 0.8 or index == 0:
                top = 0 if overlap else position * band
                left = int(random.integers(0, width - 8))
                masks_NHW[position, top : top + band, left : left + int(random.integers(3, 9))] = True
        scores_N = np.round(random.uniform(0.5, 1, objects), 3)
        return FrameMasks(index, tuple(range(1, objects + 1)), masks_NHW, scores_N, ("person",) * objects)

    return Masklets.from_frame_masks(size_HW, (masks_of(index) for index in range(frames)))


def assert_same_masks(ours: Masklets, expected: Masklets) -> None:
    """Both hold the same objects with the same pixels in the same frames; scores and labels are left aside."""
    assert ours.size_HW == expected.size_HW
    assert ours.object_ids == expected.object_ids
    for object_id in expected.object_ids:
        ours_rles, expected_rles = ours.masklet(object_id).rles, expected.masklet(object_id).rles
        assert dict(ours_rles) == dict(expected_rles), f"object {object_id}"
