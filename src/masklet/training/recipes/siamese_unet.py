"""Siamese U-Net and its baseline, the U-Net: each mask is drawn from the last one.

Source: P3, section 5 (squared Dice loss, or binary cross entropy; pictures made small in advance); besides, what
the report leaves open: clips of one sequence, last masks with faults, the network's own masks fed back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from masklet.models.unet.config import NetworkConfig
from masklet.models.unet.networks import Network, make_network
from masklet.training.augment import TRACKER, at_size
from masklet.training.checkpoint import load_weights, read_weights, write_checkpoint
from masklet.training.clip_sources import ClipSources, make_cache
from masklet.training.clips import CachedClip
from masklet.training.config import LoopConfig
from masklet.training.crop import Crop
from masklet.training.errors import TrainingError
from masklet.training.losses import weighted_sum
from masklet.training.mask_rollout import Rollout, roll_out
from masklet.training.settings import flatten, plain
from masklet.training.tracker_clips import TrackerClips, TrackerData

_CROP = Crop(fill=(0.25, 1.0), frame_share=(0.25, 1.0), all_objects=0.0, any_frame=0.5)


@dataclass(frozen=True, kw_only=True)
class Data(TrackerData):
    """Which clips, and what is made of them."""

    size: int = 192
    """Sides of a training crop in pixels; the network looks at a window in it."""
    length: int = 4
    most_gap: int = 2
    synthetic: float = 0.3
    pasted: float = 0.3
    most_objects: int = 1
    across_clips: bool = False
    """Whether a training clip may go on in the next clip of the cache, whose object is then taken for its own (as
    released)."""
    kept_megabytes: int = 2048
    """Decoded pictures that each worker keeps; 0: they are decoded whenever they are asked for."""


@dataclass(frozen=True, kw_only=True)
class Losses:
    """What the masks are trained by; 0 leaves one out."""

    squared_dice: float = 1.0
    """Weight of the squared Dice loss (P3, Eq. 4)."""
    bce: float = 1.0
    """Weight of the binary cross entropy."""

    def __post_init__(self) -> None:
        if min(self.squared_dice, self.bce) < 0 or not self.squared_dice + self.bce:
            raise TrainingError(
                f"Expected weights of losses of 0 or more and not all 0, got {self.squared_dice} and {self.bce}."
            )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the recipe is told."""

    start_from: Path | None = None
    """Weights of an earlier run to go on from with new settings."""
    sources: ClipSources = field(default_factory=ClipSources)
    data: Data = field(default_factory=Data)
    network: NetworkConfig = field(default_factory=lambda: NetworkConfig(width=0.5, dropout=0.0))
    rollout: Rollout = field(default_factory=Rollout)
    losses: Losses = field(default_factory=Losses)
    loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(
            steps=2500,
            batch_size=4,
            learning_rate=1e-3,
            weight_decay=1e-4,
            schedule="cosine",
            lowest_factor=0.02,
            warm_up=50,
            gradient_clip=3.0,
            ema_decay=0.99,
            workers=1,
        )
    )


