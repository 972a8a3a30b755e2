"""How the U-Net trackers are trained on clips: as they will be used, each mask drawn from their own last one.

Shapes: B clips, T frames, H W pixels of the crop, h w of the square that the network looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from masklet.models.unet.features import FeatureNetwork, Features
from masklet.training.clips import VOID
from masklet.training.imperfect import Imperfection, imperfect

_LOST = 0.3
"""IoU of the last mask with the truth below which the next one is not drawn from it."""


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """How a clip is followed while the network learns; `size`, `margin` and `first` as in its sessions."""

    size: int = 96
    """Sides of the square that the network looks at."""
    margin: float | None = 0.5
    """Room on each side of the object, as a share of its larger side; none: the whole crop."""
    first: bool = True
    """Whether the first frame, with its true mask, stays in memory."""
    own: float = 0.7
    """Chance that a mask is drawn from the network's own last one, where that is not lost; else from a truth with
    faults."""
    rescaled: float = 0.25
    """Most that the window is larger or smaller than it would be, as a share."""
    imperfection: Imperfection = field(default_factory=Imperfection)


class Drawn(NamedTuple):
    """One moment of a rollout, as the network sees it."""

    logits_Bhw: Tensor
    truth_Bhw: Tensor
    """0 or 1."""
    known_Bhw: Tensor
    """False where void."""


def roll_out(network: FeatureNetwork, frames_BT3HW: Tensor, labels_BTHW: Tensor, how: Rollout) -> Iterator[Drawn]:
    """Yield what is drawn in every frame after the first; labels are 1 on the object, 255 where void."""
    mask_BTHW = (labels_BTHW == 1).float()
    void_BTHW = (labels_BTHW == VOID).float()
    first_box_B4 = _resized(boxes_around(mask_BTHW[:, 0], how.margin), how.rescaled)
    first_B4hw = cut(torch.cat([frames_BT3HW[:, 0], mask_BTHW[:, 0, None]], dim=1), first_box_B4, how.size)
    first: Features | None = None
    last_BHW = imperfect(mask_BTHW[:, 0], how.imperfection)
    for moment in range(1, labels_BTHW.shape[1]):
        box_B4 = _resized(boxes_around(last_BHW, how.margin), how.rescaled)
        shown = [frames_BT3HW[:, moment - 1], last_BHW[:, None], frames_BT3HW[:, moment]]
        shown += [mask_BTHW[:, moment, None], void_BTHW[:, moment, None]]
        seen_B9hw = cut(torch.cat(shown, dim=1), box_B4, how.size)
        before_B3hw, last_B1hw, now_B3hw = seen_B9hw[:, :3], seen_B9hw[:, 3:4], seen_B9hw[:, 4:7]
        truth_Bhw, known_Bhw = (seen_B9hw[:, 7] > 0.5).float(), seen_B9hw[:, 8] < 0.5
        new = [(now_B3hw, last_B1hw * network.config.prior), (before_B3hw, last_B1hw)]
        if how.first and first is None:
            new.append((first_B4hw[:, :3], first_B4hw[:, 3:]))
        now, latest, *encoded = _encoded(network, new)
        first = encoded[0] if encoded else first
        logits_B1hw = network.decode(now, [latest] if first is None else [first, latest])
        yield Drawn(logits_B1hw[:, 0], truth_Bhw, known_Bhw)
        last_BHW = _last(logits_B1hw.detach(), box_B4, mask_BTHW[:, moment], how)


def boxes_around(mask_BHW: Tensor, margin: float | None) -> Tensor:
    """Return box_B4 (x1 y1 x2 y2 in pixels) of what is looked at, as `models.unet.window.window_of` has it for
    one; the whole crop of an empty mask or where the margin is None."""
    count, height, width = mask_BHW.shape
    whole_B4 = mask_BHW.new_tensor([0, 0, width, height]).expand(count, 4)
    if margin is None:
        return whole_B4
    column_BW, row_BH = mask_BHW.amax(dim=1) > 0, mask_BHW.amax(dim=2) > 0
    (x1_B, x2_B), (y1_B, y2_B) = _ends(column_BW), _ends(row_BH)
    side_B = torch.maximum(x2_B - x1_B, y2_B - y1_B) * (1 + 2 * margin)
    box_B4 = _placed((x1_B + x2_B) / 2, (y1_B + y2_B) / 2, side_B, (height, width))
    return torch.where(column_BW.any(dim=1)[:, None], box_B4, whole_B4)


def cut(values_BCHW: Tensor, box_B4: Tensor, size: int) -> Tensor:
    """Return values_BChw: what is in each box, as a square of that size; beyond the border its pixels go on."""
    height, width = values_BCHW.shape[-2:]
    x1_B, y1_B, x2_B, y2_B = box_B4.unbind(dim=1)
    theta_B23 = _theta(
        (x2_B - x1_B) / width, (x1_B + x2_B) / width - 1, (y2_B - y1_B) / height, (y1_B + y2_B) / height - 1
    )
    grid_Bhw2 = functional.affine_grid(theta_B23, [len(box_B4), 1, size, size], align_corners=False)
    return functional.grid_sample(values_BCHW, grid_Bhw2, padding_mode="border", align_corners=False)


def pasted(values_BChw: Tensor, box_B4: Tensor, size_HW: Sequence[int]) -> Tensor:
    """Return values_BCHW: what `cut` took, back in its place; 0 elsewhere."""
    height, width = size_HW
    x1_B, y1_B, x2_B, y2_B = box_B4.unbind(dim=1)
    wide_B, tall_B = x2_B - x1_B, y2_B - y1_B
    theta_B23 = _theta(
        width / wide_B, (width - x1_B - x2_B) / wide_B, height / tall_B, (height - y1_B - y2_B) / tall_B
    )
    grid_BHW2 = functional.affine_grid(theta_B23, [len(box_B4), 1, height, width], align_corners=False)
    inside_BHW = grid_BHW2.abs().amax(dim=-1) <= 1
    values_BCHW = functional.grid_sample(values_BChw, grid_BHW2, padding_mode="border", align_corners=False)
    return values_BCHW * inside_BHW[:, None]


def _last(logits_B1hw: Tensor, box_B4: Tensor, truth_BHW: Tensor, how: Rollout) -> Tensor:
    """Return last_BHW that the next mask is drawn from: the network's own, or a truth with faults."""
    own_BHW = (pasted(logits_B1hw.sigmoid(), box_B4, truth_BHW.shape[1:])[:, 0] > 0.5).float()
    overlap_B = (own_BHW * truth_BHW).flatten(1).sum(dim=1)
    union_B = torch.maximum(own_BHW, truth_BHW).flatten(1).sum(dim=1)
    takes_own_B = (overlap_B >= _LOST * union_B) & (torch.rand_like(overlap_B) < how.own)
    return torch.where(takes_own_B[:, None, None], own_BHW, imperfect(truth_BHW, how.imperfection))


