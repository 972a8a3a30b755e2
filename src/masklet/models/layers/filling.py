"""What was behind an object: the hole that it leaves is filled with what surrounds it.

Shapes: H W pixels, 3 is RGB, values 0..255.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

COARSER = 4
"""Detail is what an average over so many pixels a side leaves out."""
FAINT = 20.0
"""Grey levels up to which detail is taken for texture."""


def grow(mask_HW: Tensor, pixels: int) -> Tensor:
    """Return mask_HW, bool, with every pixel added that has one within `pixels` rows and columns."""
    rows = mask_HW.clone()
    for step in range(1, pixels + 1):
        rows[step:] |= mask_HW[:-step]
        rows[:-step] |= mask_HW[step:]
    grown = rows.clone()
    for step in range(1, pixels + 1):
        grown[:, step:] |= rows[:, :-step]
        grown[:, :-step] |= rows[:, step:]
    return grown


def smooth_fill(image_3HW: Tensor, known_HW: Tensor) -> Tensor:
    """Return the image with unknown pixels interpolated from ever wider surroundings (push-pull).

    S. J. Gortler et al., "The Lumigraph", SIGGRAPH 1996, section 4.4: averages of known pixels are taken to
    coarser levels and pulled back where nothing is known. An image with no known pixel comes back grey.
    """
    known = known_HW[None, None].float()
    levels = [(image_3HW[None] * known, known)]
    while max(levels[-1][1].shape[-2:]) > 1:
        summed, weight = levels[-1]
        levels.append((_halved(summed), _halved(weight)))
    filled = torch.full_like(levels[-1][0], 127.0)
    for summed, weight in reversed(levels):
        guess = functional.interpolate(filled, weight.shape[-2:], mode="bilinear", align_corners=False)
        filled = summed + (1 - weight) * guess
    return filled[0]


def _halved(image_1CHW: Tensor) -> Tensor:
    return functional.avg_pool2d(image_1CHW, 2, ceil_mode=True)


def fill(image_3HW: Tensor, hole_HW: Tensor, known_HW: Tensor, rng: np.random.Generator) -> Tensor:
    """Return the image with the hole painted: colours from around it, texture from another place.

    Only pixels of known_HW are looked at. The texture is detail copied at the shift, of some drawn, that
    brings most known pixels into the hole.
    """
    if not bool(hole_HW.any()):
        return image_3HW
    smooth = smooth_fill(image_3HW, known_HW)
    # strong detail is an outline of something and would show as its ghost
    detail = (smooth - _coarse(smooth)).clamp(-FAINT, FAINT) * known_HW
    down, right = _best_shift(hole_HW, known_HW, rng)
    painted = (smooth + torch.roll(detail, (down, right), dims=(1, 2))).clamp(0, 255)
    return torch.where(hole_HW, painted, image_3HW)


def _coarse(image_3HW: Tensor) -> Tensor:
    small = functional.avg_pool2d(image_3HW[None], COARSER, ceil_mode=True)
    return functional.interpolate(small, image_3HW.shape[1:], mode="bilinear", align_corners=False)[0]


def _best_shift(hole_HW: Tensor, known_HW: Tensor, rng: np.random.Generator) -> tuple[int, int]:
    height, width = hole_HW.shape
    shifts = rng.integers((0, 0), (height, width), (8, 2)).tolist()
    few_hole, few_known = hole_HW[::4, ::4], known_HW[::4, ::4]  # a coarse look will do
    brought = [
        int((torch.roll(few_known, (down // 4, right // 4), dims=(0, 1)) & few_hole).sum())
        for down, right in shifts
    ]
    down, right = shifts[int(np.argmax(brought))]
    return down // 4 * 4, right // 4 * 4
