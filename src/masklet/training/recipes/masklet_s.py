"""masklet-s, the tracker that masklet ships, and any tracker of its kind on masks of your own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from masklet.models.masklet_s.config import MaskletSConfig
from masklet.models.masklet_s.network import MaskletS, aggregate
from masklet.training.augment import TRACKER, at_size
from masklet.training.checkpoint import load_weights, read_weights, write_checkpoint
from masklet.training.clip_loss import clip_losses, follow, objects_of
from masklet.training.clip_sources import ClipSources, make_cache
from masklet.training.clips import CachedClip
from masklet.training.config import LoopConfig
from masklet.training.imagenet import fetch_backbone, fetched_backbone
from masklet.training.losses import hard_share
from masklet.training.tracker_clips import TrackerClips, TrackerData

_VALIDATION_MEMORIES = 6
"""Frames that a validation reads from, about as many as a session does."""


@dataclass(frozen=True, kw_only=True)
class Data(TrackerData):
    """Which clips, and what is made of them."""

    hidden: float = 0.15
    """Chance that the mask of the frame before is withheld from the decoder."""
    torn: float = 0.2
    """Chance that a part of what was found in a frame is missing from what is remembered of it."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the recipe is told."""

    backbone: Path | None = None
    """Weights of the backbone (torchvision's file of mobilenet_v2); none: fetched by name where the core is
    installed, else the backbone starts from nothing."""
    start_from: Path | None = None
    """Weights of an earlier run to go on from with new settings."""
    frozen_blocks: int = 3
    """Blocks of the backbone that stay as they are."""
    backbone_lr_factor: float = 0.1
    """Learning rate of the backbone as a share of that of the rest."""
    hardest: float = 0.3
    """Share of a clip's pixels, the hardest, that the cross entropy counts, once `hardest_from` is over."""
    hardest_from: int = 1500
    """Steps in which that share falls from 1."""
    sources: ClipSources = field(default_factory=ClipSources)
    data: Data = field(default_factory=Data)
    network: MaskletSConfig = field(default_factory=MaskletSConfig)
    loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(
            steps=8000,
            batch_size=3,
            learning_rate=4e-4,
            weight_decay=0.01,
            schedule="cosine",
            lowest_factor=0.02,
            warm_up=100,
            gradient_clip=3.0,
            ema_decay=0.999,
            workers=1,
        )
    )


class MaskletSTask:
    """Follow the objects of a clip's first frame, from real clips and from clips made of still pictures."""

    def __init__(self, settings: Settings, network: MaskletS) -> None:
        self.network: nn.Module = network
        self._settings = settings
        augmentation = at_size(TRACKER, (settings.data.size, settings.data.size))
        self._clips = TrackerClips(settings.data, augmentation, seed=settings.loop.seed)

    def sample(self, index: int) -> Mapping[str, Tensor]:
        """Return frames_T3HW (uint8) and labels_THW (uint8) of one clip."""
        frames_THW3, labels_THW = self._clips.sample(index)
        return {
            "frames": torch.from_numpy(np.ascontiguousarray(frames_THW3.transpose(0, 3, 1, 2))),
            "labels": torch.from_numpy(labels_THW),
        }

    def loss(self, batch: Mapping[str, Tensor], step: int) -> Mapping[str, Tensor]:
        """Return the loss of a batch and its parts, means over the frames after the first."""
        settings = self._settings
        labels_BTHW = batch["labels"]
        frames_BT3HW = batch["frames"].float() / 255
        objects = objects_of(labels_BTHW)
        hardest = hard_share(step, begin=0, end=settings.hardest_from, last=settings.hardest)
        assert isinstance(self.network, MaskletS)
        parts: dict[str, Tensor] = {}
        logits = follow(
            self.network,
            frames_BT3HW,
            objects.masks(labels_BTHW[:, 0]),
            objects,
            forget_before=settings.data.hidden,
            torn=settings.data.torn,
        )
        for moment, logits_KHW in enumerate(logits, start=1):
            for name, value in clip_losses(logits_KHW, labels_BTHW[:, moment], objects, hardest=hardest).items():
                parts[name] = parts.get(name, torch.zeros(())) + value / (labels_BTHW.shape[1] - 1)
        return {"loss": parts["entropy"] + parts["dice"], **parts}

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return the backbone's parameters and the others."""
        assert isinstance(self.network, MaskletS)
        backbone = [p for p in self.network.encode.backbone.parameters() if p.requires_grad]
        known = {id(parameter) for parameter in self.network.encode.backbone.parameters()}
        rest = [p for p in self.network.parameters() if id(p) not in known]
        groups: list[dict[str, Any]] = [{"params": rest}]
        return (
            [*groups, {"params": backbone, "lr_factor": self._settings.backbone_lr_factor}] if backbone else groups
        )

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Return the mean IoU over the objects and frames of each validation clip, and over the clips: `J`."""
        assert isinstance(network, MaskletS)
        by_clip = {f"J {clip.name}": _mean_iou(network, clip) for clip in self._clips.validation}
        return {"J": float(np.mean(list(by_clip.values()))), **by_clip} if by_clip else {}


def PREPARE(settings: Settings) -> None:
    """Make the clip cache where there is none, and have the backbone's weights at hand."""
    if settings.backbone is None:
        fetch_backbone()
    make_cache(settings.sources, settings.data.cache)


