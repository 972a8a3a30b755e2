"""A network that labels pixels, adapted to a new camera or another light without labels: DANN, ADDA, mean teacher.

Sources: P1, section 2.3 (DANN, equations 2.1 and 2.2); Tzeng et al., CVPR 2017 (ADDA); Tranheden et al., WACV 2021
and Hoyer et al., CVPR 2023 (a teacher, mixed and masked pictures).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from masklet.core.label_space import VOID, LabelSpace
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.training.adapting import Adda, Dann, DannConfig, Method, Name, Parts, SourceOnly, Teacher
from masklet.training.augment import SEMANTIC, augment, recolour
from masklet.training.clips import CachedClip, ClipFolder
from masklet.training.config import LoopConfig
from masklet.training.crop import FreeCrop
from masklet.training.errors import TrainingError
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
from masklet.training.label_pictures import Balance, LabelPictures, UnlabelledPictures, matching
from masklet.training.label_sources import LabelSources, make_label_cache, make_unlabelled_cache
from masklet.training.self_training import TeacherConfig, classes_to_paste, hide_blocks, paste_classes


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is adapted to; labels that it may have are never looked at."""

    pictures: tuple[str, ...] = ()
    """Names of pictures in the cache, '*' standing for anything; none: all of `cache`."""
    cache: Path | None = None
    """Cache they are in, made from `video` where there is none; none: that of the source."""
    video: Path | None = None
    """A video, or a folder of pictures, without labels."""
    every: int = 10
    """Take every so-manieth frame of it."""


@dataclass(frozen=True, kw_only=True)
class Data:
    """Which pictures, and what is made of them."""

    cache: Path = Path("labelled")
    """Cache of pictures with classes; made from `sources` where there is none."""
    source: tuple[str, ...] = ("*",)
    """Names of the pictures whose labels are learnt from, '*' standing for anything; those of `validation` and of
    the target are left out."""
    validation: tuple[str, ...] = ()
    """Names of pictures to measure on: of the target, where somebody has labelled it. Several names are measured
    each by itself, too."""
    size_HW: tuple[int, int] = (256, 256)
    """Height and width of a training crop in pixels."""
    scale: tuple[float, float] = (0.7, 1.5)
    """Smallest and largest scale of the cached picture in it."""
    balance: Balance = field(default_factory=Balance)
    kept_megabytes: int = 1024
    """Decoded pictures that each worker keeps."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the recipe is told."""

    method: Name = "teacher"
    """source: no adaptation; dann: reversed gradient; adda: an encoder of the target; teacher: pseudo-labels."""
    network: str = "semantic-s"
    """A network that labels pixels."""
    start_from: Path | None = None
    """NAME.pt of `masklet train semantic`, of the same network and classes; none: from a backbone of ImageNet."""
    backbone: Path | None = None
    """ImageNet weights of its backbone; none: fetched by name where the core is installed, else from nothing."""
    backbone_lr_factor: float = 0.3
    """Learning rate of what comes from ImageNet as a share of that of the rest."""
    discriminator_lr_factor: float = 1.0
    """Learning rate of the discriminator, where a method has one, as a share of that of the network."""
    class_weights: Weighing = "log"
    """How much classes weigh by their share of the source's pixels: equal, log (ENet) or median."""
    hard: HardPixels = field(default_factory=lambda: HardPixels(probability=1.0))
    dann: DannConfig = field(default_factory=DannConfig)
    teacher: TeacherConfig = field(default_factory=TeacherConfig)
    sources: LabelSources = field(default_factory=LabelSources)
    target: Target = field(default_factory=Target)
    data: Data = field(default_factory=Data)
    loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(
            steps=400,
            batch_size=4,
            learning_rate=1e-4,
            weight_decay=0.01,
            schedule="poly",
            warm_up=20,
            gradient_clip=3.0,
            ema_decay=0.99,
            workers=1,
        )
    )


