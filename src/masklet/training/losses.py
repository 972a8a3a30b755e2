"""What masks are trained by: pure functions from logits and truth to one loss for each object.

All of `LOSSES` have one signature. logits_NHW are any numbers; truth_NHW is 1 on the object and 0 beside it;
known_NHW is true where a pixel counts (void pixels do not; None: all count). What comes back is loss_N, lower is
better. Logits of half precision are taken as float32. An object without any known pixel has a loss of 0, or what
an empty prediction on empty truth has. ShapeError is raised where shapes do not belong together.

`hardest_mean` and `dice_of_probabilities` are what losses over other probabilities are made of, too.

Shapes: N objects, H W pixels, P pixels in a row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from masklet.core.errors import ShapeError
from masklet.models.layers.balanced import balanced_entropy
from masklet.training.errors import TrainingError


class Loss(Protocol):
    """Every entry of `LOSSES`; settings follow as keywords (bind them with `functools.partial`)."""

    def __call__(self, logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None, /) -> Tensor:
        """Return loss_N."""
        ...


def binary_cross_entropy(logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None) -> Tensor:
    """Return -t log p - (1 - t) log(1 - p), the mean over pixels."""
    logits_NHW, truth_NHW, known_NHW = _checked(logits_NHW, truth_NHW, known_NHW)
    return _mean(_entropy(logits_NHW, truth_NHW), known_NHW)


def bootstrapped_binary_cross_entropy(
    logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None, *, share: float = 0.15
) -> Tensor:
    """Return the mean binary cross entropy of the hardest pixels: that share of each object's known ones.

    At least one pixel is taken; a share of 1 is `binary_cross_entropy`. As XMem trains (Cheng and Schwing, ECCV
    2022); `hard_share` gives the share of a step.
    """
    logits_NHW, truth_NHW, known_NHW = _checked(logits_NHW, truth_NHW, known_NHW)
    return hardest_mean(_entropy(logits_NHW, truth_NHW).flatten(1), share, known_NHW.flatten(1))


def hardest_mean(values_NP: Tensor, share: float, known_NP: Tensor | None = None) -> Tensor:
    """Return mean_N over that share of the known pixels with the largest values, all of them at least 0.

    At least one pixel is taken; without any known one the mean is 0.
    """
    most = max(1, math.ceil(share * values_NP.shape[1]))
    if known_NP is None:
        known_NP = torch.ones_like(values_NP)
    known_N = known_NP.sum(dim=1).double()
    count_N = torch.minimum((share * known_N).round().clamp(min=1), known_N)
    hardest_NP = torch.where(known_NP > 0, values_NP, -1.0).topk(most, dim=1).values
    taken_NP = torch.arange(most, device=values_NP.device) < count_N[:, None]
    return (hardest_NP * taken_NP).sum(dim=1) / count_N.clamp(min=1).to(values_NP.dtype)


def hard_share(step: int, *, begin: int, end: int, last: float = 0.15) -> float:
    """Return the share of pixels to learn from at a step: 1 up to `begin`, `last` from `end` on, a line between.

    >>> [hard_share(step, begin=100, end=200, last=0.2) for step in (0, 100, 150, 200, 999)]
    [1.0, 1.0, 0.6, 0.2, 0.2]
    """
    if step >= end:
        return last
    return 1.0 - (1.0 - last) * max(0, step - begin) / (end - begin)


def focal(
    logits_NHW: Tensor,
    truth_NHW: Tensor,
    known_NHW: Tensor | None = None,
    *,
    gamma: float = 2.0,
    alpha: float | None = None,
) -> Tensor:
    """Return -(1 - p_t)^gamma log p_t, the mean over pixels; p_t is the probability given to the truth.

    `alpha` weighs pixels of the object and 1 - alpha those beside it; None weighs all by 1. A gamma of 0 is
    `binary_cross_entropy`. Source: Lin et al., ICCV 2017, equations 4 and 5.
    """
    logits_NHW, truth_NHW, known_NHW = _checked(logits_NHW, truth_NHW, known_NHW)
    surprise_on_NHW, surprise_off_NHW = functional.softplus(-logits_NHW), functional.softplus(logits_NHW)
    on_NHW = truth_NHW * torch.exp(-gamma * surprise_off_NHW) * surprise_on_NHW
    off_NHW = (1 - truth_NHW) * torch.exp(-gamma * surprise_on_NHW) * surprise_off_NHW
    weight_on, weight_off = (1.0, 1.0) if alpha is None else (alpha, 1 - alpha)
    return _mean(weight_on * on_NHW + weight_off * off_NHW, known_NHW)


def balanced_binary_cross_entropy(
    logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None
) -> Tensor:
    """Return -b sum over the object of log p - (1 - b) sum beside it of log(1 - p), divided by the pixels.

    b is the share of pixels beside the object, so that object and background weigh the same; truth without an
    object, or without background, gives 0. Source: OSVOS (Caelles et al., CVPR 2017, equation 1), a mean here.
    """
    return balanced_entropy(*_checked(logits_NHW, truth_NHW, known_NHW))


def dice(logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None) -> Tensor:
    """Return 1 - (2 sum(p t) + 1) / (sum p + sum t + 1): 0 for an empty prediction on empty truth."""
    return dice_of_probabilities(*_sides(logits_NHW, truth_NHW, known_NHW))


def dice_of_probabilities(probability_NP: Tensor, truth_NP: Tensor) -> Tensor:
    """Return `dice` of probabilities; both are 0 where a pixel is void."""
    overlap_N = (probability_NP * truth_NP).sum(dim=1)
    return 1 - (2 * overlap_N + 1) / (probability_NP.sum(dim=1) + truth_NP.sum(dim=1) + 1)


def squared_dice(
    logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None, *, smooth: float = 1e-5
) -> Tensor:
    """Return 1 - (2 sum(p t) + e) / (sum p^2 + sum t^2 + e), e being `smooth`: 0 for empty on empty."""
    probability_NP, truth_NP = _sides(logits_NHW, truth_NHW, known_NHW)
    overlap_N = (probability_NP * truth_NP).sum(dim=1)
    squares_N = probability_NP.square().sum(dim=1) + truth_NP.square().sum(dim=1)
    return 1 - (2 * overlap_N + smooth) / (squares_N + smooth)


def soft_iou(
    logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None, *, smooth: float = 1e-6
) -> Tensor:
    """Return 1 - (I + e) / (U + e), I = sum(p t), U = sum p + sum t - I, e = `smooth`: 0 for empty on empty."""
    overlap_N, union_N = _overlap_and_union(logits_NHW, truth_NHW, known_NHW)
    return 1 - (overlap_N + smooth) / (union_N + smooth)


def log_iou(
    logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None, *, smooth: float = 1e-6
) -> Tensor:
    """Return -log((I + e) / (U + e)), with I, U and e as in `soft_iou`: 0 for empty on empty."""
    overlap_N, union_N = _overlap_and_union(logits_NHW, truth_NHW, known_NHW)
    return torch.log(union_N + smooth) - torch.log(overlap_N + smooth)


def edge_difference(logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None) -> Tensor:
    """Return the squared difference of both masks' edges, the mean over pixels (boundary loss, edge filter form).

    The edge of a mask is `edges` of its probabilities. A void pixel is as in the truth for both. Masks that
    differ by a constant alone have the same edges: this is a loss to add to one over areas.
    """
    logits_NHW, truth_NHW, known_NHW = _checked(logits_NHW, truth_NHW, known_NHW)
    probability_NHW = torch.where(known_NHW > 0, logits_NHW.sigmoid(), truth_NHW)
    difference_NHW = edges(probability_NHW - truth_NHW)  # the filter is linear
    return _mean(difference_NHW.square(), known_NHW)


def edges(mask_NHW: Tensor) -> Tensor:
    """Return edges_NHW, a pixel less the mean of its 8 neighbours, by a 3x3 convolution.

    Above 0 (up to 1) on the inner side of an edge, below 0 on the outer one: without the sign, a mask and its
    complement would be the same. Beyond the picture its outermost pixels go on, so that its rim is no edge.
    """
    filter_1133 = torch.full((1, 1, 3, 3), -1 / 8, dtype=mask_NHW.dtype, device=mask_NHW.device)
    filter_1133[..., 1, 1] = 1
    wide_NHW = torch.cat([mask_NHW[..., :1], mask_NHW, mask_NHW[..., -1:]], dim=2)  # pads deterministically
    padded_NHW = torch.cat([wide_NHW[:, :1], wide_NHW, wide_NHW[:, -1:]], dim=1)
    return functional.conv2d(padded_NHW[:, None], filter_1133)[:, 0]


def boundary_distance(logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None = None) -> Tensor:
    """Return phi (p - t), the mean over pixels, in pixels (boundary loss, distance map form).

    phi is `signed_distance` of the truth. This is L_B of Kervadec et al. (MIDL 2019, equation 5) less what the
    truth itself has, which no gradient sees: it is never below 0, and 0 for a perfect prediction. Truth without
    an object, or without background, has no boundary and gives 0.
    """
    logits_NHW, truth_NHW, known_NHW = _checked(logits_NHW, truth_NHW, known_NHW)
    distance_NHW = signed_distance(truth_NHW > 0.5).to(logits_NHW.dtype)
    return _mean(distance_NHW * (logits_NHW.sigmoid() - truth_NHW), known_NHW)


@torch.no_grad()
def signed_distance(mask_NHW: Tensor) -> Tensor:
    """Return distance_NHW (float32, pixels) to the boundary of boolean masks: below 0 inside, above 0 outside.

    The boundary runs midway between pixels: a pixel whose nearest one of the other kind is d away, centre to
    centre (Euclidean, exact), is d - 1/2 from it. A mask without boundary, empty or full, has 0 everywhere.
    """
    to_object_NHW, to_ground_NHW = _squared_distance(mask_NHW), _squared_distance(~mask_NHW)
    outside_NHW, inside_NHW = to_object_NHW.float().sqrt() - 0.5, 0.5 - to_ground_NHW.float().sqrt()
    has_boundary_N = mask_NHW.flatten(1).any(dim=1) & ~mask_NHW.flatten(1).all(dim=1)
    return torch.where(mask_NHW, inside_NHW, outside_NHW) * has_boundary_N[:, None, None]


LOSSES: dict[str, Loss] = {
    "bce": binary_cross_entropy,
    "bootstrapped-bce": bootstrapped_binary_cross_entropy,
    "balanced-bce": balanced_binary_cross_entropy,
    "focal": focal,
    "dice": dice,
    "squared-dice": squared_dice,
    "soft-iou": soft_iou,
    "log-iou": log_iou,
    "boundary-edge": edge_difference,
    "boundary-distance": boundary_distance,
}


def weighted_sum(
    weights: Mapping[str, float],
    logits_NHW: Tensor,
    truth_NHW: Tensor,
    known_NHW: Tensor | None = None,
    *,
    losses: Mapping[str, Loss] = LOSSES,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the sum of weighted losses, and each of them by name without its weight; means over objects.

    `losses` may hold other settings: LOSSES | {"focal": partial(focal, gamma=5)}. Raise TrainingError for a name
    that is not in there, or for no name at all, and ShapeError where there is no object.
    """
    unknown = [name for name in weights if name not in losses]
    if unknown or not weights:
        got = f"{unknown[0]!r}" if unknown else "none"
        raise TrainingError(f"Expected losses among {', '.join(losses)}, got {got}.")
    if not len(logits_NHW):
        raise ShapeError("Expected logits and truth of at least one object, got none.")
    parts = {name: losses[name](logits_NHW, truth_NHW, known_NHW).mean() for name in weights}
    weighted = [weight * parts[name] for name, weight in weights.items()]
    return torch.stack(weighted).sum(), parts


