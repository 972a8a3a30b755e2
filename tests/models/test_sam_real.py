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


@pytest.mark.parametrize(("prompt", "least"), [("box", 0.9), ("point", 0.6)])
def test_pedestrians_are_found(segmenter, picture, prompt, least):
    assert evaluate_segmenter([picture], segmenter, prompt=prompt).iou_N.mean() > least


def test_scores_tell_how_good_masks_are(segmenter, picture):
    frame = Frame(0, 0.0, picture.image_HW3)
    found = segmenter.segment(frame, prompts_of(picture, "box"))
    iou_N = np.diag(mask_iou(found.masks_NHW, picture.masks_NHW))
    np.testing.assert_allclose(found.scores_N, iou_N, atol=0.15)


def test_a_known_mask_helps_a_click(segmenter, picture):
    embedding = segmenter.embedding(picture.image_HW3)
    clicks = [Asked(points_P2=prompt.xy_P2, labels_P=prompt.labels_P) for prompt in prompts_of(picture, "point")]
    known = [
        Asked(points_P2=one.points_P2, labels_P=one.labels_P, logits_hw=embedding.square.known(mask_HW))
        for one, mask_HW in zip(clicks, picture.masks_NHW, strict=True)
    ]

    def mean_iou(asked):
        masks_NHW = segmenter.predictor.predict(embedding, asked).masks_NMHW[:, 0]
        return np.diag(mask_iou(masks_NHW, picture.masks_NHW)).mean()

    assert mean_iou(known) > max(mean_iou(clicks), 0.85)