class SiameseUNetTask:
    """Follow one object of a clip's first frame, each mask drawn from the last one."""

    def __init__(self, settings: Settings, network: nn.Module) -> None:
        self.network = network
        self._settings = settings
        size = settings.data.size
        augmentation = replace(at_size(TRACKER, (size, size)), crop=_CROP)
        self._clips = TrackerClips(
            settings.data,
            augmentation,
            seed=settings.loop.seed,
            across_clips=settings.data.across_clips,
            most_bytes=settings.data.kept_megabytes << 20,
        )

    def sample(self, index: int) -> Mapping[str, Tensor]:
        """Return frames_T3HW (uint8) and labels_THW (uint8; 1 on the object, 255 void) of one clip."""
        frames_THW3, labels_THW = self._clips.sample(index)
        return {
            "frames": torch.from_numpy(np.ascontiguousarray(frames_THW3.transpose(0, 3, 1, 2))),
            "labels": torch.from_numpy(labels_THW),
        }

    def loss(self, batch: Mapping[str, Tensor], step: int) -> Mapping[str, Tensor]:  # noqa: ARG002
        """Return the loss of a batch and its parts, means over the frames after the first."""
        weights = self._settings.losses
        by_name = {"squared-dice": weights.squared_dice, "bce": weights.bce}
        by_name = {name: weight for name, weight in by_name.items() if weight}
        frames_BT3HW = batch["frames"].float() / 255
        sums: dict[str, Tensor] = {}
        assert isinstance(self.network, Network)
        for drawn in roll_out(self.network, frames_BT3HW, batch["labels"], self._settings.rollout):
            loss, parts = weighted_sum(by_name, drawn.logits_Bhw, drawn.truth_Bhw, drawn.known_Bhw)
            for name, part in {"loss": loss, **parts}.items():
                sums[name] = sums.get(name, torch.zeros((), device=part.device)) + part
        return {name: total / (batch["labels"].shape[1] - 1) for name, total in sums.items()}

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Return the parameters, of which biases and norms do not decay."""
        decaying = [parameter for parameter in self.network.parameters() if parameter.ndim > 1]
        others = [parameter for parameter in self.network.parameters() if parameter.ndim <= 1]
        return [{"params": decaying}, {"params": others, "weight_decay": 0.0}]

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """Return the mean IoU over the frames of each validation clip, and over the clips: `J`."""
        assert isinstance(network, Network)
        by_clip = {
            f"J {clip.name}": _mean_iou(network, clip, self._settings.rollout) for clip in self._clips.validation
        }
        return {"J": float(np.mean(list(by_clip.values()))), **by_clip} if by_clip else {}


def PREPARE(settings: Settings) -> None:
    """Make the clip cache where there is none."""
    make_cache(settings.sources, settings.data.cache)


def finish(settings: Settings, out: Path) -> None:
    """Write NAME.pt, named as the run: the best weights, or the last ones, with what its sessions are to know."""
    best, name = out / "best.pt", out.resolve().name
    weights = read_weights(best if best.exists() else out / "last.pt")
    kept = {"network": settings.network, "rollout": settings.rollout}
    told = {f"{part}.{key}": value for part, each in kept.items() for key, value in plain(flatten(each)).items()}
    write_checkpoint(out / f"{name}.pt", {"ema": weights}, settings=told)


def build(settings: Settings) -> SiameseUNetTask:
    """Return the task; the network starts from nothing, or from `start_from`."""
    torch.manual_seed(settings.loop.seed)
    network = make_network(settings.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if settings.start_from is not None:
        load_weights(network, settings.start_from)
    return SiameseUNetTask(settings, network)


def _mean_iou(network: Network, clip: CachedClip, how: Rollout) -> float:
    """Follow the first object of a clip to its end by a session; return the mean IoU after the first frame."""
    from masklet.core.values import Frame, MaskPrompt
    from masklet.models.unet.config import SessionConfig
    from masklet.models.unet.runner import Runner
    from masklet.models.unet.session import UNetSession

    frames_THW3, labels_THW = clip.read(range(clip.frame_count))
    device = next(network.parameters()).device
    config = SessionConfig(size=how.size, margin=how.margin, first=how.first)
    session = UNetSession(Runner(network, device=device, dtype=torch.float32), config)
    truth_THW = labels_THW == min(clip.object_ids_by_frame[0])
    session.step(Frame(0, 0.0, frames_THW3[0]), [MaskPrompt(0, 1, truth_THW[0])])
    ious = []
    for index in range(1, clip.frame_count):
        found_HW = session.step(Frame(index, float(index), frames_THW3[index])).masks_NHW[0]
        union = int((found_HW | truth_THW[index]).sum())
        ious.append(int((found_HW & truth_THW[index]).sum()) / union if union else 1.0)
    return float(np.mean(ious))
