"""How a frame becomes what a network that labels pixels looks at, and how its logits come back.

Shapes: H W pixels of the frame, h w pixels of the part of the canvas that shows it, L classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import FloatArray, UInt8Array
from masklet.core.errors import ModelError

_PADDING_3 = (124, 116, 104)
"""The mean colour of ImageNet (RGB), which networks see as nothing."""
_LONGEST = 4
"""A longer side is brought to so many times the shorter one at most."""


@dataclass(frozen=True, kw_only=True)
class InputSize:
    """Which sizes of pictures a network is given. They are padded at the right and below, nothing is stretched."""

    shorter_side: int | None = None
    """What the frame's shorter side is brought to; none: it is taken as it is."""
    multiple: int = 32
    """Sides of the canvas are a multiple of it ..."""
    beyond: int = 0
    """... and so many pixels more: 8 and 1 for networks whose corner cells lie in the picture's corners."""

    def __post_init__(self) -> None:
        if self.multiple < 1 or not 0 <= self.beyond < max(self.multiple, 2):
            raise ModelError(
                "Expected sides to be a multiple of 1 or more and fewer pixels beyond it, "
                f"got {self.multiple} and {self.beyond}."
            )
        if self.shorter_side is not None and self.shorter_side < 1:
            raise ModelError(f"Expected a shorter side of 1 pixel or more, got {self.shorter_side}.")

    def shown(self, frame_HW: tuple[int, int]) -> tuple[int, int]:
        """Return h w of a frame's size.

        >>> InputSize(shorter_side=512).shown((1080, 1920)), InputSize().shown((360, 480))
        ((512, 910), (360, 480))
        """
        if self.shorter_side is None:
            return frame_HW
        factor = min(self.shorter_side / min(frame_HW), _LONGEST * self.shorter_side / max(frame_HW))
        height, width = (max(round(side * factor), 1) for side in frame_HW)
        return height, width

    def canvas_of(self, image_HW3: UInt8Array) -> tuple[UInt8Array, tuple[int, int]]:
        """Return the canvas (uint8, RGB) of a frame's picture, and h w of the part of it, top left, that shows it.

        >>> canvas, shown = InputSize(multiple=8, beyond=1).canvas_of(np.zeros((10, 17, 3), np.uint8))
        >>> canvas.shape, shown
        ((17, 17, 3), (10, 17))
        """
        frame_HW = image_HW3.shape[0], image_HW3.shape[1]
        height, width = shown = self.shown(frame_HW)
        part_hw3 = image_HW3
        if shown != frame_HW:
            import cv2

            way = cv2.INTER_AREA if height < frame_HW[0] else cv2.INTER_LINEAR
            part_hw3 = np.asarray(cv2.resize(image_HW3, (width, height), interpolation=way), np.uint8)
        sides = tuple(self._padded(side) for side in shown)
        if sides == shown:
            return np.ascontiguousarray(part_hw3), shown
        canvas_HW3 = np.empty((*sides, 3), np.uint8)
        canvas_HW3[:] = _PADDING_3
        canvas_HW3[:height, :width] = part_hw3
        return canvas_HW3, shown

    def _padded(self, side: int) -> int:
        cells = max(-(-(side - self.beyond) // self.multiple), 1)
        return cells * self.multiple + self.beyond


def restored(logits_Lhw: FloatArray, shown: tuple[int, int], frame_HW: tuple[int, int]) -> FloatArray:
    """Return logits_LHW (float32) at the size of the frame, bilinearly, from those of the whole canvas."""
    part_Lhw = logits_Lhw[:, : shown[0], : shown[1]]
    if shown == frame_HW:
        return np.ascontiguousarray(part_Lhw, np.float32)
    import cv2

    height, width = frame_HW
    planes = [cv2.resize(np.ascontiguousarray(plane_hw, np.float32), (width, height)) for plane_hw in part_Lhw]
    return np.stack([np.asarray(plane_HW, np.float32).reshape(height, width) for plane_HW in planes])


def best_of(logits_LHW: FloatArray) -> UInt8Array:
    """Return label_map_HW, the position of the largest logit of each pixel."""
    label_map_HW: UInt8Array = logits_LHW.argmax(axis=0).astype(np.uint8)
    return label_map_HW
