"""From what a network says of its queries to boxes.

Shapes: Q queries, C classes, K pairs that are kept.
"""

from __future__ import annotations

import torch
from torch import Tensor


def best_classes(logits_QC: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return queries_Q, classes_Q and scores_Q: one class for each query, the last of them being none.

    Carion et al., 2020, section 3: the probability of the best class that is one.
    """
    scores_Q, classes_Q = logits_QC.softmax(dim=1)[:, :-1].max(dim=1)
    return torch.arange(len(logits_QC), device=logits_QC.device), classes_Q, scores_Q


def best_pairs(logits_QC: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return queries_K, classes_K and scores_K: the best pairs of query and class, each scored by itself.

    Zhu et al., Deformable DETR, 2021 (arXiv:2010.04159), appendix A.2; a query may be there with several classes.
    """
    scores_K, positions_K = logits_QC.sigmoid().flatten().topk(min(count, logits_QC.numel()))
    classes = logits_QC.shape[1]
    return positions_K // classes, positions_K % classes, scores_K


def corners(boxes_K4: Tensor, size_HW: tuple[int, int]) -> Tensor:
    """Return boxes x1 y1 x2 y2 in pixels, from centre, width and height in shares of the picture."""
    height, width = size_HW
    centre_K2, extent_K2 = boxes_K4[:, :2], boxes_K4[:, 2:]
    ends_K4 = torch.cat([centre_K2 - extent_K2 / 2, centre_K2 + extent_K2 / 2], dim=1)
    return ends_K4 * torch.tensor([width, height, width, height], device=boxes_K4.device)
