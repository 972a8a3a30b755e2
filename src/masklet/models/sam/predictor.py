"""A picture encoded once, and whatever is asked of it afterwards.

Shapes: N objects asked for, M masks of one, K points (`asked`), C channels, h w cells of the embedding or pixels
of the network's own masks (4 pixels of its square), H W pixels of the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.errors import PromptError
from masklet.models.sam.asked import Asked
from masklet.models.sam.choice import SLACK, one_of_four
from masklet.models.sam.mask_decoder import MASKS
from masklet.models.sam.network import Sam
from masklet.models.sam.square import Square

_AT_ONCE = 8
"""Objects in one run of the decoder; more of them take memory, and on processors more time each."""


@dataclass(frozen=True, eq=False)
class Embedding:
    """What the network sees in a picture, and how the picture lies in its square."""

    feature_1Chw: Tensor
    square: Square


@dataclass(frozen=True, eq=False)
class Prediction:
    """Masks of each object, how good the network thinks they are (an IoU, about 0 to 1), and its own logits."""

    masks_NMHW: BoolArray
    scores_NM: FloatArray
    logits_NMhw: FloatArray
    """One of them may be asked about again: `Asked.logits_hw`."""

    def best(self) -> Prediction:
        """Return the mask with the best score of each object alone (M = 1)."""
        rows, best_N = np.arange(len(self.scores_NM)), self.scores_NM.argmax(axis=1)
        parts = (self.masks_NMHW, self.scores_NM, self.logits_NMhw)
        return Prediction(*(part[rows, best_N][:, None] for part in parts))


class Predictor:
    """The network put to use: `embed` is the costly part, `predict` the cheap one."""

    def __init__(self, network: Sam, *, encoder_dtype: torch.dtype = torch.float32) -> None:
        self.network = network.eval()
        self._encoder_dtype = encoder_dtype

    def embed(self, image_HW3: UInt8Array) -> Embedding:
        """Return the embedding of an RGB picture of any size."""
        square = Square((image_HW3.shape[0], image_HW3.shape[1]), self.network.config.side)
        device, dtype = self.network.device, self._encoder_dtype
        with torch.no_grad(), torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            feature = self.network.encode(square.picture(image_HW3, device))
        return Embedding(feature.float(), square)

    def predict(
        self,
        embedding: Embedding,
        asked: Sequence[Asked],
        *,
        multimask: bool | None = None,
        slack: float = SLACK,
    ) -> Prediction:
        """Return masks of all objects; those with as many points go through the decoder together.

        `multimask`: True gives three masks each, best for a single point, which may mean a thing or its parts;
        False gives the one that is meant for prompts that leave no doubt. None gives one mask each, by
        `choice.one_of_four` with this `slack`; `Asked.is_ambiguous` says where there is doubt.
        """
        logits_N4hw, iou_N4 = self.decode(embedding, asked)
        if multimask is None:
            is_ambiguous = [one.is_ambiguous for one in asked]
            is_ambiguous_N = torch.tensor(is_ambiguous, dtype=torch.bool, device=iou_N4.device)
            chosen_NM = one_of_four(logits_N4hw, iou_N4, is_ambiguous_N, slack=slack)[:, None]
        else:
            chosen_M = torch.arange(1, MASKS) if multimask else torch.zeros(1, dtype=torch.long)
            chosen_NM = chosen_M.to(iou_N4.device).expand(len(asked), -1)
        rows_N1 = torch.arange(len(asked), device=iou_N4.device)[:, None]
        logits_NMhw, scores_NM = logits_N4hw[rows_N1, chosen_NM], iou_N4[rows_N1, chosen_NM]
        masks = [(embedding.square.logits(logits_Mhw) > 0).cpu().numpy() for logits_Mhw in logits_NMhw]
        return Prediction(
            masks_NMHW=np.array(masks, bool).reshape(*scores_NM.shape, *embedding.square.size_HW),
            scores_NM=scores_NM.cpu().numpy(),
            logits_NMhw=logits_NMhw.cpu().numpy(),
        )

    def decode(self, embedding: Embedding, asked: Sequence[Asked]) -> tuple[Tensor, Tensor]:
        """Return logits_N4hw of all four masks of each object and iou_N4, how good each is thought to be.

        Raise PromptError for a known mask of another size than the network's own.
        """
        codes = [one.code(embedding.square) for one in asked]
        side = embedding.square.mask_side
        logits_N4hw = embedding.feature_1Chw.new_zeros(len(asked), MASKS, side, side)
        iou_N4 = embedding.feature_1Chw.new_zeros(len(asked), MASKS)
        for positions in _alike([len(labels) for _, labels in codes]):
            known = [asked[position].logits_hw for position in positions]
            with torch.no_grad():
                logits_N4hw[positions], iou_N4[positions] = self.network.decode(
                    embedding.feature_1Chw.expand(len(positions), -1, -1, -1),
                    self._tensor(np.stack([codes[position][0] for position in positions]), torch.float32),
                    self._tensor(np.stack([codes[position][1] for position in positions]), torch.long),
                    *self._known(known, side),
                )
        return logits_N4hw, iou_N4

    def _known(self, known: Sequence[FloatArray | None], side: int) -> tuple[Tensor | None, Tensor | None]:
        """Return the logits of the masks known so far and of which objects there is one; None where of none."""
        if all(logits_hw is None for logits_hw in known):
            return None, None
        for logits_hw in known:
            if logits_hw is not None and logits_hw.shape != (side, side):
                raise PromptError(
                    f"Expected logits of a known mask of shape {(side, side)}, got {logits_hw.shape}; "
                    "`Square.known` makes them from a mask."
                )
        filled = [np.zeros((side, side)) if logits_hw is None else logits_hw for logits_hw in known]
        is_known = np.array([logits_hw is not None for logits_hw in known])
        return self._tensor(np.stack(filled), torch.float32), self._tensor(is_known, torch.bool)

    def _tensor(self, array: np.ndarray, dtype: torch.dtype) -> Tensor:
        return torch.from_numpy(array).to(self.network.device, dtype)


def _alike(counts: Sequence[int]) -> Iterator[list[int]]:
    """Yield the positions of equal counts together, so many as go through the decoder at once.

    A point that stands for none would change the others' masks, so counts are not brought to one.
    """
    for count in dict.fromkeys(counts):
        positions = [position for position, other in enumerate(counts) if other == count]
        for start in range(0, len(positions), _AT_ONCE):
            yield positions[start : start + _AT_ONCE]
