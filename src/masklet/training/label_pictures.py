"""Pictures of a cache whose labels are classes, as training draws them: any, or such as have a rare class.

Shapes: L classes, H W pixels, 3 is RGB.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from masklet.core.arrays import FloatArray, IntArray, UInt8Array
from masklet.training.clips import CachedClip, ClipFolder
from masklet.training.errors import TrainingError


@dataclass(frozen=True, kw_only=True)
class Balance:
    """How often rare classes are seen (rare class sampling, DAFormer, Hoyer et al., CVPR 2022, section 3.3)."""

    share: float = 0.5
    """Share of samples for which a class is drawn first, then a picture that has it, then a crop around it."""
    temperature: float = 0.1
    """Of that draw, exp((1 - share of the class) / temperature): the lower, the more the rarest are preferred."""
    least_pixels: int = 64
    """Of a class, for a picture to have it."""

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or not self.temperature > 0 or self.least_pixels < 1:
            raise TrainingError(
                "Expected a balance with a share from 0 to 1, a temperature above 0 and least_pixels from 1 on, "
                f"got {self.share}, {self.temperature} and {self.least_pixels}."
            )


@dataclass(frozen=True, eq=False)
class DrawnPicture:
    """One picture, and the class that is to be in its crop; none: any crop will do."""

    image_HW3: UInt8Array
    labels_HW: UInt8Array
    around: int | None = None


class LabelPictures:
    """The frames of some clips, to learn from."""

    def __init__(self, clips: Sequence[CachedClip], balance: Balance) -> None:
        """Raise TrainingError where no frame has a label."""
        self._balance = balance
        frames = [(clip, number) for clip in clips for number in range(clip.frame_count)]
        areas_FL = np.array([clip.areas_by_frame[number] for clip, number in frames], dtype=np.int64)
        self._frames = [frame for frame, areas_L in zip(frames, areas_FL, strict=True) if areas_L.any()]
        if not self._frames:
            raise TrainingError("Expected pictures with labels to learn from, got none.")
        areas_FL = areas_FL[areas_FL.any(axis=1)]
        self.pixels_L: IntArray = areas_FL.sum(axis=0)
        self._having = [np.flatnonzero(areas_F >= balance.least_pixels) for areas_F in areas_FL.T]
        there_L = np.array([len(having) > 0 for having in self._having])
        self._probability_L = class_probabilities(self.pixels_L, there_L, balance.temperature)

    def __len__(self) -> int:
        return len(self._frames)

    def draw(self, rng: np.random.Generator) -> DrawnPicture:
        """Return a picture; the same rng gives the same."""
        balanced, chosen = rng.random() < self._balance.share, rng.random()
        if not balanced or not self._probability_L.any():
            return _read(*self._frames[int(chosen * len(self._frames))])
        drawn = int(rng.choice(len(self._probability_L), p=self._probability_L))
        having = self._having[drawn]
        image = _read(*self._frames[having[int(chosen * len(having))]])
        return DrawnPicture(image.image_HW3, image.labels_HW, drawn)


class UnlabelledPictures:
    """The frames of some clips; labels that there may be are never looked at."""

    def __init__(self, clips: Sequence[CachedClip]) -> None:
        """Raise TrainingError where there is no frame."""
        self._frames = [(clip, number) for clip in clips for number in range(clip.frame_count)]
        if not self._frames:
            raise TrainingError("Expected pictures without labels to adapt to, got none.")

    def __len__(self) -> int:
        return len(self._frames)

    def draw(self, rng: np.random.Generator) -> DrawnPicture:
        """Return a picture with 0 for all labels: what is VOID in a crop of it lies beyond it."""
        picture = _read(*self._frames[int(rng.integers(len(self._frames)))])
        return DrawnPicture(picture.image_HW3, np.zeros_like(picture.labels_HW))


def class_probabilities(pixels_L: IntArray, there_L: Iterable[bool], temperature: float) -> FloatArray:
    """Return how often each class is to be drawn: exp((1 - share) / temperature), 0 where it is nowhere.

    >>> class_probabilities(np.array([90, 10, 0]), [True, True, False], 1.0).round(2).tolist()
    [0.31, 0.69, 0.0]
    """
    share_L = pixels_L / max(int(pixels_L.sum()), 1)
    weight_L = np.exp((share_L.min() - share_L) / temperature) * np.asarray(there_L)
    total = weight_L.sum()
    return np.asarray(weight_L / total if total else weight_L)


def matching(
    folder: ClipFolder, patterns: Sequence[str], *, without: Sequence[CachedClip] = ()
) -> list[CachedClip]:
    """Return the clips whose names a pattern matches ('*' stands for anything), but for those that are taken.

    Raise TrainingError for a pattern that no clip has.
    """
    names = [clip.name for clip in folder]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise TrainingError(
                f"Expected pictures in {folder.path} whose names match {pattern!r}, got none; "
                f"the first of {len(names)} is {names[0] if names else 'missing'}."
            )
    taken = {clip.name for clip in without}
    return [
        clip
        for clip in folder
        if clip.name not in taken and any(fnmatchcase(clip.name, pattern) for pattern in patterns)
    ]


def _read(clip: CachedClip, number: int) -> DrawnPicture:
    images_1HW3, labels_1HW = clip.read([number])
    return DrawnPicture(images_1HW3[0], labels_1HW[0])
