"""How masklet-s is trained on clips: the network follows the objects of a first frame, as it will be used.

Shapes: B clips, T frames, N places for objects in a clip, K objects of all clips, H W pixels, h w cells of 4
pixels, P cells of 16 pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from masklet.models.masklet_s.network import FrameCode, MaskletS, affinity, aggregate, others, place, placed
from masklet.training.clips import VOID
from masklet.training.losses import dice_of_probabilities, hardest_mean

CELL = 4
_TEAR = (0.3, 1.2)
"""Area of a disk that is missing, as a share of the mask's."""
_NEVER_EMPTY = 1e-6


@dataclass(frozen=True)
class Objects:
    """The objects of a batch, one after the other: clip_K is the clip of each, id_K its label in that clip."""

    clip_K: Tensor
    id_K: Tensor

    @property
    def rivals_KK(self) -> Tensor:
        """1 where two objects are of one clip."""
        return (self.clip_K[:, None] == self.clip_K[None, :]).float()

    def masks(self, labels_BHW: Tensor) -> Tensor:
        """Return masks_KHW, float, of one moment."""
        return (labels_BHW[self.clip_K] == self.id_K[:, None, None]).float()


def objects_of(labels_BTHW: Tensor) -> Objects:
    """Return the objects that are on the first frames; there must be one."""
    clips, ids = [], []
    for clip, labels_HW in enumerate(labels_BTHW[:, 0]):
        found = [int(value) for value in labels_HW.unique() if value not in (0, VOID)]
        clips += [clip] * len(found)
        ids += found
    device = labels_BTHW.device
    return Objects(torch.tensor(clips, device=device), torch.tensor(ids, device=device))


def follow(
    network: MaskletS,
    frames_BT3HW: Tensor,
    first_masks_KHW: Tensor,
    objects: Objects,
    *,
    forget_before: float = 0.0,
    torn: float = 0.0,
    most_memories: int | None = None,
) -> Iterator[Tensor]:
    """Yield logits_KHW of every frame after the first, each read from the frames before it: all of them, or at
    most so many, the first, the latest (the one whose cells have a place) and others evenly between.

    `forget_before` is the chance that an object's mask of the frame before is withheld from the decoder, so
    that it learns to find what was lost. `torn` is the chance that a part is missing from what was found, and so
    from what is remembered, that it learns to take back a part that it had left out.
    """
    clips, length = frames_BT3HW.shape[:2]
    rivals_KK = objects.rivals_KK
    codes = network.encode(frames_BT3HW.flatten(0, 1))
    start_B = torch.arange(clips, device=frames_BT3HW.device) * length
    probability_K1hw = functional.avg_pool2d(first_masks_KHW[:, None], CELL)
    rows, columns = codes.skip16.shape[-2:]
    place_4P = place(rows, columns, frames_BT3HW.device)
    keys: list[Tensor] = []
    values: list[Tensor] = []
    for moment in range(1, length):
        before = codes.of(start_B[objects.clip_K] + moment - 1)
        keys.append(codes.key_BRP[start_B + moment - 1])
        values.append(_remembered(network, before, probability_K1hw, rivals_KK))
        now = codes.of(start_B[objects.clip_K] + moment)
        lasting = _spread_out(moment, most_memories)[: max(moment - 1, 1)]
        key_BQM = torch.cat([*(placed(keys[n], None) for n in lasting), placed(keys[-1], place_4P)], dim=2)
        weight_BMP = affinity(codes.query_BQP[start_B + moment], key_BQM)
        value_KCM = torch.cat([*(values[n] for n in lasting), values[-1]], dim=2)
        readout_KCP = value_KCM @ weight_BMP[objects.clip_K].to(value_KCM.dtype)
        kept_K111 = (torch.rand(len(probability_K1hw), 1, 1, 1, device=start_B.device) >= forget_before).float()
        seen_K1hw = probability_K1hw * kept_K111
        logits_K1hw = network.decode(
            readout_KCP.reshape(*readout_KCP.shape[:2], *now.skip16.shape[-2:]),
            now.skip16,
            now.skip8,
            now.skip4,
            seen_K1hw,
            others(seen_K1hw[:, 0], rivals_KK)[:, None],
        ).float()
        log_probability_Khw, _ = aggregate(logits_K1hw[:, 0], rivals_KK)
        probability_K1hw = log_probability_Khw.exp()[:, None]
        if torn:
            probability_K1hw = probability_K1hw * left_by_tears(probability_K1hw.detach(), torn)
        yield functional.interpolate(logits_K1hw, scale_factor=CELL, mode="bilinear", align_corners=False)[:, 0]


