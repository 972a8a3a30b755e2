"""The part of a picture that one object covers."""

import numpy as np

from masklet.core.values import FrameMasks
from masklet.render.regions import regions


def one_region(mask_HW):
    (region,) = regions(FrameMasks(0, (1,), mask_HW[None], np.ones(1)), np.zeros((*mask_HW.shape, 3), np.uint8))
    return region


def test_a_region_is_the_tight_box_of_the_mask():
    mask_HW = np.zeros((40, 60), dtype=bool)
    mask_HW[10:20, 30:50] = True
    region = one_region(mask_HW)
    assert (region.left, region.top, region.right, region.bottom) == (30, 10, 50, 20)
    assert region.mask_hw.all()


def test_names_are_written_over_the_middle_of_the_mass_whatever_specks_are_astray():
    mask_HW = np.zeros((40, 60), dtype=bool)
    mask_HW[10:30, 20:41] = True
    assert one_region(mask_HW).crown == (30, 10)
    mask_HW[0, 55:58] = True
    assert one_region(mask_HW).crown == (30, 10)


def test_the_best_object_comes_last_and_empty_ones_not_at_all():
    masks_NHW = np.zeros((3, 9, 9), dtype=bool)
    masks_NHW[:2, 3, 3] = True
    masks = FrameMasks(0, (4, 5, 6), masks_NHW, np.array([0.9, 0.5, 0.7]))
    assert [region.object_id for region in regions(masks, np.zeros((9, 9, 3), np.uint8))] == [5, 4]
