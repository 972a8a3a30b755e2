"""A network that labels pixels, run on frames.

Shapes: H W pixels of the frame, h w pixels of the canvas, L classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.core.label_space import LabelSpace
from masklet.core.values import Frame
from masklet.models.layers.semantic_card import SemanticCard
from masklet.models.layers.semantic_network import SemanticNetwork
from masklet.models.layers.semantic_view import best_of, restored


@dataclass(frozen=True, eq=False)
class TorchSemantic:
    """A `SemanticModel` around any `SemanticNetwork`, which is ready to run on a device."""

    network: SemanticNetwork
    card: SemanticCard
    device: torch.device
    dtype: torch.dtype = torch.float32
    """What it computes in; its scores are float32."""

    @property
    def label_space(self) -> LabelSpace:
        """The classes; a pixel's value in the label map is a position in it."""
        return self.card.label_space

    def scores(self, frame: Frame) -> FloatArray:
        """Return logits_LHW (float32) at the size of the frame; their softmax over L are probabilities."""
        logits_Lhw, shown = self._logits(frame)
        return restored(logits_Lhw.cpu().numpy(), shown, frame.size_HW)

    def label(self, frame: Frame) -> UInt8Array:
        """Return label_map_HW: the best class of every pixel."""
        logits_Lhw, shown = self._logits(frame)
        if shown == frame.size_HW:
            best_HW = logits_Lhw[:, : shown[0], : shown[1]].argmax(dim=0)
            return np.asarray(best_HW.to(torch.uint8).cpu().numpy())
        return best_of(restored(logits_Lhw.cpu().numpy(), shown, frame.size_HW))

    @torch.inference_mode()
    def _logits(self, frame: Frame) -> tuple[Tensor, tuple[int, int]]:
        """Return logits_Lhw of the canvas, and the size of the part of it that shows the frame."""
        canvas_hw3, shown = self.card.size.canvas_of(frame.image_HW3)
        image_13hw = torch.tensor(canvas_hw3).to(self.device).permute(2, 0, 1)[None].float()
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            logits_1Lhw = self.network(image_13hw)
        return logits_1Lhw[0, : len(self.label_space)].float(), shown
