"""Where somebody looked over time, as an eye tracker recorded it.

Shapes: S samples, F fixations, T frames of the recording's own video.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, IntArray
from masklet.core.errors import FormatError, PromptError

SHARES = (1, 1)
"""The size of a picture whose positions are shares of its width and height."""
_SAME_SHAPE = 0.01
"""Relative difference up to which two pictures have the same shape."""


@dataclass(frozen=True, eq=False)
class Fixations:
    """Times during which the eyes rested, in the clock of the samples, and where."""

    start_F: FloatArray
    end_F: FloatArray
    """Seconds."""
    xy_F2: FloatArray
    """In the units of the samples; NaN where nothing is said."""

    def __post_init__(self) -> None:
        count = len(self.start_F)
        if self.end_F.shape != (count,) or self.xy_F2.shape != (count, 2) or (self.end_F < self.start_F).any():
            raise PromptError(
                f"Expected fixations with a start, an end after it and a position each, got {count} starts, "
                f"{len(self.end_F)} ends and positions of shape {self.xy_F2.shape}."
            )

    def __len__(self) -> int:
        return len(self.start_F)


@dataclass(frozen=True, eq=False)
class Gaze:
    """A recording of gaze: one position for each sample, in order of time, origin top left."""

    xy_S2: FloatArray
    """Right and down; NaN where the tracker gave none."""
    seconds_S: FloatArray | None
    """In a clock of the tracker's own; None where only frames are known."""
    frames_S: IntArray | None
    """The frame each sample belongs to, as the recording numbers them; None where only times are known."""
    confidence_S: FloatArray
    """0 to 1; 1 where the tracker says nothing of it."""
    is_blink_S: BoolArray
    origin: str
    """What errors call it by."""
    size_HW: tuple[int, int] | None = None
    """Of the picture that positions are pixels of; SHARES: shares of any; None: pixels of the video."""
    frame_seconds_T: FloatArray | None = None
    """When each frame of the recording's video was taken, in the clock of the samples."""
    fixations: Fixations | None = None
    """As the tracker's own software found them."""
    focal_pixels: float | None = None
    """Focal length of the scene camera in pixels of `size_HW`."""

    def __post_init__(self) -> None:
        count = len(self.xy_S2)
        arrays = (self.seconds_S, self.frames_S, self.confidence_S, self.is_blink_S)
        if self.xy_S2.shape != (count, 2) or any(array is not None and len(array) != count for array in arrays):
            raise PromptError(f"Expected as many times, confidences and blinks as positions in {self.origin}.")
        if self.seconds_S is None and self.frames_S is None:
            raise PromptError(f"Expected the time or the frame of every sample of {self.origin}, got neither.")
        if not count:
            raise FormatError(f"Expected at least one sample of gaze in {self.origin}, got none.")
        if self.seconds_S is not None and (np.diff(self.seconds_S) < 0).any():
            raise PromptError(f"Expected the samples of {self.origin} in order of time.")

    def __len__(self) -> int:
        return len(self.xy_S2)

    def in_pixels_of(self, size_HW: tuple[int, int]) -> Gaze:
        """Return the gaze in pixels of a video of this size.

        Raise PromptError where it was recorded on pictures of another shape.
        """
        if self.size_HW is None or self.size_HW == size_HW:
            return replace(self, size_HW=size_HW)
        (height, width), (own_height, own_width) = size_HW, self.size_HW
        scale_2 = np.array([width / own_width, height / own_height])
        if self.size_HW != SHARES and abs(scale_2[0] / scale_2[1] - 1) > _SAME_SHAPE:
            raise PromptError(
                f"Expected a video of the shape that {self.origin} was recorded on, {own_width}x{own_height}, got "
                f"{width}x{height}: is it another video, or a cropped one? --gaze-size says other sizes."
            )
        fixations = self.fixations
        return replace(
            self,
            xy_S2=self.xy_S2 * scale_2,
            size_HW=size_HW,
            fixations=None if fixations is None else replace(fixations, xy_F2=fixations.xy_F2 * scale_2),
            focal_pixels=None if self.focal_pixels is None else self.focal_pixels * float(scale_2[0]),
        )
