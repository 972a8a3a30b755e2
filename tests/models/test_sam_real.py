"""MobileSAM with its released weights, on pedestrians."""

from itertools import islice

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.masks import mask_iou  # noqa: E402
from masklet.core.values import Frame  # noqa: E402
from masklet.datasets.penn_fudan import PennFudan  # noqa: E402
from masklet.evaluation.segmenter import evaluate_segmenter, prompts_of  # noqa: E402
from masklet.models.sam.asked import Asked  # noqa: E402
from networks import loaded  # noqa: E402

pytestmark = [pytest.mark.weights, pytest.mark.shared, pytest.mark.slow]


@pytest.fixture(scope="module")
def segmenter():
    return loaded("mobile-sam")


@pytest.fixture(scope="module")
def picture(shared):
    return next(islice(PennFudan(shared / "PennFudanPed"), 24, None))


@pytest.mark.parametrize(("prompt", "least"), [("box", 0.9), ("point", 0.85)])
def test_pedestrians_are_found(segmenter, picture, prompt, least):
    assert evaluate_segmenter([picture], segmenter, prompt=prompt).iou_N.mean() > least


def test_scores_tell_how_good_masks_are(segmenter, picture):
    frame = Frame(0, 0.0, picture.image_HW3)
    found = segmenter.segment(frame, prompts_of(picture, "box"))
    iou_N = np.diag(mask_iou(found.masks_NHW, picture.masks_NHW))
    np.testing.assert_allclose(found.scores_N, iou_N, atol=0.15)


def test_a_known_mask_helps_a_box(segmenter, picture):
    embedding = segmenter.embedding(picture.image_HW3)
    boxes = [prompt.xyxy for prompt in prompts_of(picture, "box")]
    known = [embedding.square.known(mask_HW) for mask_HW in picture.masks_NHW]

    def mean_iou(asked):
        masks_NHW = segmenter.predictor.predict(embedding, asked).masks_NMHW[:, 0]
        return np.diag(mask_iou(masks_NHW, picture.masks_NHW)).mean()

    alone = mean_iou([Asked(box_xyxy=box) for box in boxes])
    assert mean_iou([Asked(box_xyxy=box, logits_hw=one) for box, one in zip(boxes, known, strict=True)]) > alone
