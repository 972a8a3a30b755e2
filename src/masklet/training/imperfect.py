"""Masks as a tracker finds them: a little off, too large or too small, frayed, in parts, sometimes not at all.

A network that is only shown perfect masks of the frame before learns to copy them; one that has to mend them
learns to look. Randomness is torch's. Shapes: B masks, H W pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from masklet.training.clip_loss import left_by_tears

_BLUR = 5
"""Pixels over which the edge is softened before it is drawn anew."""
_WAVE = 8
"""Pixels from one bulge of a frayed edge to the next."""


@dataclass(frozen=True, kw_only=True)
class Imperfection:
    """How far a mask is from the truth; shares are of the object's own size, the square root of its area."""

    chance: float = 0.8
    """How often it is changed at all, but for being empty."""
    shift: float = 0.12
    """Most that it is moved along each side, as a share."""
    scale: float = 0.12
    """Most that it grows or shrinks, as a share."""
    frayed: float = 0.4
    """Most that the edge bulges, of 1, which is the step from outside to inside over a few pixels."""
    swollen: float = 0.35
    """Most that the edge moves outwards or inwards as a whole, likewise."""
    torn: float = 0.15
    """Chance that a part of it is missing."""
    empty: float = 0.04
    """Chance that it is empty."""


def imperfect(mask_BHW: Tensor, how: Imperfection) -> Tensor:
    """Return mask_BHW, 0 or 1: each of the masks (0 or 1) with faults of its own."""
    count = len(mask_BHW)
    soft_BHW = functional.avg_pool2d(_moved(mask_BHW, how)[:, None], _BLUR, 1, _BLUR // 2)[:, 0]
    waves_BHW = functional.interpolate(
        torch.randn(count, 1, *(max(side // _WAVE, 2) for side in mask_BHW.shape[1:]), device=mask_BHW.device),
        size=mask_BHW.shape[1:],
        mode="bilinear",
        align_corners=False,
    )[:, 0]
    frayed_BHW = soft_BHW + _evenly(count, 0, how.frayed, mask_BHW) * waves_BHW * (soft_BHW * (1 - soft_BHW) > 0)
    drawn_BHW = (frayed_BHW > 0.5 + _evenly(count, -how.swollen, how.swollen, mask_BHW)).float()
    torn_BHW = drawn_BHW * left_by_tears(drawn_BHW[:, None], how.torn)[:, 0]
    changed_B11 = _evenly(count, 0, 1, mask_BHW) < how.chance
    there_B11 = _evenly(count, 0, 1, mask_BHW) >= how.empty
    return torch.where(changed_B11, torn_BHW, mask_BHW) * there_B11


def _moved(mask_BHW: Tensor, how: Imperfection) -> Tensor:
    """Return the masks, moved and scaled about their middle."""
    count, height, width = mask_BHW.shape
    device = mask_BHW.device
    area_B = mask_BHW.flatten(1).sum(dim=1).clamp(min=1)
    y_H = torch.arange(height, device=device) * 2 / height + 1 / height - 1
    x_W = torch.arange(width, device=device) * 2 / width + 1 / width - 1
    middle_B2 = torch.stack([(mask_BHW.sum(dim=1) @ x_W) / area_B, (mask_BHW.sum(dim=2) @ y_H) / area_B], dim=1)
    sides_2 = torch.tensor([width, height], device=device)
    shift_B2 = torch.empty(count, 2, device=device).uniform_(-how.shift, how.shift)
    shift_B2 = shift_B2 * area_B.sqrt()[:, None] * 2 / sides_2
    grows_B = 1 + torch.empty(count, device=device).uniform_(-how.scale, how.scale)
    theta_B23 = torch.zeros(count, 2, 3, device=device)
    theta_B23[:, 0, 0] = theta_B23[:, 1, 1] = 1 / grows_B
    theta_B23[:, :, 2] = middle_B2 - (middle_B2 + shift_B2) / grows_B[:, None]
    grid_BHW2 = functional.affine_grid(theta_B23, [count, 1, height, width], align_corners=False)
    return functional.grid_sample(mask_BHW[:, None], grid_BHW2, align_corners=False)[:, 0]


def _evenly(count: int, low: float, high: float, like: Tensor) -> Tensor:
    return torch.empty(count, 1, 1, device=like.device).uniform_(low, high)
