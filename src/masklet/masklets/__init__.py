"""Objects over time: one masklet is one object's masks over the frames of one video."""

from masklet.masklets.boxes import BoxTracks, FrameBoxes
from masklet.masklets.masklets import Masklet, Masklets, ObjectMask, object_masks
from masklet.masklets.store import MaskletWriter, open_masklets

__all__ = [
    "BoxTracks",
    "FrameBoxes",
    "Masklet",
    "MaskletWriter",
    "Masklets",
    "ObjectMask",
    "object_masks",
    "open_masklets",
]