def _checked(logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """Return all three in one floating type, at least float32; known is 1 or 0."""
    shapes = [tuple(given.shape) for given in (logits_NHW, truth_NHW, known_NHW) if given is not None]
    if logits_NHW.ndim != 3 or len(set(shapes)) > 1:
        raise ShapeError(f"Expected logits, truth and known of one shape (N, H, W), got {shapes}.")
    if logits_NHW.dtype in (torch.float16, torch.bfloat16):
        logits_NHW = logits_NHW.float()
    known_NHW = torch.ones_like(logits_NHW) if known_NHW is None else (known_NHW > 0).to(logits_NHW.dtype)
    return logits_NHW, truth_NHW.to(logits_NHW.dtype), known_NHW


def _entropy(logits_NHW: Tensor, truth_NHW: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits_NHW, truth_NHW, reduction="none")


def _mean(values_NHW: Tensor, known_NHW: Tensor) -> Tensor:
    """Return the mean_N over known pixels, 0 without any."""
    return (values_NHW * known_NHW).sum(dim=(1, 2)) / known_NHW.sum(dim=(1, 2)).clamp(min=1)


def _sides(logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return probability_NP and truth_NP, 0 where void."""
    logits_NHW, truth_NHW, known_NHW = _checked(logits_NHW, truth_NHW, known_NHW)
    return (logits_NHW.sigmoid() * known_NHW).flatten(1), (truth_NHW * known_NHW).flatten(1)


def _overlap_and_union(logits_NHW: Tensor, truth_NHW: Tensor, known_NHW: Tensor | None) -> tuple[Tensor, Tensor]:
    probability_NP, truth_NP = _sides(logits_NHW, truth_NHW, known_NHW)
    overlap_N = (probability_NP * truth_NP).sum(dim=1)
    return overlap_N, probability_NP.sum(dim=1) + truth_NP.sum(dim=1) - overlap_N


def _squared_distance(seeds_NHW: Tensor) -> Tensor:
    """Return squared_NHW (int32), the squared distance of each pixel to its nearest seed; large without seeds.

    Exact, in two passes as in Felzenszwalb and Huttenlocher (2012): within columns by the nearest seed above and
    below, then across columns by trying every offset that can still be nearer.
    """
    _, height, width = seeds_NHW.shape
    far = height + width
    rows_H1 = torch.arange(height, dtype=torch.int32, device=seeds_NHW.device)[:, None]
    above_NHW = torch.where(seeds_NHW, rows_H1, -far).cummax(dim=1).values
    below_NHW = torch.where(seeds_NHW, rows_H1, height + far).flip(1).cummin(dim=1).values.flip(1)
    column_NHW = torch.minimum(rows_H1 - above_NHW, below_NHW - rows_H1).square()
    nearest_NHW = column_NHW.clone()
    for offset in range(1, width):
        if offset * offset >= int(nearest_NHW.max()):
            break
        left_NHW, right_NHW = nearest_NHW[..., offset:], nearest_NHW[..., :-offset]
        torch.minimum(left_NHW, column_NHW[..., :-offset] + offset * offset, out=left_NHW)
        torch.minimum(right_NHW, column_NHW[..., offset:] + offset * offset, out=right_NHW)
    return nearest_NHW
