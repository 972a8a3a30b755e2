"""Losses: hand-computed values, gradients, and what must not change them."""

import math
from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ShapeError  # noqa: E402
from masklet.models.layers.balanced import balanced_entropy  # noqa: E402
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.losses import (  # noqa: E402
    LOSSES,
    balanced_binary_cross_entropy,
    binary_cross_entropy,
    bootstrapped_binary_cross_entropy,
    boundary_distance,
    dice,
    edge_difference,
    edges,
    focal,
    hard_share,
    log_iou,
    signed_distance,
    soft_iou,
    squared_dice,
    weighted_sum,
)

EVERY_LOSS = pytest.mark.parametrize("loss", [pytest.param(loss, id=name) for name, loss in LOSSES.items()])
SURE = 60.0


def logit(probability):
    return torch.logit(torch.tensor(probability, dtype=torch.float64))


def row(*values):
    """One object in a picture of one row."""
    return torch.tensor([[values]], dtype=torch.float64)


def random_pair(seed=0, shape=(3, 7, 9)):
    generator = torch.Generator().manual_seed(seed)
    logits_NHW = torch.randn(shape, generator=generator, dtype=torch.float64) * 2
    return logits_NHW, (torch.rand(shape, generator=generator) < 0.4).double()


def squares(*boxes, size_HW=(12, 12)):
    """A mask for each box, a slice of rows and one of columns."""
    masks_NHW = torch.zeros(len(boxes), *size_HW, dtype=torch.float64)
    for position, (top, bottom, left, right) in enumerate(boxes):
        masks_NHW[position, top:bottom, left:right] = 1
    return masks_NHW


# probabilities 3/4, 1/2, 1/5, 1/5 of an object on the first and third of four pixels
LOGITS = logit([[[0.75, 0.5, 0.2, 0.2]]])
TRUTH = row(1, 0, 1, 0)
ENTROPY = [-math.log(0.75), -math.log(0.5), -math.log(0.2), -math.log(0.8)]


@pytest.mark.parametrize(("loss", "expected"), [
    pytest.param(binary_cross_entropy, sum(ENTROPY) / 4, id="bce"),
    pytest.param(partial(bootstrapped_binary_cross_entropy, share=0.25), ENTROPY[2], id="the hardest pixel"),
    pytest.param(partial(bootstrapped_binary_cross_entropy, share=0.5), (ENTROPY[2] + ENTROPY[1]) / 2, id="two"),
    pytest.param(partial(bootstrapped_binary_cross_entropy, share=1e-9), ENTROPY[2], id="at least one"),
    pytest.param(partial(bootstrapped_binary_cross_entropy, share=1.0), sum(ENTROPY) / 4, id="all"),
    pytest.param(
        partial(focal, gamma=2),
        (0.25**2 * ENTROPY[0] + 0.5**2 * ENTROPY[1] + 0.8**2 * ENTROPY[2] + 0.2**2 * ENTROPY[3]) / 4,
        id="focal",
    ),
    pytest.param(
        partial(focal, gamma=1, alpha=0.9),
        (0.9 * (0.25 * ENTROPY[0] + 0.8 * ENTROPY[2]) + 0.1 * (0.5 * ENTROPY[1] + 0.2 * ENTROPY[3])) / 4,
        id="focal with alpha",
    ),
    pytest.param(balanced_binary_cross_entropy, sum(ENTROPY) / 8, id="balanced where halves are equal"),
    pytest.param(dice, 1 - (2 * 0.95 + 1) / (1.65 + 2 + 1), id="dice"),
    pytest.param(squared_dice, 1 - (2 * 0.95 + 1e-5) / (0.8925 + 2 + 1e-5), id="squared dice"),
    pytest.param(partial(soft_iou, smooth=0), 1 - 0.95 / 2.7, id="soft iou"),
    pytest.param(partial(log_iou, smooth=0), -math.log(0.95 / 2.7), id="log iou"),
    pytest.param(boundary_distance, (0.5 * 0.25 + 0.5 * 0.5 + 0.5 * 0.8 + 0.5 * 0.2) / 4, id="distance"),
])  # fmt: skip
def test_a_loss_computed_by_hand(loss, expected):
    assert loss(LOGITS, TRUTH).tolist() == pytest.approx([expected], rel=1e-12)


