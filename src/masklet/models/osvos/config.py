"""How OSVOS learns one object, and how it looks at frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from masklet.core.errors import ModelError

Augmentation = Literal["none", "flip", "dream"]


@dataclass(frozen=True, kw_only=True)
class OnlineConfig:
    """Online training on the frames of which the object's mask is known; ends by steps, time or patience."""

    steps: int = 400
    """Steps at most; 0 leaves the parent as it is."""
    seconds: float | None = 60.0
    """Time at most, preparation included; none: all steps, and the same numbers on every run."""
    patience: int | None = None
    """Steps in which the mean loss has to fall by a hundredth, or learning ends; none: it goes on."""
    batch_size: int = 2
    """Views of a step."""
    optimiser: Literal["adam", "sgd"] = "adam"
    """sgd is with momentum 0.9, biases at twice the rate, `fuse` at a hundredth, as in the paper's code."""
    learning_rate: float = 5e-4
    backbone_lr_factor: float = 0.7
    """Learning rate of the backbone as a share of the head's (adam)."""
    frozen_parts: int | None = None
    """First parts of the backbone that stay as they are: blocks of MobileNetV2, stages of VGG16; none: 3 and 0."""
    weight_decay: float = 2e-4
    summed: bool = False
    """The loss is a sum over pixels, as the paper's learning rate of 1e-8 wants it, in place of a mean."""
    balance: float = 0.0
    """Power of the weights that make a small object count as much as all beside it: 1 as in the paper, 0: pixels
    weigh alike."""
    average: float = 0.97
    """Decay of the average of the weights over steps, which is what segments; 0: the last weights."""
    augmentation: Augmentation = "dream"
    """none; flip: mirrored, turned, scaled; dream: object and background moved apart besides (lucid dreaming)."""
    dreamt: float = 0.25
    """Share of views in which object and background are moved apart."""
    view_share: float = 0.7
    """A view's sides as a share of the looked-at frame's."""
    zoom: tuple[float, float] = (0.7, 1.3)
    """How much a view is enlarged against the frame as it is looked at."""
    rim: int = 0
    """Pixels on both sides of the object's outline that do not count."""
    others_weight: float = 4.0
    """How much more a pixel that is known to be of another object counts."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 0 or self.batch_size < 1 or not self.learning_rate > 0:
            raise ModelError(
                "Expected steps of 0 or more, a batch_size of 1 or more and a learning_rate above 0, got "
                f"{self.steps}, {self.batch_size} and {self.learning_rate}."
            )
        if self.seconds is not None and not self.seconds > 0:
            raise ModelError(f"Expected seconds above 0 or none for online training, got {self.seconds}.")


PAPER = OnlineConfig(
    steps=10000,
    seconds=None,
    batch_size=5,
    optimiser="sgd",
    learning_rate=1e-8,
    summed=True,
    balance=1.0,
    frozen_parts=0,
    average=0.0,
    augmentation="flip",
    view_share=1.0,
    zoom=(0.75, 1.25),
)
"""OSVOS as published (Caelles et al. 2017) and as P2 trains it: SGD at 1e-8 on summed losses."""


BALANCED_THRESHOLD, EVEN_THRESHOLD = 200 / 255, 0.35
"""Where probabilities are cut, of networks that learned by a balanced loss and by one that weighs pixels alike."""


@dataclass(frozen=True, kw_only=True)
class OsvosConfig:
    """Settings of the tracker."""

    online: OnlineConfig = OnlineConfig()
    short_side: int = 480
    """Shorter side in pixels at which frames are looked at; smaller frames are not enlarged."""
    mirrored: bool = False
    """Look at every frame twice, once mirrored, and take the mean."""
    threshold: float | None = None
    """Probability from which a pixel belongs to the object; none: 0.35 where pixels weigh alike, 200/255, as in
    P2's code, where the loss is balanced, which errs towards the object."""
    sure: float = 0.95
    """Separate parts without a pixel of this probability are left out."""
    fragments: float = 0.1
    """Separate parts smaller than this share of the largest are left out; 0: all stay."""
    coarser: tuple[float, ...] = (0.571, 0.333)
    """Sizes, against the first look, at which a frame is looked at again for objects that have grown: there, a
    part counts that is larger than the object was by the square of the shrinking. (): never."""
    most_examples: int = 10
    """Prompted frames of an object that are learned from: the first and the latest ones."""

    @property
    def decided_at(self) -> float:
        """The probability from which a pixel belongs to the object."""
        return self.threshold_after(self.online.balance)

    def threshold_after(self, balance: float) -> float:
        """Return the threshold for a network that learned by a loss balanced so."""
        if self.threshold is not None:
            return self.threshold
        return BALANCED_THRESHOLD if balance else EVEN_THRESHOLD
