"""MOSE as its authors pack it: 2,149 videos of crowded scenes with 5,200 objects, every frame annotated.

    ROOT/train/JPEGImages/VIDEO/00000.jpg
    ROOT/train/Annotations/VIDEO/00000.png    indexed, ids from 1; of `valid` only the first frame

Source: Ding et al., MOSE, ICCV 2023. `single_objects` makes a binary sequence of each object
(P3, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

from masklet.datasets.youtube_vos import YoutubeVos


@dataclass(frozen=True)
class Mose(YoutubeVos):
    """The videos of one split; `root` may also be the split's own folder."""

    split: str = "train"
