"""OSVOS's parent network: what is foreground, before it is said which object is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.models.osvos.files import read_network, write_network
from masklet.models.osvos.head import OsvosNetwork
from masklet.models.osvos.loss import osvos_loss
from masklet.models.osvos.mobile import MobileOsvos
from masklet.models.osvos.vgg import VggOsvos
from masklet.training.augment import AugmentConfig, at_size, augment
from masklet.training.checkpoint import read_weights
from masklet.training.clip_sources import ClipSources, make_cache
from masklet.training.clips import VOID, CachedClip, ClipFolder
from masklet.training.config import LoopConfig
from masklet.training.crop import Crop
from masklet.training.errors import TrainingError
from masklet.training.imagenet import fetch_backbone, fetched_backbone
from masklet.training.instance_contrast import instance_contrast
from masklet.training.transforms import ColourJitter, Flip, Tilt

PARENT = AugmentConfig(
    crop=Crop(fill=(0.1, 1.2), frame_share=(0.6, 1.1)),
    flips=(Flip(),),
    tilts=(Tilt(degrees=15, aspect=1.15),),
    colours=(ColourJitter(brightness=0.2, contrast=0.2, saturation=0.3, hue_degrees=10, gamma=0.1),),
)
_CELL = 4
"""Pixels a cell at which instances are told apart."""


@dataclass(frozen=True, kw_only=True)
class Data:
    """Which pictures, and what is made of them."""

    cache: Path = Path("clips")
    """Clip cache; made from `sources` where there is none."""
    validation: tuple[str, ...] = ()
    """Clips that are not trained on but validated on."""
    size_HW: tuple[int, int] = (256, 448)
    """Height and width of a training crop in pixels."""
    stills: float = 0.0
    """Share of samples that are single pictures; of the others every frame of every video is as likely."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the recipe is told."""

    network: Literal["mobile", "vgg16"] = "mobile"
    """Backbone; VGG16 starts from nothing or from `start_from`."""
    start_from: Path | None = None
    """The parent.pt of an earlier run, or a released file of VGG16, to go on from with new settings."""
    backbone_lr_factor: float = 0.3
    """Learning rate of the backbone as a share of that of the head."""
    sides: float = 1.0
    """Weight of the scales' own masks at the first step; it falls to 0 at the last one."""
    instances: float = 0.0
    """Weight of telling the instances of a picture apart: a parent of several persons."""
    sources: ClipSources = field(default_factory=ClipSources)
    data: Data = field(default_factory=Data)
    loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(
            steps=4000,
            batch_size=4,
            learning_rate=5e-4,
            weight_decay=0.01,
            schedule="cosine",
            lowest_factor=0.02,
            warm_up=100,
            gradient_clip=3.0,
            ema_decay=0.999,
            workers=1,
        )
    )


class OsvosTask:
    """Tell foreground from background in single frames."""

    def __init__(self, settings: Settings, network: OsvosNetwork) -> None:
        self.network: nn.Module = network
        self._settings = settings
        folder = ClipFolder(settings.data.cache, most_bytes=2 << 30)
        self._validation = [folder.named(name) for name in settings.data.validation]
        kept = [clip for clip in folder if clip.object_ids and clip.name not in settings.data.validation]
        self._videos = [clip for clip in kept if clip.frame_count > 1]
        self._stills = [clip for clip in kept if clip.frame_count == 1]
        if not kept:
            raise TrainingError(f"Expected clips with objects to train on in {settings.data.cache}, got none.")

    def sample(self, index: int) -> Mapping[str, Tensor]:
        """Return image_3HW (uint8) and labels_HW (uint8: 0 background, 255 void, else an instance)."""
        rng = np.random.default_rng((self._settings.loop.seed, index))
        data = self._settings.data
        still = self._stills and (not self._videos or rng.random() < data.stills)
        clips = self._stills if still else self._videos
        frames = np.array([clip.frame_count for clip in clips])
        clip = clips[int(rng.choice(len(clips), p=frames / frames.sum()))]
        images_1HW3, labels_1HW = clip.read([int(rng.integers(clip.frame_count))])
        images_1HW3, labels_1HW = augment(images_1HW3, labels_1HW, rng, at_size(PARENT, data.size_HW))
        image_3HW = torch.from_numpy(np.ascontiguousarray(images_1HW3[0].transpose(2, 0, 1)))
        return {"image": image_3HW, "labels": torch.from_numpy(labels_1HW[0])}

    def loss(self, batch: Mapping[str, Tensor], step: int) -> Mapping[str, Tensor]:
        """Return the loss of a batch and its parts (paper, section 3.3: supervision of the scales fades out)."""
        settings, network = self._settings, self.network
        assert isinstance(network, OsvosNetwork)
        image_B3HW, labels_BHW = batch["image"].float(), batch["labels"]
        image_B3HW = image_B3HW.contiguous(memory_format=torch.channels_last)
        truth_BHW = ((labels_BHW > 0) & (labels_BHW != VOID)).float()
        known_BHW = (labels_BHW != VOID).float()
        fading = settings.sides * max(0.0, 1 - step / settings.loop.steps)
        side_features = network.side_features(image_B3HW)
        size_HW = (image_B3HW.shape[2], image_B3HW.shape[3])
        logits = network.masks(side_features, size_HW, with_sides=fading > 0)
        parts = osvos_loss(logits, truth_BHW, known_BHW, sides=fading)
        if settings.instances:
            contrast = _told_apart(side_features, labels_BHW)
            parts |= {"loss": parts["loss"] + settings.instances * contrast, "instances": contrast}
        return parts

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return the head's parameters and the backbone's."""
        assert isinstance(self.network, OsvosNetwork)
        head = list(self.network.head_parameters())
        known = {id(parameter) for parameter in head}
        rest = [p for p in self.network.parameters() if p.requires_grad and id(p) not in known]
        return [{"params": head}, {"params": rest, "lr_factor": self._settings.backbone_lr_factor}]

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Return the mean IoU of foreground in each validation clip, and over the clips: `J`."""
        assert isinstance(network, OsvosNetwork)
        by_clip = {f"J {clip.name}": _mean_iou(network, clip) for clip in self._validation}
        return {"J": float(np.mean(list(by_clip.values()))), **by_clip} if by_clip else {}


