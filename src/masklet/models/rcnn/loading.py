"""From a file of torchvision's layout to a detector."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from masklet.core.values import Detections, Frame
from masklet.models.detr.names import class_names
from masklet.models.layers.device import choose_device
from masklet.models.layers.state_files import read_state
from masklet.models.rcnn.layout import build
from masklet.models.rcnn.library import detection
from masklet.models.runtime import Precision
from masklet.models.wanted import Wanted


@dataclass(frozen=True, kw_only=True)
class Rcnn:
    """A detector; `restricted` gives one with the same network that returns less.

    The network sizes pictures itself (shorter side 800, longer 1333 at most) and drops what scores below 0.05.
    """

    network: nn.Module
    names: dict[int, str]
    """By class number; numbers that stand for no class are not there."""
    wanted: Wanted
    device: torch.device
    bf16: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names it returns."""
        return self.wanted.names

    def restricted(self, classes: Collection[str] | None = None, threshold: float | None = None) -> Rcnn:
        """Return a detector of these classes and scores only, sharing the network.

        Raise ModelError for a class it does not know or a threshold outside 0 to 1.
        """
        return Rcnn(
            network=self.network,
            names=self.names,
            wanted=self.wanted.restricted(classes, threshold),
            device=self.device,
            bf16=self.bf16,
        )

    @torch.inference_mode()
    def detect(self, frame: Frame) -> Detections:
        """Return what is in the frame, best first, boxes in its pixels and clipped to it."""
        pixels_3HW = torch.tensor(frame.image_HW3).permute(2, 0, 1).to(self.device).float() / 255
        pixels_3HW = _no_thinner(pixels_3HW, self.network.transform.max_size)  # type: ignore[union-attr, arg-type]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            (found,) = self.network([pixels_3HW])
        labels_N = [self.names.get(number, "") for number in found["labels"].tolist()]
        boxes_N4, scores_N = (found[part].float().cpu().numpy() for part in ("boxes", "scores"))
        return self.wanted.select(boxes_N4, scores_N, labels_N, frame.size_HW)


def load(
    weights: Path,
    *,
    name: str,
    threads: int | None = None,
    precision: Precision = "auto",
    device: str | None = None,
) -> Rcnn:
    """Return faster-rcnn or mask-rcnn with the weights of a file, a state dict of either layout of torchvision.

    With 91 classes it is COCO's that it knows, else they are called `class 1` and so on. Masks of Mask R-CNN are
    not computed: detections are boxes. `threads` are torch's, of the whole process. `precision`: auto computes in
    f32. `device`: by default a GPU where torch sees one. Raise WeightsError for a damaged file or that of another
    network.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    place = choose_device(device or "auto")
    network = build(name, read_state(weights), weights)
    if name == "mask-rcnn":
        heads = network.roi_heads
        heads.mask_roi_pool = heads.mask_head = heads.mask_predictor = None  # type: ignore[union-attr]
    names = _names(network.roi_heads.box_predictor.cls_score.out_features)  # type: ignore[union-attr, arg-type]
    return Rcnn(
        network=network.to(place).eval(),
        names=names,
        wanted=Wanted(known=tuple(dict.fromkeys(names.values())), origin=str(weights)),
        device=place,
        bf16=precision == "bf16",
    )


def _no_thinner(pixels_3HW: Tensor, longest: int) -> Tensor:
    """Return the picture, with black beside a line so thin that nothing would be left of it, made so long."""
    _, height, width = pixels_3HW.shape
    least = -(-max(height, width) // longest)
    return functional.pad(pixels_3HW, (0, max(least - width, 0), 0, max(least - height, 0)))


def _names(count: int) -> dict[int, str]:
    of_coco = detection.FasterRCNN_ResNet50_FPN_Weights.COCO_V1.meta["categories"]
    if count == len(of_coco):
        return class_names(dict(enumerate(of_coco)))
    return {number: f"class {number}" for number in range(1, count)}
