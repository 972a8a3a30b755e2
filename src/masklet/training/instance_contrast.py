"""A loss that tells instances apart: pixels of one person are to look like that person, not like the next one.

Shapes: B batch, C channels, H W pixels, P pixels of instances, N instances of a picture.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

VOID = 255
LEAST_PIXELS = 8
"""An instance of fewer pixels has no look."""


def instance_contrast(features_BCHW: Tensor, labels_BHW: Tensor, *, temperature: float = 0.1) -> Tensor:
    """Return the mean cross entropy of telling by its features which instance a pixel belongs to.

    Every instance (labels 1..254) is the mean of its normalised features; a pixel is asked for the likeliest by
    cosine over `temperature`, as prototypical networks do (Snell et al., NeurIPS 2017, equation 2). Pictures
    with fewer than two instances have nothing to tell apart; without any other the loss is 0.
    """
    features_BCHW = functional.normalize(features_BCHW.float(), dim=1)
    losses = [
        _of_picture(features_CHW, labels_HW, temperature)
        for features_CHW, labels_HW in zip(features_BCHW, labels_BHW, strict=True)
    ]
    found = [loss for loss in losses if loss is not None]
    return torch.stack(found).mean() if found else features_BCHW.sum() * 0


def _of_picture(features_CHW: Tensor, labels_HW: Tensor, temperature: float) -> Tensor | None:
    counts = torch.bincount(labels_HW.flatten().long(), minlength=VOID + 1)
    ids = [each for each in range(1, VOID) if counts[each] >= LEAST_PIXELS]
    if len(ids) < 2:
        return None
    by_instance = [features_CHW[:, labels_HW == each] for each in ids]
    means_NC = functional.normalize(torch.stack([each.mean(dim=1) for each in by_instance]), dim=1)
    losses_N = [
        functional.cross_entropy(
            (means_NC @ each).mT / temperature,
            torch.full((each.shape[1],), number, device=each.device),
        )
        for number, each in enumerate(by_instance)
    ]
    return torch.stack(losses_N).mean()
