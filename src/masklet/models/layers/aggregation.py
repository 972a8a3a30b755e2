"""How objects share the pixels: soft aggregation (Oh et al. 2019, STM, Eq. 3 and 4), for objects that may lie on
each other.

Shapes: N objects, H W pixels. `rivals_NN` is 1 where two objects may not have the same pixel, and on its diagonal.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_ALMOST = 1e-7


def aggregated(probability_NHW: Tensor, rivals_NN: Tensor) -> tuple[Tensor, Tensor]:
    """Return share_NHW of each object and of the background beside it, by the odds of the object, its rivals and
    the background. Where all are rivals that is a softmax of logits, and one background for all."""
    probability_NP = probability_NHW.flatten(1).clamp(max=1 - _ALMOST)
    empty_NP = (rivals_NN @ torch.log1p(-probability_NP)).exp()
    odds_NP, empty_odds_NP = (_odds(each) for each in (probability_NP, empty_NP))
    total_NP = empty_odds_NP + rivals_NN @ odds_NP
    share_NHW, background_NHW = (
        (each / total_NP).reshape(probability_NHW.shape) for each in (odds_NP, empty_odds_NP)
    )
    return share_NHW, background_NHW


def evidence(share_NHW: Tensor, background_NHW: Tensor, rivals_NN: Tensor) -> Tensor:
    """Return evidence_NHW: by how much an object has more of a pixel than its background and its best rival.

    Above 0 the pixel is the object's. Two neighbours' evidences are each other's negatives, so that interpolated
    masks leave neither gap nor overlap between them.

    >>> both = torch.ones(2, 2)
    >>> evidence(torch.tensor([[[0.6]], [[0.3]]]), torch.tensor([[[0.1]], [[0.1]]]), both).flatten().tolist()
    [0.300..., -0.300...]
    """
    best_NHW = background_NHW.clone()
    for position, rivals_N in enumerate(rivals_NN.tolist()):
        for other, rival in enumerate(rivals_N):
            if rival and other != position:
                torch.maximum(best_NHW[position], share_NHW[other], out=best_NHW[position])
    return share_NHW - best_NHW


def others(probability_NHW: Tensor, rivals_NN: Tensor) -> Tensor:
    """Return, for each object, the sum of its rivals."""
    sums_NP = rivals_NN @ probability_NHW.flatten(1)
    return sums_NP.reshape(probability_NHW.shape) - probability_NHW


def scores_of(share_NHW: Tensor, evidence_NHW: Tensor) -> list[float]:
    """Return the mean share of each object over the pixels that are its own, 0 where it has none."""
    own_NHW = evidence_NHW > 0
    sums_N = (share_NHW * own_NHW).sum(dim=(1, 2))
    scores: list[float] = (sums_N / own_NHW.sum(dim=(1, 2)).clamp(min=1)).tolist()
    return scores


def cover_of(share_NHW: Tensor, grid_hw: tuple[int, int]) -> Tensor:
    """Return cover_Nhw: the mean over each cell of a grid."""
    return functional.adaptive_avg_pool2d(share_NHW, grid_hw)


def _odds(probability: Tensor) -> Tensor:
    kept = probability.clamp(_ALMOST, 1 - _ALMOST)
    return kept / (1 - kept)