def test_balanced_entropy_gives_object_and_background_equal_weight():
    loss = balanced_binary_cross_entropy(logit([[[0.75, 0.5, 0.2, 0.2]]]), row(1, 0, 0, 0))
    object_part, background_part = -math.log(0.75), -math.log(0.5) - 2 * math.log(0.8)
    assert loss.item() == pytest.approx((0.75 * object_part + 0.25 * background_part) / 4)


@pytest.mark.parametrize(
    ("balance", "object_weight", "background_weight"),
    [
        pytest.param(0.0, 1.0, 1.0, id="pixels weigh alike"),
        pytest.param(0.5, 0.75**0.5, 0.5, id="between"),
        pytest.param(1.0, 0.75, 0.25, id="as published"),
    ],
)
def test_how_far_balanced_entropy_balances_is_a_power(balance, object_weight, background_weight):
    loss = balanced_entropy(logit([[[0.75, 0.5, 0.2, 0.2]]]), row(1, 0, 0, 0), balance=balance)
    object_part, background_part = -math.log(0.75), -math.log(0.5) - 2 * math.log(0.8)
    assert loss.item() == pytest.approx((object_weight * object_part + background_weight * background_part) / 4)


@EVERY_LOSS
def test_a_perfect_prediction_costs_nothing(loss):
    truth_NHW = squares((2, 7, 3, 9), (0, 12, 0, 12), (0, 0, 0, 0))  # an object, a full picture, an empty one
    assert loss((truth_NHW * 2 - 1) * SURE, truth_NHW).tolist() == pytest.approx([0, 0, 0], abs=1e-9)


@EVERY_LOSS
def test_a_wrong_prediction_costs_more_than_a_right_one(loss):
    truth_NHW = squares((2, 7, 3, 9))
    costs = [loss((truth_NHW * 2 - 1) * level, truth_NHW).item() for level in (4, 2, 0.5, -0.5, -2, -4)]
    assert costs == sorted(costs)
    assert costs[-1] > costs[0] + 0.1


@EVERY_LOSS
def test_gradients_are_those_of_finite_differences(loss):
    logits_NHW, truth_NHW = random_pair(shape=(2, 4, 5))
    known_NHW = random_pair(seed=5, shape=(2, 4, 5))[0] > -2
    assert torch.autograd.gradcheck(
        lambda given: loss(given, truth_NHW, known_NHW), logits_NHW.requires_grad_(), eps=1e-6, atol=1e-7
    )


@EVERY_LOSS
def test_objects_do_not_touch_each_other(loss):
    logits_NHW, truth_NHW = random_pair()
    together_N = loss(logits_NHW, truth_NHW)
    alone_N = [loss(logits_NHW[n : n + 1], truth_NHW[n : n + 1]).item() for n in range(3)]
    assert together_N.tolist() == pytest.approx(alone_N, rel=1e-12)


@EVERY_LOSS
@pytest.mark.parametrize("change", [
    pytest.param(lambda given: given.flip(2), id="mirrored"),
    pytest.param(lambda given: given.transpose(1, 2), id="turned"),
])  # fmt: skip
def test_a_mirrored_or_turned_picture_costs_the_same(loss, change):
    logits_NHW, truth_NHW = random_pair()
    expected_N = loss(logits_NHW, truth_NHW)
    assert loss(change(logits_NHW), change(truth_NHW)).tolist() == pytest.approx(expected_N.tolist(), rel=1e-9)