def left_by_tears(mask_K1hw: Tensor, chance: float) -> Tensor:
    """Return left_K1hw: 0 in a disk about a point of the mask, for so many of the objects, else 1.

    The disk covers between 0.3 and 1.2 times the mask's own area, so it takes away from a bite to most of it.
    """
    count, _, height, width = mask_K1hw.shape
    device = mask_K1hw.device
    middle_K = torch.multinomial(mask_K1hw.flatten(1) + _NEVER_EMPTY, 1)[:, 0]
    y_K, x_K = middle_K // width, middle_K % width
    square_Khw = (torch.arange(height, device=device)[None, :, None] - y_K[:, None, None]) ** 2 + (
        torch.arange(width, device=device)[None, None, :] - x_K[:, None, None]
    ) ** 2
    share_K = torch.empty(count, device=device).uniform_(*_TEAR)
    reach_K = mask_K1hw.flatten(1).sum(dim=1) * share_K / math.pi
    whole_K = torch.rand(count, device=device) >= chance
    left_Khw = (square_Khw > reach_K[:, None, None]) | whole_K[:, None, None]
    return left_Khw[:, None].float()


def _spread_out(count: int, most: int | None) -> list[int]:
    """Return at most `most` numbers from 0 to count - 1, the first, the last and others evenly between."""
    if most is None or count <= most:
        return list(range(count))
    return sorted({round(number * (count - 1) / (most - 1)) for number in range(most)})


def _remembered(network: MaskletS, code: FrameCode, probability_K1hw: Tensor, rivals_KK: Tensor) -> Tensor:
    others_K1hw = others(probability_K1hw[:, 0], rivals_KK)[:, None]
    value: Tensor = network.value(code.value8, code.value16, probability_K1hw, others_K1hw)
    return value


def clip_losses(logits_KHW: Tensor, labels_BHW: Tensor, objects: Objects, *, hardest: float) -> dict[str, Tensor]:
    """Return the parts of the loss of one moment, means over clips and over objects: `entropy` over objects and
    background, of the hardest share of each clip's pixels (bootstrapped, as in STCN), and `dice` of each object.

    Both see the probabilities that rivals share. Void pixels are never hard.
    """
    log_probability_KHW, log_background_KHW = aggregate(logits_KHW, objects.rivals_KK)
    truth_KP = objects.masks(labels_BHW).flatten(1)
    known_KP = (labels_BHW[objects.clip_K] != VOID).flatten(1).float()
    first_of_clip = {clip: position for position, clip in reversed(list(enumerate(objects.clip_K.tolist())))}
    firsts = torch.tensor(list(first_of_clip.values()), device=labels_BHW.device)
    likelihood_KP = truth_KP * log_probability_KHW.flatten(1)
    background_KP = (1 - objects.rivals_KK @ truth_KP) * log_background_KHW.flatten(1)
    entropy_BP = -((objects.rivals_KK @ likelihood_KP + background_KP) * known_KP)[firsts]
    dice_K = dice_of_probabilities(log_probability_KHW.exp().flatten(1) * known_KP, truth_KP * known_KP)
    return {"entropy": hardest_mean(entropy_BP, hardest).mean(), "dice": dice_K.mean()}
