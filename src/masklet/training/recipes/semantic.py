"""Networks that give every pixel a class: semantic-s and any other, on pictures with labels.

Cross entropy on crops of any scale (P1, A23), of all pixels or the hard ones, with auxiliary heads where a network
has them; classes that are rare are seen more often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from masklet.core.label_space import LabelSpace
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.training.augment import SEMANTIC, augment
from masklet.training.clips import ClipFolder
from masklet.training.config import LoopConfig
from masklet.training.crop import FreeCrop
from masklet.training.label_losses import HardPixels, LabelLoss, Weighing
from masklet.training.label_networks import (
    as_batch,
    backbone_factor,
    confusion,
    fetch_start,
    figures_of,
    parameter_groups,
    start_network,
    write_trained,
)
from masklet.training.label_pictures import Balance, LabelPictures, matching
from masklet.training.label_sources import LabelSources, make_label_cache


@dataclass(frozen=True, kw_only=True)
class Data:
    """Which pictures, and what is made of them."""

    cache: Path = Path("labelled")
    """Cache of pictures with classes; made from `sources` where there is none."""
    training: tuple[str, ...] = ("*",)
    """Names of the pictures to learn from, '*' standing for anything; those of `validation` are left out."""
    validation: tuple[str, ...] = ()
    """Names of the pictures to validate on."""
    size_HW: tuple[int, int] = (288, 288)
    """Height and width of a training crop in pixels."""
    scale: tuple[float, float] = (0.5, 2.0)
    """Smallest and largest scale of the cached picture in it."""
    balance: Balance = field(default_factory=Balance)
    kept_megabytes: int = 1024
    """Decoded pictures that each worker keeps."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the recipe is told."""

    network: str = "semantic-s"
    """A network that labels pixels."""
    backbone: Path | None = None
    """ImageNet weights of its backbone; none: fetched by name where the core is installed, else from nothing."""
    start_from: Path | None = None
    """NAME.pt of an earlier run, of the same network and classes, to go on from with new settings."""
    backbone_lr_factor: float = 0.3
    """Learning rate of what comes from ImageNet as a share of that of the rest."""
    auxiliary: float = 0.4
    """Weight of the loss of each auxiliary head."""
    class_weights: Weighing = "log"
    """How much classes weigh by their share of the pixels: equal, log (ENet) or median (median frequency)."""
    hard: HardPixels = field(default_factory=lambda: HardPixels(probability=1.0))
    sources: LabelSources = field(default_factory=LabelSources)
    data: Data = field(default_factory=Data)
    loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(
            steps=3000,
            batch_size=8,
            learning_rate=5e-4,
            weight_decay=0.01,
            schedule="poly",
            warm_up=100,
            gradient_clip=3.0,
            ema_decay=0.99,
            workers=1,
        )
    )


class SemanticTask:
    """Give every pixel its class."""

    def __init__(self, settings: Settings, folder: ClipFolder, network: SemanticNetwork) -> None:
        self.network: nn.Module = network
        self._settings = settings
        self._label_space = folder.label_space
        data = settings.data
        self._validation = matching(folder, data.validation)
        self._pictures = LabelPictures(matching(folder, data.training, without=self._validation), data.balance)
        self._augmentation = replace(SEMANTIC, size_HW=data.size_HW, crop=FreeCrop(scale=data.scale))
        self._label_loss = LabelLoss.made(settings.hard, settings.class_weights, self._pictures.pixels_L)

    def sample(self, index: int) -> Mapping[str, Tensor]:
        """Return image_3HW (uint8) and labels_HW (uint8, 255 void) of a crop."""
        rng = np.random.default_rng((self._settings.loop.seed, index))
        picture = self._pictures.draw(rng)
        images_1HW3, labels_1HW = augment(
            picture.image_HW3[None], picture.labels_HW[None], rng, self._augmentation, around=picture.around
        )
        return {"image": as_batch(images_1HW3)[0], "labels": torch.from_numpy(labels_1HW[0])}

    def loss(self, batch: Mapping[str, Tensor], step: int) -> Mapping[str, Tensor]:  # noqa: ARG002
        """Return the loss of a batch and, by name, that of each head; that of the network's own is `entropy`."""
        assert isinstance(self.network, SemanticNetwork)
        image_B3HW = batch["image"].float().contiguous(memory_format=torch.channels_last)
        heads = self.network.auxiliary(image_B3HW)
        losses = {name: self._label_loss(logits, batch["labels"]) for name, logits in heads.items()}
        entropy = losses.pop("logits")
        loss = entropy + self._settings.auxiliary * sum(losses.values(), torch.zeros_like(entropy))
        return {"loss": loss, "entropy": entropy, **losses}

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return the backbone's parameters and the others; biases and norms do not decay."""
        assert isinstance(self.network, SemanticNetwork)
        told = self._settings
        factor = backbone_factor(
            self.network, told.backbone_lr_factor, start_from=told.start_from, backbone=told.backbone
        )
        return parameter_groups(self.network, self.network, backbone_lr_factor=factor)

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Return mIoU, accuracy and IoU of each class over the pictures to validate on."""
        assert isinstance(network, SemanticNetwork)
        if not self._validation:
            return {}
        return figures_of(confusion(network, self._validation, len(self._label_space)), self._label_space)


def PREPARE(settings: Settings) -> None:
    """Make the cache where there is none, and have the backbone's weights at hand."""
    fetch_start(settings.network, start_from=settings.start_from, backbone=settings.backbone)
    make_label_cache(settings.sources, settings.data.cache)


def finish(settings: Settings, out: Path) -> None:
    """Write NAME.pt, named as the run: the best weights, or the last ones, with what their classes are."""
    label_space = ClipFolder(settings.data.cache).label_space
    write_trained(settings.network, _network(settings, label_space), label_space, out)


def build(settings: Settings) -> SemanticTask:
    """Return the task; the network starts from `start_from`, or from a backbone of ImageNet."""
    torch.manual_seed(settings.loop.seed)
    data = settings.data
    folder = ClipFolder(data.cache, most_bytes=data.kept_megabytes << 20)
    network = _network(settings, folder.label_space)
    return SemanticTask(settings, folder, network.to(memory_format=torch.channels_last))  # type: ignore[call-overload]


def _network(settings: Settings, label_space: LabelSpace) -> SemanticNetwork:
    return start_network(settings.network, label_space, start_from=settings.start_from, backbone=settings.backbone)
