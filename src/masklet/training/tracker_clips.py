"""Training clips for trackers: real clips, and clips made of still pictures, cropped and augmented.

What recipes of trackers share: which clips are held back, how one is drawn.
Shapes: T frames, H W pixels, 3 is RGB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.training.augment import AugmentConfig, augment
from masklet.training.clip_sources import ClipData
from masklet.training.clips import VOID, CachedClip, ClipFolder, sample_frames
from masklet.training.crossing import places_across, read_across
from masklet.training.errors import TrainingError
from masklet.training.synthetic import Cutout, SyntheticConfig, paste, synthetic_clip, whole_cutouts

_LEAST_SHOWN, _LEAST_PIXELS = 0.1, 32
"""Share of an object's largest view, and pixels, that the first frame is to show."""
_DRAWS = 200
"""Clips that are drawn for a sample until one shows an object in its first frame."""


@dataclass(frozen=True, kw_only=True)
class TrackerData(ClipData):
    """Which clips a tracker learns from, and what is made of them."""

    size: int = 256
    """Sides of a training crop in pixels."""
    length: int = 6
    """Frames of a training clip."""
    most_gap: int = 8
    """Largest step from one frame to the next in the cached clips."""
    synthetic: float = 0.4
    """Share of samples that are made of a still picture."""
    pasted: float = 0.4
    """Share of the others in which objects of other clips move through the picture."""
    most_objects: int = 3
    """Objects of one clip that are labelled; the rest is background."""


class TrackerClips:
    """The clips of a cache, those to learn from and those held back, and samples of the former."""

    def __init__(
        self,
        data: TrackerData,
        augmentation: AugmentConfig,
        *,
        seed: int,
        across_clips: bool = False,
        most_bytes: int = 2 << 30,
    ) -> None:
        """Open the cache, keeping so many bytes of decoded frames; `across_clips`: samples may go on in the next
        clip. Raise TrainingError where nothing is left to train on, FormatError for a name of a clip that is not
        there."""
        folder = ClipFolder(data.cache, most_bytes=most_bytes)
        for name in data.validation:
            folder.named(name)
        clips = [clip for clip in folder if clip.object_ids]
        kept = [clip for clip in clips if clip.name not in data.validation]
        self.validation = [clip for clip in clips if clip.name in data.validation]
        self._videos = [clip for clip in kept if clip.frame_count > 1]
        self._stills = [clip for clip in kept if clip.frame_count == 1]
        self._data = data
        self._augmentation = augmentation
        self._seed = seed
        self._across_clips = across_clips
        if not kept:
            raise TrainingError(f"Expected clips with objects to train on in {data.cache}, got none.")

    def sample(self, index: int) -> tuple[UInt8Array, UInt8Array]:
        """Return frames_THW3 and labels_THW of sample number `index`, an object being in the first frame.

        Raise TrainingError where no crop shows one.
        """
        rng = np.random.default_rng((self._seed, index))
        for _ in range(_DRAWS):
            frames_THW3, labels_THW = augment(*self._draw(rng), rng, self._augmentation)
            labels_THW = few_objects(labels_THW, rng, self._data.most_objects)
            if labels_THW[0][labels_THW[0] != VOID].any():
                return frames_THW3, labels_THW
        raise TrainingError(
            f"Expected objects in {self._data.cache} of which a crop shows more than {_LEAST_PIXELS} pixels, got "
            f"{_DRAWS} crops without one; set a larger data.size, or leave clips of tiny objects out."
        )

    def _draw(self, rng: np.random.Generator) -> tuple[UInt8Array, UInt8Array]:
        data = self._data
        from_still = rng.random() < data.synthetic
        if self._stills and (from_still or not self._videos):
            image_HW3, labels_HW = _still(_pick(rng, self._stills + self._videos), rng)
            cutouts = self._cutouts(rng) if rng.random() < data.pasted else ()
            return synthetic_clip(image_HW3, labels_HW, rng, SyntheticConfig(length=data.length), cutouts)
        frames_THW3, labels_THW = self._video(rng)
        if rng.random() < data.pasted and self._stills:
            return paste(frames_THW3, labels_THW, self._cutouts(rng), rng)
        return frames_THW3, labels_THW

    def _video(self, rng: np.random.Generator) -> tuple[UInt8Array, UInt8Array]:
        length, most_gap = self._data.length, self._data.most_gap
        if self._across_clips:
            return read_across(places_across(self._videos, rng, length=length, most_gap=most_gap))
        clip = _pick(rng, self._videos)
        return clip.read(sample_frames(clip, rng, length=length, most_gap=most_gap))

    def _cutouts(self, rng: np.random.Generator) -> tuple[Cutout, ...]:
        """Return objects of two other pictures."""
        pictures = (_still(_pick(rng, self._stills), rng) for _ in range(2))
        return tuple(cutout for picture in pictures for cutout in whole_cutouts(*picture)[:3])


def few_objects(labels_THW: UInt8Array, rng: np.random.Generator, most: int) -> UInt8Array:
    """Return the labels with at most so many of the first frame's objects, numbered from 1; the rest is 0.

    What the first frame shows a sliver of only, against its largest view, cannot be known from it.
    """
    pixels_TV = np.stack([np.bincount(labels_HW.ravel(), minlength=256) for labels_HW in labels_THW])
    shown_V = pixels_TV[0] > np.maximum(_LEAST_SHOWN * pixels_TV.max(axis=0), _LEAST_PIXELS)
    found = [int(value) for value in np.flatnonzero(shown_V) if value not in (0, VOID)]
    kept = rng.permutation(found)[:most]
    table_256 = np.zeros(256, np.uint8)
    table_256[VOID] = VOID
    table_256[kept.astype(int)] = np.arange(1, len(kept) + 1)
    few_THW: UInt8Array = table_256[labels_THW]
    return few_THW


def _pick(rng: np.random.Generator, clips: list[CachedClip]) -> CachedClip:
    return clips[int(rng.integers(len(clips)))]


def _still(clip: CachedClip, rng: np.random.Generator) -> tuple[UInt8Array, UInt8Array]:
    """Return one picture of a clip that shows an object."""
    shown = [number for number, ids in enumerate(clip.object_ids_by_frame) if ids]
    frames_1HW3, labels_1HW = clip.read([int(rng.choice(shown))])
    return frames_1HW3[0], labels_1HW[0]
