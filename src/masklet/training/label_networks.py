"""Networks that label pixels, by name, as training makes, starts, measures and writes them.

Shapes: B batch, L classes, H W pixels, 3 is RGB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from masklet.core.arrays import IntArray
from masklet.core.label_space import LabelSpace
from masklet.metrics.classes import class_iou, confusion_matrix, mean_iou, pixel_accuracy
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.semantic_view import InputSize
from masklet.models.semantic.files import read_semantic, write_semantic
from masklet.models.semantic.loading import read_network
from masklet.models.semantic.networks import make_network
from masklet.training.checkpoint import read_weights
from masklet.training.clips import CachedClip
from masklet.training.errors import TrainingError
from masklet.training.imagenet import fetch_backbone, fetched_backbone

LIGHT = 10_000_000
"""Weights of a network that is also written as a graph, at most."""


def start_network(
    name: str, label_space: LabelSpace, *, start_from: Path | None, backbone: Path | None
) -> SemanticNetwork:
    """Return a network with the weights of a file, of `masklet train` or as its authors publish it, or with a
    backbone from ImageNet.

    Without either file the backbone is the fetched one, if there is any. Raise TrainingError where the file is for
    other classes, WeightsError where it is another network's or none.
    """
    if start_from is not None:
        file = read_network(start_from, name)
        if file.card.label_space.names != label_space.names:
            raise TrainingError(
                f"Expected weights for the classes of {label_space.name} in {start_from}, got those for "
                f"{file.card.label_space.name}."
            )
        return file.network
    network = make_network(name, len(label_space))
    found = backbone or (fetched_backbone(network.imagenet) if network.imagenet else None)
    if found is not None:
        network.load_torchvision(found)
    return network


def fetch_start(name: str, *, start_from: Path | None, backbone: Path | None) -> None:
    """Have at hand what `start_network` starts from; raise WeightsError where that cannot be had."""
    if start_from is None and backbone is None and (published := make_network(name, 1).imagenet):
        fetch_backbone(published)


def backbone_factor(
    network: SemanticNetwork, factor: float, *, start_from: Path | None, backbone: Path | None
) -> float:
    """Return the learning rate of what `from_imagenet` names, as a share of the rest's: 1 where it starts from
    nothing."""
    return factor if start_from or backbone or network.imagenet else 1.0


def write_trained(
    name: str, network: SemanticNetwork, label_space: LabelSpace, out: Path, *, part: str = ""
) -> None:
    """Write NAME.pt, named as the run's folder: the run's best weights, or its last, and what its classes are.

    Of a light network also NAME.onnx with NAME.json, which run without torch. `network` is one that was made as
    the run's was; `part` is that of the weights which label pixels.
    """
    best, path = out / "best.pt", out / f"{out.resolve().name}.pt"
    weights = read_weights(best if best.exists() else out / "last.pt")
    network.load_state_dict(
        {key.removeprefix(part): value for key, value in weights.items() if key.startswith(part)}
    )
    write_semantic(path, name, network, label_space)
    if sum(parameter.numel() for parameter in network.parameters()) <= LIGHT:
        from masklet.models.semantic.export import export

        export(network, read_semantic(path).card, path)


def parameter_groups(
    network: nn.Module, segmenter: SemanticNetwork, *, backbone_lr_factor: float, others_lr_factor: float = 1.0
) -> list[dict[str, Any]]:
    """Return the optimiser's groups of what learns in a network that is a segmenter or has it as a part.

    The segmenter's backbone learns by a factor of its own, and so do other parts than the segmenter; biases and
    norms do not decay.
    """
    factor_of = dict.fromkeys(map(id, segmenter.parameters()), 1.0)
    for part in segmenter.backbone_parts():
        factor_of |= dict.fromkeys(map(id, part.parameters()), backbone_lr_factor)
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for parameter in network.parameters():
        if parameter.requires_grad:
            factor = factor_of.get(id(parameter), others_lr_factor)
            groups.setdefault((factor, parameter.ndim > 1), []).append(parameter)
    return [
        {"params": parameters, "lr_factor": factor, **({} if decays else {"weight_decay": 0.0})}
        for (factor, decays), parameters in groups.items()
    ]


@torch.no_grad()
def confusion(network: SemanticNetwork, clips: Sequence[CachedClip], classes: int) -> IntArray:
    """Return the `confusion_matrix` of all frames of the clips at their cached size, padded to whole cells as a
    `SemanticModel` pads them."""
    device = next(network.parameters()).device
    size = InputSize(multiple=network.multiple, beyond=network.beyond)
    counts_LM = np.zeros((classes, classes + 1), dtype=np.int64)
    for clip in clips:
        for number in range(clip.frame_count):
            images_1HW3, labels_1HW = clip.read([number])
            canvas_hw3, (height, width) = size.canvas_of(images_1HW3[0])
            logits_1Lhw = network(as_batch(canvas_hw3[None]).to(device).float())
            found_HW = logits_1Lhw[0, :classes, :height, :width].argmax(dim=0).to(torch.uint8).cpu().numpy()
            counts_LM += confusion_matrix(found_HW, labels_1HW[0], classes)
    return counts_LM


def as_batch(images_BHW3: np.ndarray) -> Tensor:
    """Return image_B3HW as it was given, uint8."""
    return torch.from_numpy(np.ascontiguousarray(images_BHW3.transpose(0, 3, 1, 2)))


def figures_of(counts_LM: IntArray, label_space: LabelSpace) -> Mapping[str, float]:
    """Return `mIoU`, `accuracy` and the `IoU` of each class; NaN of one that nobody saw, which no mean counts."""
    by_class = zip(label_space.names, class_iou(counts_LM).tolist(), strict=True)
    return {
        "mIoU": mean_iou(counts_LM),
        "accuracy": pixel_accuracy(counts_LM),
        **{f"IoU {name}": iou for name, iou in by_class},
    }