def finish(settings: Settings, out: Path) -> None:
    """Write graphs/NAME.encode.onnx and its like, which run without torch, and graphs/NAME.pt, which others can
    start from, at half precision; named as the run."""
    from masklet.models.masklet_s.export import export

    network = MaskletS(settings.network)
    best, name = out / "best.pt", out.resolve().name
    weights = read_weights(best if best.exists() else out / "last.pt")
    network.load_state_dict(weights)
    export(network, out / "graphs", name)
    halves = {part: weight.half() for part, weight in weights.items()}
    write_checkpoint(out / "graphs" / f"{name}.pt", {"ema": halves}, settings={})


def build(settings: Settings) -> MaskletSTask:
    """Return the task; the backbone starts from ImageNet, the rest from nothing."""
    torch.manual_seed(settings.loop.seed)
    network = MaskletS(settings.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if settings.start_from is not None:
        load_weights(network, settings.start_from)
    elif (backbone := settings.backbone or fetched_backbone()) is not None:
        network.encode.backbone.load_torchvision(backbone)
    network.encode.backbone.freeze(settings.frozen_blocks)
    return MaskletSTask(settings, network)


@torch.no_grad()
def _mean_iou(network: MaskletS, clip: CachedClip) -> float:
    """Follow the objects of a clip's first frame to its end; return the mean IoU of the frames after the first."""
    height, width = (side // 16 * 16 for side in clip.size_HW)
    frames_THW3, labels_THW = (array[:, :height, :width] for array in clip.read(range(clip.frame_count)))
    device = next(network.parameters()).device
    frames_1T3HW = torch.from_numpy(np.ascontiguousarray(frames_THW3.transpose(0, 3, 1, 2)))[None].to(device)
    labels_1THW = torch.from_numpy(labels_THW)[None].to(device)
    objects = objects_of(labels_1THW)
    first_KHW = objects.masks(labels_1THW[:, 0])
    ious: list[Tensor] = []
    followed = follow(network, frames_1T3HW.float() / 255, first_KHW, objects, most_memories=_VALIDATION_MEMORIES)
    for moment, logits_KHW in enumerate(followed, start=1):
        log_probability_KHW, log_background_KHW = aggregate(logits_KHW, objects.rivals_KK)
        best_KHW = log_probability_KHW == log_probability_KHW.amax(dim=0)
        found_KHW = best_KHW & (log_probability_KHW > log_background_KHW)
        truth_KHW = objects.masks(labels_1THW[:, moment]).bool()
        overlap_K = (found_KHW & truth_KHW).flatten(1).sum(dim=1)
        union_K = (found_KHW | truth_KHW).flatten(1).sum(dim=1)
        ious.append(torch.where(union_K > 0, overlap_K / union_K.clamp(min=1), 1.0))
    return float(torch.stack(ious).mean())