class AdaptTask:
    """Adapt a network to pictures without labels."""

    def __init__(
        self,
        settings: Settings,
        folder: ClipFolder,
        method: Method,
        *,
        source: LabelPictures,
        target: list[CachedClip],
    ) -> None:
        self.network: nn.Module = method.parts
        self._settings, self._method = settings, method
        self._label_space = folder.label_space
        data = settings.data
        self._validation = {pattern: matching(folder, [pattern]) for pattern in data.validation}
        self._source = source
        self._target = None if settings.method == "source" else UnlabelledPictures(target)
        self._augmentation = replace(SEMANTIC, size_HW=data.size_HW, crop=FreeCrop(scale=data.scale))

    def sample(self, index: int) -> Mapping[str, Tensor]:
        """Return image_3HW and labels_HW of the source and, but for the method source, target_3HW.

        Of the method teacher also there_HW, true where the target's picture is, and mixed_3HW with pasted_HW and
        masked_3HW, where they are wanted.
        """
        rng = np.random.default_rng((self._settings.loop.seed, index))
        drawn = self._source.draw(rng)
        images_1HW3, labels_1HW = augment(
            drawn.image_HW3[None], drawn.labels_HW[None], rng, self._augmentation, around=drawn.around
        )
        made = {"image": as_batch(images_1HW3)[0], "labels": torch.from_numpy(labels_1HW[0])}
        if self._target is None:
            return made
        drawn = self._target.draw(rng)
        if self._settings.method != "teacher":
            target_1HW3, _ = augment(drawn.image_HW3[None], drawn.labels_HW[None], rng, self._augmentation)
            return {**made, "target": as_batch(target_1HW3)[0]}
        plain = replace(self._augmentation, colours=())
        target_1HW3, there_1HW = augment(drawn.image_HW3[None], drawn.labels_HW[None], rng, plain)
        made |= {"target": as_batch(target_1HW3)[0], "there": torch.from_numpy(there_1HW[0] != VOID)}
        config = self._settings.teacher
        if config.mixed:
            pasted_HW = classes_to_paste(labels_1HW[0], rng)
            mixed_HW3 = paste_classes(images_1HW3[0], target_1HW3[0], pasted_HW)
            made |= {
                "mixed": as_batch(recolour(mixed_HW3[None], rng))[0],
                "pasted": torch.from_numpy(pasted_HW),
            }
        if config.masked:
            shown_HW3 = hide_blocks(recolour(target_1HW3, rng)[0], rng, config)
            made["masked"] = as_batch(shown_HW3[None])[0]
        return made

    def loss(self, batch: Mapping[str, Tensor], step: int) -> Mapping[str, Tensor]:
        """Return the loss of a batch and its parts, as the method says."""
        return self._method.loss(batch, step)

    def take_average(self, average: nn.Module) -> None:
        """Hand the moving average to a method that learns from it."""
        if isinstance(self._method, Teacher):
            self._method.take_average(average)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return the backbone's parameters and the others; biases and norms do not decay."""
        told, segmenter = self._settings, self._method.parts.segmenter
        factor = backbone_factor(
            segmenter, told.backbone_lr_factor, start_from=told.start_from, backbone=told.backbone
        )
        return parameter_groups(
            self.network,
            segmenter,
            backbone_lr_factor=factor,
            others_lr_factor=told.discriminator_lr_factor,
        )

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Return mIoU, accuracy and IoU of each class over the pictures to measure on; of several names, too."""
        assert isinstance(network, Parts)
        if not self._validation:
            return {}
        classes = len(self._label_space)
        counted = {
            pattern: confusion(network.segmenter, clips, classes) for pattern, clips in self._validation.items()
        }
        figures = dict(figures_of(np.sum(list(counted.values()), axis=0), self._label_space))
        if len(counted) > 1:
            for pattern, counts_LM in counted.items():
                of_these = figures_of(counts_LM, self._label_space)
                figures |= {f"{name} {pattern}": value for name, value in of_these.items()}
        return dict(sorted(figures.items(), key=lambda figure: not figure[0].startswith("mIoU")))


def PREPARE(settings: Settings) -> None:
    """Make the caches where there are none, and have the backbone's weights at hand."""
    fetch_start(settings.network, start_from=settings.start_from, backbone=settings.backbone)
    make_label_cache(settings.sources, settings.data.cache)
    target = settings.target
    if target.cache is not None and target.video is not None:
        make_unlabelled_cache(
            target.video,
            target.cache,
            ClipFolder(settings.data.cache).label_space,
            every=target.every,
            short_side=settings.sources.short_side,
        )


def finish(settings: Settings, out: Path) -> None:
    """Write NAME.pt, named as the run: the best weights, or the last ones, with what their classes are."""
    label_space = ClipFolder(settings.data.cache).label_space
    write_trained(settings.network, _network(settings, label_space), label_space, out, part="segmenter.")


def build(settings: Settings) -> AdaptTask:
    """Return the task; the network starts from `start_from`, or from a backbone of ImageNet."""
    torch.manual_seed(settings.loop.seed)
    data = settings.data
    folder = ClipFolder(data.cache, most_bytes=data.kept_megabytes << 20)
    network = _network(settings, folder.label_space)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    target = _target_of(settings, folder)
    source = _source_of(settings, folder, target)
    label_loss = LabelLoss.made(settings.hard, settings.class_weights, source.pixels_L)
    method = _method(settings, network, label_loss, classes=len(folder.label_space))
    return AdaptTask(settings, folder, method, source=source, target=target)


def _network(settings: Settings, label_space: LabelSpace) -> SemanticNetwork:
    return start_network(settings.network, label_space, start_from=settings.start_from, backbone=settings.backbone)


def _source_of(settings: Settings, folder: ClipFolder, target: list[CachedClip]) -> LabelPictures:
    data = settings.data
    measured = matching(folder, data.validation)
    taken = [*measured, *(target if settings.target.cache is None else ())]
    return LabelPictures(matching(folder, data.source, without=taken), data.balance)


def _target_of(settings: Settings, folder: ClipFolder) -> list[CachedClip]:
    target = settings.target
    if target.cache is not None:
        bytes_kept = settings.data.kept_megabytes << 20
        return matching(ClipFolder(target.cache, most_bytes=bytes_kept), target.pictures or ("*",))
    if not target.pictures:
        raise TrainingError(
            "Expected pictures to adapt to, got none; set target.pictures to names in data.cache, or target.cache "
            "with target.video."
        )
    return matching(folder, target.pictures)


def _method(settings: Settings, network: SemanticNetwork, label_loss: LabelLoss, *, classes: int) -> Method:
    match settings.method:
        case "source":
            return SourceOnly(network, label_loss)
        case "dann":
            return Dann(network, label_loss, settings.dann, steps=settings.loop.steps)
        case "adda":
            if settings.start_from is None:
                raise TrainingError(
                    "Expected start_from with the method adda, whose classifier stays as it was trained, got none."
                )
            return Adda(network)
        case "teacher":
            return Teacher(network, label_loss, settings.teacher, classes=classes)
