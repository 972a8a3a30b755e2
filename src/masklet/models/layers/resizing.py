"""Bilinear resizing of features and logits.

Shapes: B batch, C channels, H W pixels, h w cells.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def resized(feature_BChw: Tensor, size_HW: tuple[int, int], *, align_corners: bool = False) -> Tensor:
    """Return feature_BCHW, brought to a size bilinearly; unchanged where it has that size.

    `align_corners`: whether the middles of the corner cells stay in the corners, or the borders of the picture.
    """
    if (feature_BChw.shape[2], feature_BChw.shape[3]) == size_HW:
        return feature_BChw
    return functional.interpolate(feature_BChw, size_HW, mode="bilinear", align_corners=align_corners)


def resized_like(feature_BChw: Tensor, like_BCHW: Tensor, *, align_corners: bool = False) -> Tensor:
    """Return feature_BCHW, brought to the size of another; see `resized`."""
    return resized(feature_BChw, (like_BCHW.shape[2], like_BCHW.shape[3]), align_corners=align_corners)
