"""What a disk and a mask share is counted on run-length codes as it would be on pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from masklet.core import disks, rle
from masklet.core.disks import columns_of, disk_areas, disk_offsets, half_heights
from masklet.core.errors import FormatError, ShapeError
from masklet.core.rle import Rle

MASKS = arrays(bool, array_shapes(min_dims=3, max_dims=3, max_side=12))


def disk(xy, radius, size_HW):
    y_HW, x_HW = np.mgrid[: size_HW[0], : size_HW[1]]
    return (x_HW - xy[0]) ** 2 + (y_HW - xy[1]) ** 2 <= radius**2


@settings(deadline=None)
@given(MASKS, st.floats(0, 15), st.integers(0, 2**32 - 1))
def test_what_is_covered_is_what_pixels_say(masks_NHW, radius, seed):
    size_HW = masks_NHW.shape[1:]
    random = np.random.default_rng(seed)
    mask_P = random.integers(0, len(masks_NHW), 5)
    xy_P2 = random.integers(0, size_HW[::-1], (5, 2))
    columns = columns_of([rle.encode(mask_HW) for mask_HW in masks_NHW], size_HW)
    pixels = [disk(xy, radius, size_HW) for xy in xy_P2]
    covered = [(masks_NHW[mask] & pixel).sum() for mask, pixel in zip(mask_P, pixels, strict=True)]
    assert columns.covered(mask_P, xy_P2, radius).tolist() == covered
    assert disk_areas(xy_P2, radius, size_HW).tolist() == [pixel.sum() for pixel in pixels]


def test_many_runs_are_looked_at_part_by_part(monkeypatch):
    masks_NHW = np.random.default_rng(0).random((3, 20, 30)) > 0.5
    columns = columns_of([rle.encode(mask_HW) for mask_HW in masks_NHW], (20, 30))
    mask_P, xy_P2 = np.arange(30) % 3, np.stack([np.arange(30), np.arange(30) % 20], axis=1)
    whole = columns.covered(mask_P, xy_P2, 6)
    monkeypatch.setattr(disks, "_AT_ONCE", 40)
    assert columns.covered(mask_P, xy_P2, 6).tolist() == whole.tolist()


def test_no_mask_and_no_disk_are_fine():
    columns = columns_of([], (4, 5))
    assert columns.covered(np.zeros(0, int), np.zeros((0, 2), int), 3).tolist() == []


@pytest.mark.parametrize("radius", [0, 1, 2.5, 7])
def test_a_disk_has_the_pixels_of_its_columns(radius):
    assert (
        len(disk_offsets(radius)) == (2 * half_heights(radius) + 1).sum() == disk((20, 20), radius, (41, 41)).sum()
    )


def test_masks_of_two_sizes_are_refused():
    with pytest.raises(ShapeError, match="5x4 pixels, got 4x4"):
        columns_of([rle.encode(np.ones((4, 4), bool))], (4, 5))


def test_counts_that_do_not_fill_a_mask_are_refused():
    good = rle.encode(np.ones((4, 5), bool))
    with pytest.raises(FormatError, match="fill a mask of 5x4"):
        columns_of([good, Rle((4, 5), rle.encode(np.ones((4, 4), bool)).counts)], (4, 5))
