"""Which of the four masks of an object is its mask.

Shapes: N objects, h w pixels of the network's own masks.
"""

from __future__ import annotations

import torch
from torch import Tensor

SLACK = 0.05
"""What the score of a whole may lack of the best; chosen on objects of coco128, see docs/guides/sam.md."""


def one_of_four(logits_N4hw: Tensor, iou_N4: Tensor, is_ambiguous_N: Tensor, *, slack: float = SLACK) -> Tensor:
    """Return chosen_N: the first mask where prompts leave no doubt; else the largest of those of the other three
    whose score is the best or lacks no more than `slack` of it.

    A point on a shirt may mean the shirt or who wears it. The network is sure of either, so its scores, which
    differ by hundredths, do not tell; that something is pointed out to be followed tells for the whole.
    """
    area_N3 = (logits_N4hw[:, 1:] > 0).flatten(2).sum(dim=2)
    is_plausible_N3 = iou_N4[:, 1:] >= iou_N4[:, 1:].amax(dim=1, keepdim=True) - slack
    largest_N = 1 + torch.where(is_plausible_N3, area_N3, -1).argmax(dim=1)
    return torch.where(is_ambiguous_N, largest_N, 0)
