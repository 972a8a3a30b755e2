import numpy as np
import pytest

from masklet.core.errors import FormatError, ShapeError
from masklet.core.label_spaces import CAMVID, VOID
from masklet.core.panoptic import PanopticMap, Segment, merge_panoptic

ROAD, CAR, PEDESTRIAN, SKY = (CAMVID.value(name) for name in ("Road", "Car", "Pedestrian", "Sky"))


def masks(*spans, width=8):
    masks_NHW = np.zeros((len(spans), 1, width), dtype=bool)
    for mask_HW, (start, stop) in zip(masks_NHW, spans, strict=True):
        mask_HW[:, start:stop] = True
    return masks_NHW


def row(*values):
    return np.array([values], dtype=np.uint8)


def test_things_are_told_apart_and_stuff_is_one_segment_a_class():
    label_map_HW = row(SKY, ROAD, CAR, CAR, CAR, CAR, ROAD, SKY)
    merged = merge_panoptic(label_map_HW, CAMVID, masks((2, 4), (4, 6)), [CAR, CAR], np.array([0.6, 0.9]))
    assert merged.counted() == {"Car": 2}
    assert [one.label for one in merged.stuff] == [SKY, ROAD]
    assert merged.segment_ids_HW.tolist() == [[3, 4, 2, 2, 1, 1, 4, 3]]
    assert merged.label_map().tolist() == label_map_HW.tolist()
    assert [one.area for one in merged.segments] == [2, 2, 2, 2]


def test_the_better_score_owns_the_overlap():
    merged = merge_panoptic(
        row(*[ROAD] * 8), CAMVID, masks((0, 4), (2, 6)), [CAR, PEDESTRIAN], np.array([0.5, 0.9])
    )
    assert merged.segment_ids_HW.tolist() == [[2, 2, 1, 1, 1, 1, 3, 3]]
    assert [(one.label, one.score) for one in merged.things] == [(PEDESTRIAN, 0.9), (CAR, 0.5)]


@pytest.mark.parametrize(("hidden", "kept"), [(0.5, 2), (0.4, 1)])
def test_an_instance_that_is_mostly_hidden_is_left_out(hidden, kept):
    merged = merge_panoptic(
        row(*[ROAD] * 8), CAMVID, masks((0, 4), (2, 6)), [CAR, CAR], np.array([0.9, 0.5]), most_hidden=hidden
    )
    assert len(merged.things) == kept


def test_things_that_no_instance_covers_and_little_stuff_are_void():
    merged = merge_panoptic(
        row(CAR, CAR, SKY, ROAD, ROAD, ROAD, VOID, ROAD), CAMVID, masks(), [], np.zeros(0), least_stuff=2
    )
    assert merged.label_map().tolist() == [[VOID, VOID, VOID, ROAD, ROAD, ROAD, VOID, ROAD]]


def test_instances_of_stuff_and_other_sizes_are_refused():
    with pytest.raises(FormatError, match=r"things of camvid \(Car, .*got Road"):
        merge_panoptic(row(*[ROAD] * 8), CAMVID, masks((0, 4)), [ROAD], np.ones(1))
    with pytest.raises(ShapeError, match="label map's size"):
        merge_panoptic(row(ROAD), CAMVID, masks((0, 4)), [CAR], np.ones(1))


def test_ids_of_map_and_segments_must_agree():
    with pytest.raises(FormatError, match="2 in the map alone"):
        PanopticMap(CAMVID, np.array([[1, 2]]), (Segment(1, CAR, 1),))
    with pytest.raises(FormatError, match="classes of camvid, got 40"):
        PanopticMap(CAMVID, np.array([[1, 1]]), (Segment(1, 40, 2),))
