"""A network of transformers as a detector."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from masklet.core.values import Detections, Frame
from masklet.models.detr.answer import best_classes, best_pairs, corners
from masklet.models.detr.families import Architecture
from masklet.models.detr.look import Look
from masklet.models.wanted import Wanted


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A network with what is to be known of it."""

    network: nn.Module
    architecture: Architecture
    look: Look
    names: Mapping[int, str]
    """By class number; numbers that stand for no class are not there."""
    device: torch.device
    bf16: bool = False


class DetrDetector:
    """A detector; `restricted` gives one with the same network that returns less."""

    def __init__(self, loaded: Loaded, wanted: Wanted) -> None:
        self._loaded = loaded
        self._wanted = wanted

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names it returns."""
        return self._wanted.names

    def restricted(self, classes: Collection[str] | None = None, threshold: float | None = None) -> DetrDetector:
        """Return a detector of these classes and scores only, sharing the network.

        Raise ModelError for a class it does not know or a threshold outside 0 to 1.
        """
        return DetrDetector(self._loaded, self._wanted.restricted(classes, threshold))

    def detect(self, frame: Frame) -> Detections:
        """Return what is in the frame, best first, boxes in its pixels and clipped to it."""
        logits_QC, boxes_Q4 = self._answer(frame)
        architecture = self._loaded.architecture
        if architecture.softmax:
            queries_K, classes_K, scores_K = best_classes(logits_QC)
        else:
            queries_K, classes_K, scores_K = best_pairs(logits_QC, architecture.best or len(logits_QC))
        boxes_K4 = corners(boxes_Q4[queries_K], frame.size_HW)
        labels_K = [self._loaded.names.get(number, "") for number in classes_K.tolist()]
        return self._wanted.select(boxes_K4.numpy(), scores_K.numpy(), labels_K, frame.size_HW)

    @torch.inference_mode()
    def _answer(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """Return logits_QC and boxes_Q4, centre and size in shares of the picture, in f32 on the processor."""
        loaded = self._loaded
        pixels_13HW = torch.from_numpy(loaded.look(frame.image_HW3)).to(loaded.device)
        asked = {"pixel_values": pixels_13HW}
        if loaded.architecture.masked:
            asked["pixel_mask"] = torch.ones((1, *pixels_13HW.shape[2:]), dtype=torch.long, device=loaded.device)
        with torch.autocast(loaded.device.type, torch.bfloat16, enabled=loaded.bf16):
            said = loaded.network(**asked)
        return said.logits[0].float().cpu(), said.pred_boxes[0].float().cpu()
