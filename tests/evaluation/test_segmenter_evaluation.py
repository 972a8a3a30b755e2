from dataclasses import replace

import numpy as np
import pytest

from masklet.core.errors import EvaluationError
from masklet.core.values import Box, FrameMasks, Points
from masklet.datasets.penn_fudan import Pedestrians, PennFudan
from masklet.evaluation.segmenter import (
    by_prompts,
    difference,
    evaluate_segmenter,
    evaluate_ways,
    unprompted,
)
from networks import loaded


class BoxFiller:
    """Fills boxes; around a click it fills 2x2 pixels."""

    def __init__(self):
        self.kinds = set()

    def segment(self, frame, prompts):
        masks_NHW = np.zeros((len(prompts), *frame.size_HW), bool)
        for mask_HW, prompt in zip(masks_NHW, prompts, strict=True):
            self.kinds.add(type(prompt))
            if isinstance(prompt, Box):
                x1, y1, x2, y2 = map(int, prompt.xyxy)
            else:
                (x1, y1), x2, y2 = prompt.xy_P2[0].astype(int), prompt.xy_P2[0, 0] + 2, prompt.xy_P2[0, 1] + 2
            mask_HW[int(y1) : int(y2), int(x1) : int(x2)] = True
        return FrameMasks(0, tuple(p.object_id for p in prompts), masks_NHW, np.ones(len(prompts)))


@pytest.fixture
def pictures():
    """One person fills its box, the other half of it."""
    masks_NHW = np.zeros((2, 20, 20), bool)
    masks_NHW[0, 2:10, 2:6] = True
    masks_NHW[1, 10:18, 10:14] = True
    boxes_N4 = np.array([[2.0, 2, 6, 10], [10, 10, 18, 18]])
    return [Pedestrians("street", np.zeros((20, 20, 3), np.uint8), boxes_N4, masks_NHW)]


def test_every_object_is_compared_with_its_truth(pictures):
    report = evaluate_segmenter(pictures, BoxFiller())
    assert report.names_N == ("street/1", "street/2")
    assert report.iou_N == pytest.approx([1.0, 0.5])
    said = report.to_json()
    assert (said["images"], said["objects"]) == (1, 2)
    assert (said["IoU-Mean"], said["IoU-Median"]) == pytest.approx((0.75, 0.75))
    assert said["objects_iou"] == {"street/1": 1.0, "street/2": 0.5}


def test_prompts_are_of_the_kind_asked_for(pictures):
    segmenter = BoxFiller()
    report = evaluate_segmenter(pictures, segmenter, prompt="point")
    assert segmenter.kinds == {Points}
    assert report.iou_N == pytest.approx([4 / 32, 4 / 32])


def test_two_ways_are_compared_on_the_same_pictures(pictures):
    reports = evaluate_ways(pictures, {"box": by_prompts(BoxFiller()), "click": by_prompts(BoxFiller(), "point")})
    better = difference(reports["box"], reports["click"])
    assert better.mean == pytest.approx(0.75 - 4 / 32)
    assert (better.low, better.high) == pytest.approx((better.mean, better.mean))  # a single picture
    assert better.to_json()["IoU-Difference"] == better.mean


def test_reports_of_other_objects_cannot_be_compared(pictures):
    report = evaluate_segmenter(pictures, BoxFiller())
    with pytest.raises(EvaluationError, match="the same objects"):
        difference(report, replace(report, names_N=("other/1", "other/2")))


@pytest.mark.parametrize(("columns", "expected"), [([], 0.0), ([(0, 20), (2, 6)], 8 / 20)])
def test_without_prompts_each_one_has_the_mask_that_fits_best(pictures, columns, expected):
    def find(frame):
        masks_MHW = np.zeros((len(columns), *frame.size_HW), bool)
        for mask_HW, (left, right) in zip(masks_MHW, columns, strict=True):
            mask_HW[:, left:right] = True
        return masks_MHW

    report = evaluate_ways(pictures, {"all": unprompted(find)})["all"]
    assert report.iou_N[0] == pytest.approx(expected)


def test_no_pictures_are_an_error():
    with pytest.raises(EvaluationError, match="got none"):
        evaluate_segmenter([], BoxFiller())


@pytest.mark.weights
@pytest.mark.shared
@pytest.mark.slow
def test_boxes_of_penn_fudan_reach_their_bar(shared):
    report = evaluate_segmenter(PennFudan(shared / "PennFudanPed"), loaded("eiseg"))
    assert report.iou_N.mean() >= 0.87
