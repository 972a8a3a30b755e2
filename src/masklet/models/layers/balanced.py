"""The loss that lets a small object weigh as much as all that is around it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def balanced_entropy(
    logits_BHW: Tensor, truth_BHW: Tensor, weight_BHW: Tensor | None = None, *, balance: float = 1.0
) -> Tensor:
    """Return loss_B, -b sum over the object of w log p - (1 - b) sum beside it of w log(1 - p), over the sum of w.

    b is the share of the weight w (none: 1 everywhere, 0 for void pixels) that lies beside the object. Truth
    without an object gives 0, as does truth without background. `balance` is the power that b and 1 - b are raised
    to: 1 is as published, 0 weighs all pixels alike. Source: OSVOS (Caelles et al., CVPR 2017, equation 1), there
    a sum: a mean here, so that a learning rate means the same for every size of picture.
    """
    weight_BHW = torch.ones_like(logits_BHW) if weight_BHW is None else weight_BHW
    whole_B = weight_BHW.sum(dim=(1, 2)).clamp(min=1e-6)
    beside_B11 = ((1 - truth_BHW) * weight_BHW).sum(dim=(1, 2), keepdim=True) / whole_B[:, None, None]
    balance_BHW = truth_BHW * beside_B11**balance + (1 - truth_BHW) * (1 - beside_B11) ** balance
    entropy_BHW = functional.binary_cross_entropy_with_logits(logits_BHW, truth_BHW, reduction="none")
    return (balance_BHW * weight_BHW * entropy_BHW).sum(dim=(1, 2)) / whole_B