def _encoded(network: FeatureNetwork, pairs: Sequence[tuple[Tensor, Tensor]]) -> list[Features]:
    """Return the features of pictures with masks, encoded in one pass: batch norm sees them as one population, as
    it does when the network tracks."""
    pictures, masks = (torch.cat(each) for each in zip(*pairs, strict=True))
    features = network.encode(pictures.contiguous(memory_format=torch.channels_last), masks)
    return list(zip(*(level.chunk(len(pairs)) for level in features), strict=True))


def _resized(box_B4: Tensor, most: float) -> Tensor:
    """Return the boxes about the same middles, larger or smaller by chance."""
    factor_B1 = 1 + torch.empty(len(box_B4), 1, device=box_B4.device).uniform_(-most, most)
    middle_B2, half_B2 = (box_B4[:, :2] + box_B4[:, 2:]) / 2, (box_B4[:, 2:] - box_B4[:, :2]) / 2 * factor_B1
    return torch.cat([middle_B2 - half_B2, middle_B2 + half_B2], dim=1)


def _ends(found_BL: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first place that was found, and the one after the last."""
    length = found_BL.shape[1]
    number_L = torch.arange(length, device=found_BL.device)
    first_B = torch.where(found_BL, number_L, length).amin(dim=1)
    last_B = torch.where(found_BL, number_L, -1).amax(dim=1)
    return first_B.float(), (last_B + 1).float()


def _placed(x_B: Tensor, y_B: Tensor, side_B: Tensor, size_HW: tuple[int, int]) -> Tensor:
    """Return box_B4 about these middles, within the crop."""
    starts, ends = [], []
    for middle_B, length in ((x_B, size_HW[1]), (y_B, size_HW[0])):
        within_B = side_B.clamp(min=2, max=length)
        start_B = torch.minimum((middle_B - within_B / 2).clamp(min=0), length - within_B)
        starts.append(start_B)
        ends.append(start_B + within_B)
    return torch.stack([*starts, *ends], dim=1)


def _theta(scale_x_B: Tensor, shift_x_B: Tensor, scale_y_B: Tensor, shift_y_B: Tensor) -> Tensor:
    """Return theta_B23 of maps that scale and shift."""
    none_B = torch.zeros_like(scale_x_B)
    return torch.stack(
        [torch.stack([scale_x_B, none_B, shift_x_B], 1), torch.stack([none_B, scale_y_B, shift_y_B], 1)], 1
    )
