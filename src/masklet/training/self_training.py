"""A student that learns from its own average on pictures without labels, mixed with labelled ones or masked.

Sources: Tranheden et al., WACV 2021 (DACS: classes of a labelled picture pasted over an unlabelled one, all pixels
weighed by how many are sure); Olsson et al., WACV 2021 (ClassMix); Hoyer et al., CVPR 2023 (MIC: masked pictures).

Shapes: B batch, L classes, H W pixels, 3 is RGB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from masklet.core.arrays import BoolArray, UInt8Array
from masklet.core.label_space import VOID
from masklet.training.errors import TrainingError

Weighing = Literal["share", "pixel"]
HIDDEN_COLOUR = (124, 116, 104)
"""Of hidden pixels, RGB: ImageNet's mean, which tells a network nothing."""


@dataclass(frozen=True, kw_only=True)
class TeacherConfig:
    """What a student is asked, and how far its teacher, the average of its weights, is believed."""

    sure: float = 0.968
    """Probability from which on the teacher is sure of a pixel."""
    weighing: Weighing = "share"
    """share: every pixel counts as much as the share of its picture's pixels that are sure (DACS); pixel: pixels
    that are sure count, the others do not."""
    mixed: float = 1.0
    """Weight of pictures over which half the classes of a labelled one are pasted; 0: none are made."""
    masked: float = 0.0
    """Weight of pictures of which blocks are hidden; 0: none are made."""
    block: int = 32
    """Pixels along a block."""
    hidden: float = 0.5
    """Share of the blocks that are hidden."""

    def __post_init__(self) -> None:
        if not (0 <= self.sure <= 1 and 0 <= self.hidden <= 1 and self.block >= 1):
            raise TrainingError(
                "Expected sure and hidden from 0 to 1 and blocks of 1 pixel or more, got "
                f"{self.sure}, {self.hidden} and {self.block}."
            )
        if min(self.mixed, self.masked) < 0 or not self.mixed + self.masked:
            raise TrainingError(
                f"Expected weights of mixed and masked pictures from 0 on and not both 0, got {self.mixed} "
                f"and {self.masked}."
            )


@dataclass(frozen=True, eq=False)
class PseudoLabels:
    """What the teacher says."""

    labels_BHW: Tensor
    """uint8; VOID beyond the picture."""
    sureness_BHW: Tensor
    """How much each counts, from 0 to 1."""


@torch.no_grad()
def pseudo_labels(logits_BLHW: Tensor, there_BHW: Tensor, config: TeacherConfig) -> PseudoLabels:
    """Return the best class of every pixel that is there, and how much it counts."""
    probability_BHW, best_BHW = logits_BLHW.float().softmax(dim=1).max(dim=1)
    is_sure_BHW = ((probability_BHW >= config.sure) & there_BHW).float()
    if config.weighing == "share":
        share_B = is_sure_BHW.sum(dim=(1, 2)) / there_BHW.sum(dim=(1, 2)).clamp(min=1)
        is_sure_BHW = share_B[:, None, None].expand_as(is_sure_BHW)
    return PseudoLabels(best_BHW.to(torch.uint8).masked_fill(~there_BHW, VOID), is_sure_BHW)


def classes_to_paste(labels_HW: UInt8Array, rng: np.random.Generator) -> BoolArray:
    """Return pasted_HW: where the labelled picture has one of the classes that were drawn, half of those it has.

    Of an odd number one more is drawn; without any class nothing is pasted.
    """
    classes = np.unique(labels_HW[labels_HW != VOID])
    drawn = rng.choice(classes, size=(len(classes) + 1) // 2, replace=False) if len(classes) else classes
    return np.isin(labels_HW, drawn)


def paste_classes(source_HW3: UInt8Array, target_HW3: UInt8Array, pasted_HW: BoolArray) -> UInt8Array:
    """Return the target with the source over it where that is pasted."""
    return np.where(pasted_HW[..., None], source_HW3, target_HW3)


def mixed_labels(labels_BHW: Tensor, pseudo: PseudoLabels, pasted_BHW: Tensor) -> PseudoLabels:
    """Return the labels of mixed pictures: what was pasted is sure, the rest as sure as the teacher."""
    return PseudoLabels(
        torch.where(pasted_BHW, labels_BHW, pseudo.labels_BHW),
        torch.where(pasted_BHW, 1.0, pseudo.sureness_BHW),
    )


def hide_blocks(image_HW3: UInt8Array, rng: np.random.Generator, config: TeacherConfig) -> UInt8Array:
    """Return the picture with each block hidden by a draw of its own."""
    height, width = image_HW3.shape[:2]
    rows, columns = -(-height // config.block), -(-width // config.block)
    hidden = rng.random((rows, columns)) < config.hidden
    hidden_HW = hidden.repeat(config.block, axis=0).repeat(config.block, axis=1)[:height, :width]
    return np.where(hidden_HW[..., None], np.array(HIDDEN_COLOUR, np.uint8), image_HW3)
