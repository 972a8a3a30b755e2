"""What masklet-s is trained by, from logits of several clips to two numbers."""

import math

import pytest

torch = pytest.importorskip("torch")

from masklet.training.clip_loss import Objects, clip_losses, left_by_tears  # noqa: E402

TWO_RIVALS = Objects(torch.tensor([0, 0]), torch.tensor([1, 2]))
AND_ONE_ALONE = Objects(torch.tensor([0, 0, 1]), torch.tensor([1, 2, 1]))


def waves(void_rows):
    """Logits of three objects of two clips that go up and down, and labels in stripes."""
    place_HW = torch.arange(12 * 16, dtype=torch.float64).reshape(12, 16)
    logits_KHW = torch.stack([4 * torch.sin(place_HW * step) for step in (0.37, 0.61, 0.83)]).float()
    logits_KHW[0, 0, 0], logits_KHW[1, 1, 1] = 40.0, -40.0
    labels_BHW = torch.stack([(place_HW // 5 % 3), (place_HW // 7 % 2)]).to(torch.uint8)
    labels_BHW[0, :void_rows] = 255
    return logits_KHW.requires_grad_(), labels_BHW


@pytest.mark.parametrize(("void_rows", "hardest", "entropy", "dice", "gradient"), [
    pytest.param(0, 1.0, 2.86879086, 0.566470563, 1.25918806, id="all pixels"),
    pytest.param(0, 0.3, 7.14064121, 0.566470563, 2.20947838, id="the hardest"),
    pytest.param(3, 0.15, 7.78787136, 0.601764262, 2.26885033, id="the hardest beside void"),
])  # fmt: skip
def test_the_loss_is_the_one_that_masklet_s_is_trained_by(void_rows, hardest, entropy, dice, gradient):
    """Numbers noted before the loss was put together from those of `losses`."""
    logits_KHW, labels_BHW = waves(void_rows)
    parts = clip_losses(logits_KHW, labels_BHW, AND_ONE_ALONE, hardest=hardest)
    assert {name: part.item() for name, part in parts.items()} == pytest.approx(
        {"entropy": entropy, "dice": dice}, rel=1e-6
    )
    (parts["entropy"] + parts["dice"]).backward()
    assert logits_KHW.grad.abs().sum().item() == pytest.approx(gradient, rel=1e-5)


@pytest.mark.parametrize(("second_label", "hardest", "expected"), [
    pytest.param(2, 1.0, lambda first, second: (first + second) / 2, id="all"),
    pytest.param(2, 0.5, max, id="the hardest"),
    pytest.param(255, 1.0, lambda first, _: first / 2, id="void"),
])  # fmt: skip
def test_the_entropy_of_rivals_computed_by_hand(second_label, hardest, expected):
    # odds of background, first, second object: pixel 0: (1/4)/(3/4), 1, 1; pixel 1: 0.12/0.88, 4, 2/3
    logits_KHW = torch.logit(torch.tensor([[[0.5, 0.8]], [[0.5, 0.4]]]))
    odds = [[1 / 3, 1, 1], [0.12 / 0.88, 4, 2 / 3]]
    pixels = [-math.log(odds[0][0] / sum(odds[0])), -math.log(odds[1][2] / sum(odds[1]))]
    parts = clip_losses(logits_KHW, torch.tensor([[[0, second_label]]]), TWO_RIVALS, hardest=hardest)
    assert parts["entropy"].item() == pytest.approx(expected(*pixels), rel=1e-5)


def test_the_right_answer_costs_nothing_and_void_does_not_count():
    labels_BHW = torch.zeros(1, 8, 8, dtype=torch.uint8)
    labels_BHW[0, :4], labels_BHW[0, 4:6] = 1, 2
    right = torch.where(TWO_RIVALS.masks(labels_BHW) > 0, 12.0, -12.0)
    costs = clip_losses(right, labels_BHW, TWO_RIVALS, hardest=1.0)
    assert costs["entropy"] < 1e-3
    assert costs["dice"] < 1e-3
    wrong = right.clone()
    wrong[0, 7] = 12.0
    assert clip_losses(wrong, labels_BHW, TWO_RIVALS, hardest=1.0)["entropy"] > 1
    labels_BHW[0, 7] = 255
    assert clip_losses(wrong, labels_BHW, TWO_RIVALS, hardest=1.0)["entropy"] < 1e-3


def test_a_tear_takes_a_part_of_a_mask_and_leaves_the_others_whole():
    torch.manual_seed(0)
    mask_K1hw = torch.zeros(400, 1, 32, 32)
    mask_K1hw[:, :, 8:24, 8:20] = 1
    left_K = (mask_K1hw * left_by_tears(mask_K1hw, 0.25)).flatten(1).sum(dim=1) / (16 * 12)
    torn_K = left_K[left_K < 1]
    assert 0.18 < len(torn_K) / 400 < 0.32
    assert torn_K.max() > 0.8
    assert torn_K.min() < 0.4
    assert 0.4 < torn_K.mean() < 0.8
    assert (left_by_tears(mask_K1hw, 0.0) == 1).all()


def test_an_empty_mask_can_be_torn():
    assert left_by_tears(torch.zeros(2, 1, 8, 8), 1.0).shape == (2, 1, 8, 8)
