"""What labels of pixels are trained by: cross entropy of the known pixels, of all of them or the hard ones.

Shapes: B batch, L classes, H W pixels, P pixels in a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.errors import ShapeError
from masklet.core.label_space import VOID
from masklet.training.errors import TrainingError

Weighing = Literal["equal", "log", "median"]


@dataclass(frozen=True, kw_only=True)
class HardPixels:
    """Which pixels are learnt from (online hard example mining)."""

    probability: float = 0.7
    """A pixel is hard where the network gives its class no more than this; 1: all pixels are."""
    least: float = 0.1
    """Share of a batch's known pixels that are learnt from at least: the hardest ones."""

    def __post_init__(self) -> None:
        if not (0 <= self.probability <= 1 and 0 <= self.least <= 1):
            raise TrainingError(
                f"Expected a probability and a least share of hard pixels from 0 to 1, got {self.probability} "
                f"and {self.least}."
            )


def label_entropy(
    logits_BLHW: Tensor,
    labels_BHW: Tensor,
    *,
    hard: HardPixels | None = None,
    class_weights_L: Tensor | None = None,
    sureness_BHW: Tensor | None = None,
) -> Tensor:
    """Return -log p of each known pixel's class, the mean over the batch's pixels; 0 without any known one.

    Labels are uint8, VOID is not known. `hard`: only these pixels count (Shrivastava et al., CVPR 2016). Class
    weights make it a weighted mean. `sureness`, from 0 to 1, multiplies a pixel's loss and leaves its share of the
    mean: what nobody is sure of teaches less. Logits of half precision are taken as float32. Raise ShapeError
    where shapes do not belong together.
    """
    batch, _, height, width = logits_BLHW.shape
    given = [tuple(each.shape) for each in (labels_BHW, sureness_BHW) if each is not None]
    if any(shape != (batch, height, width) for shape in given):
        raise ShapeError(f"Expected labels of {(batch, height, width)} for these logits, got {given}.")
    if logits_BLHW.dtype in (torch.float16, torch.bfloat16):
        logits_BLHW = logits_BLHW.float()
    entropy_BHW = functional.cross_entropy(logits_BLHW, labels_BHW.long(), ignore_index=VOID, reduction="none")
    known_BHW = labels_BHW != VOID
    counted_BHW = known_BHW if hard is None else known_BHW & _hard(entropy_BHW.detach(), known_BHW, hard)
    weight_BHW = counted_BHW.to(entropy_BHW.dtype)
    if class_weights_L is not None:
        of_void = class_weights_L.new_zeros(VOID + 1 - len(class_weights_L))
        weight_BHW = weight_BHW * torch.cat([class_weights_L, of_void]).to(weight_BHW)[labels_BHW.long()]
    taught_BHW = weight_BHW if sureness_BHW is None else weight_BHW * sureness_BHW
    whole = weight_BHW.sum()
    return (entropy_BHW * taught_BHW).sum() / torch.where(whole > 0, whole, 1)


@dataclass(frozen=True, eq=False)
class LabelLoss:
    """`label_entropy` as a recipe is told to have it."""

    hard: HardPixels | None = None
    """Of pixels whose class somebody has drawn."""
    weight_L: Tensor | None = None

    @classmethod
    def made(cls, hard: HardPixels, weighing: Weighing, pixels_L: IntArray) -> LabelLoss:
        """Return the loss that weighs classes by how many pixels each has."""
        weight_L = class_weights(pixels_L, weighing)
        return cls(hard, None if weight_L is None else torch.from_numpy(weight_L).float())

    def __call__(self, logits_BLHW: Tensor, labels_BHW: Tensor) -> Tensor:
        """Return the loss against labels that were drawn."""
        return label_entropy(
            logits_BLHW, labels_BHW, hard=self.hard, class_weights_L=self._weights_on(logits_BLHW.device)
        )

    def guessed(self, logits_BLHW: Tensor, labels_BHW: Tensor, sureness_BHW: Tensor) -> Tensor:
        """Return the loss against labels that are more or less sure, all classes alike: what is guessed to be rare
        seldom is, and would be learnt the more."""
        return label_entropy(logits_BLHW, labels_BHW, sureness_BHW=sureness_BHW)

    def _weights_on(self, device: torch.device) -> Tensor | None:
        return None if self.weight_L is None else self.weight_L.to(device)


def _hard(entropy_BHW: Tensor, known_BHW: Tensor, hard: HardPixels) -> Tensor:
    """Return where the class has no more than the probability, and at least the least share of hardest pixels."""
    entropy_P = entropy_BHW[known_BHW]
    least = min(round(hard.least * len(entropy_P)), len(entropy_P))
    bound = -torch.log(torch.tensor(hard.probability, dtype=entropy_P.dtype, device=entropy_P.device))
    if least:
        bound = torch.minimum(bound, entropy_P.topk(least).values[-1])
    return entropy_BHW >= bound


def class_weights(pixels_L: IntArray, how: Weighing) -> FloatArray | None:
    """Return weight_L from how many pixels each class has, with a mean of 1 over the classes that have any.

    "log": 1 / log(1.02 + share) (ENet, arXiv:1606.02147, section 5.2); "median": median share / share (Eigen and
    Fergus, ICCV 2015, section 6.3.2); "equal": None. A class without pixels has weight 0.

    >>> class_weights(np.array([300, 100, 0]), "median").tolist()
    [0.5, 1.5, 0.0]
    """
    if how == "equal":
        return None
    there_L = pixels_L > 0
    share_L = pixels_L / max(int(pixels_L.sum()), 1)
    weight_L = np.zeros(len(pixels_L))
    if there_L.any():
        share_K = share_L[there_L]
        weight_K = 1 / np.log(1.02 + share_K) if how == "log" else np.median(share_K) / share_K
        weight_L[there_L] = weight_K / weight_K.mean()
    return weight_L