@EVERY_LOSS
def test_void_pixels_do_not_count(loss):
    logits_NHW, truth_NHW = random_pair()
    known_NHW = torch.ones_like(truth_NHW, dtype=torch.bool)
    known_NHW[:, 2:4, 3:] = False
    shouted_NHW = torch.where(known_NHW, logits_NHW, 30.0).requires_grad_()
    cost_N = loss(shouted_NHW, truth_NHW, known_NHW)
    assert cost_N.tolist() == pytest.approx(loss(logits_NHW, truth_NHW, known_NHW).tolist(), rel=1e-12)
    (gradient_NHW,) = torch.autograd.grad(cost_N.sum(), shouted_NHW)
    assert not gradient_NHW[~known_NHW].any()
    assert gradient_NHW[known_NHW].any()


@pytest.mark.parametrize("name", sorted(LOSSES.keys() - {"boundary-edge", "boundary-distance"}))
def test_void_pixels_are_as_if_cut_off(name):
    logits_NHW, truth_NHW = random_pair()
    known_NHW = torch.ones_like(truth_NHW)
    known_NHW[:, 5:] = 0
    cut_N = LOSSES[name](logits_NHW[:, :5], truth_NHW[:, :5])
    assert LOSSES[name](logits_NHW, truth_NHW, known_NHW).tolist() == pytest.approx(cut_N.tolist(), rel=1e-12)


@EVERY_LOSS
def test_nothing_known_costs_nothing(loss):
    logits_NHW, truth_NHW = random_pair()
    cost_N = loss(logits_NHW.requires_grad_(), truth_NHW, torch.zeros_like(truth_NHW))
    assert cost_N.tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    cost_N.sum().backward()
    assert not logits_NHW.grad.any()


