"""Contact sheets."""

import numpy as np
import pytest

from masklet.core.errors import ShapeError
from masklet.render import contact_sheet, evenly


@pytest.mark.parametrize(
    ("items", "count", "expected"),
    [
        pytest.param(range(9), 3, (0, 4, 8), id="first, middle, last"),
        pytest.param([5, 10, 20], 7, (5, 10, 20), id="fewer than asked for"),
        pytest.param(range(9), 1, (0,), id="one"),
        pytest.param([], 3, (), id="none"),
    ],
)
def test_evenly(items, count, expected):
    assert evenly(items, count) == expected


def test_tiles_come_row_by_row():
    shades = [np.full((30, 60, 3), shade, dtype=np.uint8) for shade in (50, 100, 150)]
    sheet = contact_sheet(shades, columns=2, tile_width=60)
    assert sheet.shape == (12 + 2 * (30 + 12), 12 + 2 * (60 + 12), 3)
    assert [sheet[20, 20, 0], sheet[20, 100, 0], sheet[60, 20, 0]] == [50, 100, 150]


def test_images_of_different_sizes_are_brought_to_one_width():
    sizes = [(30, 60), (60, 30), (200, 400)]
    sheet = contact_sheet([np.zeros((*size, 3), dtype=np.uint8) for size in sizes], columns=3, tile_width=100)
    assert sheet.shape == (12 + 200 + 12, 12 + 3 * 112, 3)


def test_captions_are_written_below():
    tile = np.zeros((30, 60, 3), dtype=np.uint8)
    plain, captioned = contact_sheet([tile], tile_width=60), contact_sheet([tile], captions=["ab"], tile_width=60)
    assert captioned.shape[0] > plain.shape[0]
    assert captioned[42:].max() > 200 > plain[42:].max()


@pytest.mark.parametrize(("count", "captions"), [(0, ()), (2, ("one",))], ids=["no image", "a caption short"])
def test_what_makes_no_sheet_is_refused(count, captions):
    with pytest.raises(ShapeError):
        contact_sheet([np.zeros((9, 9, 3), dtype=np.uint8)] * count, captions=captions)
