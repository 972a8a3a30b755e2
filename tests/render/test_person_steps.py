"""The sheet of how masks of a person came about."""

from dataclasses import replace

import numpy as np
import pytest

from masklet.core.boxes import mask_of_box
from masklet.core.errors import ShapeError
from masklet.render.person_steps import MaskSteps, mask_steps_sheet

SIZE_HW = (120, 160)
BOX = (60.0, 30, 80, 90)
KEPT = MaskSteps(
    frame_index=4,
    image_HW3=np.full((*SIZE_HW, 3), 90, dtype=np.uint8),
    xy_2=np.array([70.0, 90]),
    boxes_N4=np.array([BOX, (100, 20, 120, 80)]),
    box=BOX,
    moving_HW=mask_of_box((50, 20, 90, 100), SIZE_HW),
    mask_HW=mask_of_box(BOX, SIZE_HW),
    verdict="kept",
    is_kept=True,
)
DROPPED = replace(KEPT, box=None, mask_HW=None, verdict="too far", is_kept=False)


def has(sheet_HW3, colour):
    return bool((np.abs(sheet_HW3.astype(int) - colour).max(axis=2) < 40).any())


def test_a_row_has_boxes_what_moves_and_the_mask():
    sheet_HW3 = mask_steps_sheet([KEPT], view=1.0)
    third = sheet_HW3.shape[1] // 3
    boxes, moving, mask = (sheet_HW3[:, place * third : (place + 1) * third] for place in range(3))
    assert has(boxes, (40, 200, 80))
    assert has(boxes, (250, 204, 21))
    assert 0.02 < (moving == 255).all(axis=2).mean() < 0.12
    assert has(mask, (62, 150, 84))


def test_a_dropped_frame_shows_no_mask():
    sheet_HW3 = mask_steps_sheet([DROPPED], view=1.0)
    assert not has(sheet_HW3, (62, 150, 84))
    assert not has(sheet_HW3, (40, 200, 80))


@pytest.mark.parametrize("xy_2", [np.array([900.0, -50]), None], ids=["outside", "nowhere"])
def test_a_position_that_no_pixel_shows_draws_all_the_same(xy_2):
    assert mask_steps_sheet([replace(DROPPED, xy_2=xy_2), KEPT]).shape[2] == 3


def test_nothing_is_no_sheet():
    with pytest.raises(ShapeError):
        mask_steps_sheet([])
