"""All that is said of one object, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import box_of_mask
from masklet.core.errors import PromptError
from masklet.core.values import Box, MaskPrompt, Points, Prompt

Edges = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Given:
    """Points on and beside the object, the box around it, the mask known of it; in pixels of the picture."""

    positive_P2: FloatArray
    negative_Q2: FloatArray
    box_xyxy: Edges | None
    mask_HW: BoolArray | None

    @property
    def has_points(self) -> bool:
        """Whether there is any point."""
        return bool(len(self.positive_P2) + len(self.negative_Q2))

    @property
    def region_xyxy(self) -> Edges | None:
        """Where the object is, as far as box and mask say; None where there are points alone."""
        if self.box_xyxy is not None:
            return self.box_xyxy
        own = None if self.mask_HW is None else box_of_mask(self.mask_HW)
        return None if own is None else self.around(own)

    def around(self, box_xyxy: Edges) -> Edges:
        """Return the box grown to hold all points on the object."""
        corners_K2 = np.vstack([np.reshape(box_xyxy, (2, 2)), self.positive_P2])
        (x1, y1), (x2, y2) = corners_K2.min(axis=0).tolist(), corners_K2.max(axis=0).tolist()
        return (x1, y1, x2, y2)


def gather(prompts: Sequence[Prompt]) -> Given:
    """Return what the prompts of one object say together: all points, the box around all boxes, the last mask.

    Raise PromptError where nothing says what belongs to the object.
    """
    points = [prompt for prompt in prompts if isinstance(prompt, Points)]
    xy_P2 = np.vstack([np.zeros((0, 2)), *(prompt.xy_P2 for prompt in points)])
    is_on_P = np.concatenate([np.zeros(0), *(prompt.labels_P for prompt in points)]) == 1
    boxes = np.array([prompt.xyxy for prompt in prompts if isinstance(prompt, Box)])
    masks = [prompt.mask_HW for prompt in prompts if isinstance(prompt, MaskPrompt)]
    box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()) if len(boxes) else None
    if box is None and not masks and not is_on_P.any():
        raise PromptError(
            f"Expected a point on object {prompts[0].object_id}, a box or a mask, got only points beside it."
        )
    return Given(xy_P2[is_on_P], xy_P2[~is_on_P], box, masks[-1] if masks else None)