@EVERY_LOSS
@pytest.mark.parametrize("level", [-200.0, 200.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
def test_extreme_logits_keep_loss_and_gradient_finite(loss, level, dtype):
    logits_NHW = torch.full((2, 16, 16), level, dtype=dtype, requires_grad=True)
    truth_NHW = squares((2, 7, 3, 9), (0, 0, 0, 0), size_HW=(16, 16))
    cost_N = loss(logits_NHW, truth_NHW)
    cost_N.sum().backward()
    assert cost_N.dtype == torch.float32
    assert cost_N.isfinite().all()
    assert logits_NHW.grad.isfinite().all()


@EVERY_LOSS
def test_boolean_truth_is_as_good_as_numbers(loss):
    logits_NHW, truth_NHW = random_pair()
    assert torch.equal(loss(logits_NHW, truth_NHW.bool()), loss(logits_NHW, truth_NHW))


@EVERY_LOSS
@pytest.mark.parametrize(("truth_shape", "known_shape"), [((2, 4, 4), None), ((3, 4, 4), (3, 4, 5))])
def test_shapes_that_do_not_fit_are_refused(loss, truth_shape, known_shape):
    known = None if known_shape is None else torch.ones(known_shape)
    with pytest.raises(ShapeError, match="one shape"):
        loss(torch.zeros(3, 4, 4), torch.zeros(truth_shape), known)


def test_focal_without_focus_is_binary_cross_entropy():
    logits_NHW, truth_NHW = random_pair()
    expected_N = binary_cross_entropy(logits_NHW, truth_NHW)
    assert torch.allclose(focal(logits_NHW, truth_NHW, gamma=0), expected_N, rtol=1e-12)


@pytest.mark.parametrize("gamma", [0.5, 1, 2, 5])
def test_focal_is_less_than_binary_cross_entropy_and_most_so_where_it_is_easy(gamma):
    logits_NHW = torch.linspace(-4, 4, 9, dtype=torch.float64)[:, None, None]
    truth_NHW = torch.ones_like(logits_NHW)
    ratio_N = focal(logits_NHW, truth_NHW, gamma=gamma) / binary_cross_entropy(logits_NHW, truth_NHW)
    assert torch.allclose(ratio_N, (1 - logits_NHW[:, 0, 0].sigmoid()) ** gamma, rtol=1e-12)
    assert (ratio_N.diff() < 0).all()


def test_bootstrapping_gives_gradient_to_the_hardest_pixels_only():
    logits_NHW, truth_NHW = random_pair(shape=(2, 5, 8))
    cost_N = bootstrapped_binary_cross_entropy(logits_NHW.requires_grad_(), truth_NHW, share=0.2)
    cost_N.sum().backward()
    assert (logits_NHW.grad != 0).flatten(1).sum(dim=1).tolist() == [8, 8]


def test_bootstrapping_takes_its_share_of_the_known_pixels():
    logits_NHW, known_NHW = logit([[[0.9, 0.1, 0.2, 0.3, 0.4]]]), row(0, 1, 1, 1, 1)
    cost = bootstrapped_binary_cross_entropy(logits_NHW, row(0, 0, 0, 0, 0), known_NHW, share=0.5)
    assert cost.item() == pytest.approx(-(math.log(0.6) + math.log(0.7)) / 2)


@pytest.mark.parametrize(
    ("step", "expected"), [(0, 1), (20_000, 1), (45_000, 0.575), (70_000, 0.15), (10**6, 0.15)]
)
def test_the_share_of_hard_pixels_falls_after_a_warm_up(step, expected):
    assert hard_share(step, begin=20_000, end=70_000, last=0.15) == pytest.approx(expected)


def test_the_log_form_of_iou_is_the_logarithm_of_the_other():
    logits_NHW, truth_NHW = random_pair()
    assert torch.allclose(log_iou(logits_NHW, truth_NHW), -torch.log(1 - soft_iou(logits_NHW, truth_NHW)))


@pytest.mark.parametrize("loss", [soft_iou, log_iou, squared_dice], ids=["soft iou", "log iou", "squared dice"])
def test_overlap_losses_do_not_depend_on_scale(loss):
    logits_NHW, truth_NHW = random_pair()
    larger = [given.repeat_interleave(3, dim=1).repeat_interleave(3, dim=2) for given in (logits_NHW, truth_NHW)]
    assert torch.allclose(loss(*larger), loss(logits_NHW, truth_NHW), rtol=1e-5)


def test_hard_masks_have_the_overlap_that_is_counted():
    truth_NHW, predicted_NHW = squares((0, 4, 0, 4)), squares((2, 6, 0, 4))
    logits_NHW = (predicted_NHW * 2 - 1) * SURE
    assert soft_iou(logits_NHW, truth_NHW).item() == pytest.approx(1 - 8 / 24)
    assert dice(logits_NHW, truth_NHW).item() == pytest.approx(1 - 17 / 33)
    assert squared_dice(logits_NHW, truth_NHW).item() == pytest.approx(0.5, abs=1e-5)


def test_edges_are_where_neighbours_differ():
    edges_HW = edges(squares((1, 4, 1, 4), size_HW=(5, 5)))[0]
    assert (8 * edges_HW).tolist() == [
        [-1, -2, -3, -2, -1],
        [-2, 5, 3, 5, -2],
        [-3, 3, 0, 3, -3],
        [-2, 5, 3, 5, -2],
        [-1, -2, -3, -2, -1],
    ]


def test_the_rim_of_the_picture_is_no_edge():
    assert not edges(torch.ones(1, 4, 5)).any()
    half_HW = edges(squares((0, 4, 0, 2), size_HW=(4, 5)))[0]
    assert (8 * half_HW).tolist() == [[0, 3, -3, 0, 0]] * 4


def test_edge_loss_counts_the_difference_of_edges():
    truth_NHW, predicted_NHW = squares((1, 4, 1, 4), size_HW=(5, 5)), squares((0, 0, 0, 0), size_HW=(5, 5))
    eighths = 4 * [1, 2, 3, 2, 5, 3]  # four of each, in corners and sides
    expected = sum((value / 8) ** 2 for value in eighths) / 25
    assert edge_difference((predicted_NHW * 2 - 1) * SURE, truth_NHW).item() == pytest.approx(expected)


def test_edge_loss_tells_a_mask_from_its_complement():
    truth_NHW = squares((2, 7, 3, 9))
    same, opposite = ((truth_NHW * 2 - 1) * level for level in (SURE, -SURE))
    assert edge_difference(opposite, truth_NHW) > edge_difference(same, truth_NHW) + 0.1


def test_signed_distance_of_a_straight_edge_runs_between_the_pixels():
    mask_NHW = squares((0, 2, 0, 3), size_HW=(2, 6)) > 0
    assert signed_distance(mask_NHW)[0].tolist() == [[-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]] * 2


@pytest.mark.parametrize("share", [0.02, 0.3, 0.97])
@pytest.mark.parametrize("size_HW", [(1, 17), (17, 1), (13, 22), (22, 13)], ids=str)
def test_signed_distance_is_that_of_trying_all_pixels(size_HW, share):
    masks_NHW = torch.rand(4, *size_HW, generator=torch.Generator().manual_seed(1)) < share
    masks_NHW[:, 0, 0], masks_NHW[:, -1, -1] = True, False
    points_P2 = np.stack(np.indices(size_HW), axis=-1).reshape(-1, 2)
    between_PP = np.linalg.norm(points_P2[:, None] - points_P2[None], axis=-1)
    for mask_HW, distance_HW in zip(masks_NHW.numpy(), signed_distance(masks_NHW).numpy(), strict=True):
        mask_P = mask_HW.ravel()
        to_object_P = between_PP[:, mask_P].min(axis=1) - 0.5
        to_ground_P = between_PP[:, ~mask_P].min(axis=1) - 0.5
        expected_P = np.where(mask_P, -to_ground_P, to_object_P)
        assert distance_HW.ravel() == pytest.approx(expected_P, rel=1e-6)


def test_the_distance_of_the_complement_is_the_opposite():
    masks_NHW = random_pair(shape=(3, 20, 30))[1] > 0
    assert torch.equal(signed_distance(~masks_NHW), -signed_distance(masks_NHW))


def test_a_mask_without_boundary_has_no_distance():
    assert not signed_distance(squares((0, 0, 0, 0), (0, 12, 0, 12)) > 0).any()


def test_distance_loss_grows_with_the_way_to_the_boundary():
    truth_NHW = squares((4, 8, 4, 8)).expand(12, -1, -1)
    stray_NHW = truth_NHW.clone()
    for row_number in range(12):
        stray_NHW[row_number, row_number, 0] = 1  # one pixel at the left rim, in every row
    cost_N = boundary_distance((stray_NHW * 2 - 1) * SURE, truth_NHW)
    expected_N = [math.hypot(max(4 - y, y - 7, 0), 4) - 0.5 for y in range(12)]
    assert (cost_N * 144).tolist() == pytest.approx(expected_N)


@pytest.mark.parametrize("weights", [{"dice": 1.0}, {"dice": 0.5, "bce": 2.0, "focal": 3.0}], ids=str)
def test_a_weighted_sum_of_losses(weights):
    logits_NHW, truth_NHW = random_pair()
    total, parts = weighted_sum(weights, logits_NHW, truth_NHW)
    assert {name: part.item() for name, part in parts.items()} == {
        name: pytest.approx(LOSSES[name](logits_NHW, truth_NHW).mean().item()) for name in weights
    }
    assert total.item() == pytest.approx(sum(weights[name] * parts[name].item() for name in weights))


def test_losses_of_other_settings_take_part():
    logits_NHW, truth_NHW = random_pair()
    losses = LOSSES | {"focal": partial(focal, gamma=5)}
    total, _ = weighted_sum({"focal": 1.0}, logits_NHW, truth_NHW, losses=losses)
    assert total.item() == pytest.approx(focal(logits_NHW, truth_NHW, gamma=5).mean().item())


@pytest.mark.parametrize("weights", [{"dise": 1.0}, {}], ids=["misspelt", "none"])
def test_an_unknown_loss_is_named(weights):
    with pytest.raises(TrainingError, match="dice"):
        weighted_sum(weights, *random_pair())


def test_no_object_is_refused():
    with pytest.raises(ShapeError, match="at least one object"):
        weighted_sum({"dice": 1.0}, torch.zeros(0, 3, 3), torch.zeros(0, 3, 3))
