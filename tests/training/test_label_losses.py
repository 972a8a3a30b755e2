"""Cross entropy of labels: void pixels, hard pixels, weights of classes, sureness."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ShapeError  # noqa: E402
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.label_losses import HardPixels, class_weights, label_entropy  # noqa: E402

VOID = 255


def logits_of(*probabilities):
    """Logits of two classes in a picture of one row, the first class having these probabilities."""
    p = torch.tensor(probabilities, dtype=torch.float64)
    return torch.stack([p.log(), (1 - p).log()])[None, :, None, :]


def labels(*values):
    return torch.tensor(values, dtype=torch.uint8)[None, None]


def entropy(*probabilities):
    return -sum(map(math.log, probabilities)) / len(probabilities)


def test_void_pixels_take_no_part():
    loss = label_entropy(logits_of(0.9, 0.2, 0.5), labels(0, 1, VOID))
    assert loss.item() == pytest.approx(entropy(0.9, 0.8))


def test_nothing_known_costs_nothing_and_can_be_learnt_from():
    logits = logits_of(0.9, 0.2).requires_grad_()
    loss = label_entropy(logits, labels(VOID, VOID), hard=HardPixels())
    loss.backward()
    assert (loss.item(), logits.grad.abs().max().item()) == (0, 0)


@pytest.mark.parametrize(("hard", "kept"), [
    pytest.param(HardPixels(probability=0.7, least=0.0), (0.5, 0.6), id="by the probability"),
    pytest.param(HardPixels(probability=0.55, least=0.75), (0.5, 0.6, 0.8), id="at least so many"),
    pytest.param(HardPixels(probability=1.0, least=0.0), (0.9, 0.8, 0.5, 0.6), id="all"),
    pytest.param(HardPixels(probability=0.0, least=0.25), (0.5,), id="the hardest quarter alone"),
])  # fmt: skip
def test_hard_pixels_are_those_below_a_probability_and_a_least_share(hard, kept):
    loss = label_entropy(logits_of(0.9, 0.8, 0.5, 0.6, 0.01), labels(0, 0, 0, 0, VOID), hard=hard)
    assert loss.item() == pytest.approx(entropy(*kept))


def test_weights_of_classes_make_a_weighted_mean():
    weights = torch.tensor([3.0, 1.0])
    loss = label_entropy(logits_of(0.9, 0.2), labels(0, 1), class_weights_L=weights)
    assert loss.item() == pytest.approx((3 * entropy(0.9) + entropy(0.8)) / 4)


def test_sureness_lessens_a_pixel_and_not_the_number_of_pixels():
    sureness = torch.tensor([[[1.0, 0.25]]])
    loss = label_entropy(logits_of(0.9, 0.2), labels(0, 1), sureness_BHW=sureness)
    assert loss.item() == pytest.approx((entropy(0.9) + 0.25 * entropy(0.8)) / 2)


def test_labels_of_another_size_are_told_of():
    with pytest.raises(ShapeError, match=r"Expected labels of \(1, 1, 2\)"):
        label_entropy(logits_of(0.9, 0.2), labels(0))


@pytest.mark.parametrize("wrong", [{"probability": 1.5}, {"least": -0.1}])
def test_hard_pixels_have_shares(wrong):
    with pytest.raises(TrainingError, match="from 0 to 1"):
        HardPixels(**wrong)


def test_rare_classes_weigh_more_and_absent_ones_nothing():
    pixels = np.array([900, 90, 10, 0])
    assert class_weights(pixels, "equal") is None
    median = class_weights(pixels, "median")
    assert (median / median[1]).tolist() == pytest.approx([0.1, 1, 9, 0])
    log = class_weights(pixels, "log")
    assert log[0] / log[2] == pytest.approx(math.log(1.03) / math.log(1.92))
    assert log[:3].mean() == pytest.approx(1)
    assert log[3] == 0