def PREPARE(settings: Settings) -> None:
    """Make the clip cache where there is none, and have the backbone's weights at hand."""
    if settings.network == "mobile" and settings.start_from is None:
        fetch_backbone()
    make_cache(settings.sources, settings.data.cache)


def finish(settings: Settings, out: Path) -> None:
    """Write parent.pt, which `masklet track --model osvos --weights` takes, at half precision."""
    best = out / "best.pt"
    network = _network(settings)
    network.load_state_dict(read_weights(best if best.exists() else out / "last.pt"))
    write_network(network, out / "parent.pt", half=True)


def build(settings: Settings) -> OsvosTask:
    """Return the task; the backbone starts from ImageNet, the head from nothing."""
    torch.manual_seed(settings.loop.seed)
    network = _network(settings)
    if settings.start_from is not None:
        start = read_network(settings.start_from)
        if type(start) is not type(network):
            raise TrainingError(
                f"Expected weights of the network {settings.network} in {settings.start_from}, got the other's."
            )
        network = start
    elif isinstance(network, MobileOsvos) and (backbone := fetched_backbone()) is not None:
        network.backbone.load_torchvision(backbone)
    return OsvosTask(settings, network.to(memory_format=torch.channels_last))  # type: ignore[call-overload]


def _network(settings: Settings) -> OsvosNetwork:
    return MobileOsvos() if settings.network == "mobile" else VggOsvos()


def _told_apart(side_features: list[Tensor], labels_BHW: Tensor) -> Tensor:
    """Return `instance_contrast` of the features that the last layer sees, at `_CELL` pixels a cell."""
    size_hw = (labels_BHW.shape[1] // _CELL, labels_BHW.shape[2] // _CELL)
    features = [functional.interpolate(each, size_hw, mode="bilinear") for each in side_features]
    labels_Bhw = functional.interpolate(labels_BHW[:, None].float(), size_hw, mode="nearest")[:, 0].to(torch.uint8)
    return instance_contrast(torch.cat(features, dim=1), labels_Bhw)


@torch.no_grad()
def _mean_iou(network: OsvosNetwork, clip: CachedClip) -> float:
    device = next(network.parameters()).device
    ious = []
    for number in range(clip.frame_count):
        images_1HW3, labels_1HW = clip.read([number])
        image_13HW = torch.from_numpy(np.ascontiguousarray(images_1HW3.transpose(0, 3, 1, 2))).float().to(device)
        found_HW = (network(image_13HW).fused_BHW[0] > 0).cpu().numpy()
        known_HW = labels_1HW[0] != VOID
        truth_HW = (labels_1HW[0] > 0) & known_HW
        union = (found_HW & known_HW | truth_HW).sum()
        ious.append((found_HW & truth_HW).sum() / union if union else 1.0)
    return float(np.mean(ious))
