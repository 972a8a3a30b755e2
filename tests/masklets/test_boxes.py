"""Boxes over time, by themselves and out of masks."""

import numpy as np
import pytest

from masklet.core.errors import ShapeError
from masklet.core.values import FrameMasks
from masklet.masklets import BoxTracks, FrameBoxes, Masklets


def test_boxes_of_masks_are_tight_and_absent_objects_have_none():
    masks_NHW = np.zeros((2, 6, 8), dtype=bool)
    masks_NHW[0, 1:3, 2:7] = True
    frame = FrameMasks(4, (7, 9), masks_NHW, np.array([0.5, 0.6]), ("car", "person"))
    tracks = BoxTracks.from_masklets(Masklets.from_frame_masks((6, 8), iter([frame, FrameMasks.empty(5, (6, 8))])))
    assert tracks.object_ids == (7,)
    assert tracks.frames[4].boxes_N4.tolist() == [[2, 1, 7, 3]]
    assert tracks.frames[4].labels_N == ("car",)
    assert len(tracks.frames[5]) == 0


@pytest.mark.parametrize(
    ("ids", "boxes"),
    [
        pytest.param((1, 1), np.zeros((2, 4)), id="an id twice"),
        pytest.param((1, 2), np.zeros((1, 4)), id="a box short"),
    ],
)
def test_boxes_that_do_not_belong_together_are_refused(ids, boxes):
    with pytest.raises(ShapeError):
        FrameBoxes(ids, boxes, np.ones(2), (None, None))
