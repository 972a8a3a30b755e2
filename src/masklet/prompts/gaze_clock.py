"""Which frame of a video a sample of gaze belongs to: the tracker's clock and that of the video brought together.

Shapes: S samples, T frames of the video, R frames of the recording's own video.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from masklet.core.arrays import FloatArray, IntArray
from masklet.core.errors import PromptError
from masklet.prompts.gaze import Gaze

Rule = Literal["nearest", "interval"]
"""To the frame nearest in time, or to the one that is shown at that time."""

OUTSIDE = -1
"""In place of the frame of a sample that was taken before or after the video."""
_FEW = 2
"""Frames by which two videos of one recording may differ in length."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Samples in a video: frames_S, OUTSIDE where there is none, and seconds_S in the time of the video."""

    frames_S: IntArray
    seconds_S: FloatArray
    clock_T: FloatArray
    """When each frame is, in the clock of the recording, with the offset taken off."""
    by: str
    """How they were placed, in words."""

    def to_video(self, seconds_K: FloatArray, video_T: FloatArray) -> FloatArray:
        """Return times of the recording's clock in the time of a video whose frames are shown at `video_T`."""
        return _through(seconds_K, self.clock_T, video_T)


def place(
    gaze: Gaze, video_T: FloatArray, *, offset: float = 0.0, first_frame: int | None = None, rule: Rule = "nearest"
) -> Placed:
    """Return the samples placed in a video whose frames are shown at `video_T` (seconds).

    Times of the recording's frames go before its numbers of frames, and these before its plain times, which
    then count from the first frame of the video. `offset` (seconds) is added to the times of samples.
    `first_frame` is what the recording calls the first frame of the video; None: the first one.

    Raise PromptError where no sample was taken while the video ran.
    """
    clock_T, by = _clock(gaze, video_T, first_frame)
    if gaze.seconds_S is None:
        assert gaze.frames_S is not None
        frames_S = np.asarray(gaze.frames_S) - (first_frame or 0)
        seconds_S = _spread_over_frames(frames_S, video_T)
        if offset:
            frames_S = _frames_at(seconds_S + offset, video_T, rule)
            seconds_S = seconds_S + offset
    else:
        clock_T = clock_T - offset
        seconds_S = _through(gaze.seconds_S, clock_T, video_T)
        if gaze.frames_S is not None and gaze.frame_seconds_T is None and not offset:
            frames_S = np.asarray(gaze.frames_S) - (first_frame or 0)
        else:
            frames_S = _frames_at(gaze.seconds_S, clock_T, rule)
    frames_S = np.where((frames_S >= 0) & (frames_S < len(video_T)), frames_S, OUTSIDE)
    if (frames_S == OUTSIDE).all():
        raise PromptError(_apart(gaze, seconds_S, video_T, first_frame))
    return Placed(frames_S, seconds_S, clock_T, by)


def _clock(gaze: Gaze, video_T: FloatArray, first_frame: int | None) -> tuple[FloatArray, str]:
    """Return clock_T, when each frame of the video is by the recording's clock, and what that is known by."""
    first = first_frame or 0
    if gaze.frame_seconds_T is not None:
        times_R = gaze.frame_seconds_T[first:]
        if not len(times_R):
            raise PromptError(
                f"Expected a first frame below {len(gaze.frame_seconds_T)}, the frames of {gaze.origin}, got "
                f"{first}."
            )
        if first_frame is None and abs(len(times_R) - len(video_T)) > _FEW:
            return times_R[0] + video_T, "the time of the recording's first frame, and those of the video"
        known = min(len(times_R), len(video_T))
        beyond = times_R[known - 1] + video_T[known:] - video_T[known - 1]
        return np.concatenate([times_R[:known], beyond]), "the times of the recording's frames"
    if gaze.seconds_S is None:
        return video_T, "numbers of frames"
    if gaze.frames_S is not None:
        return _clock_of_numbers(np.asarray(gaze.frames_S) - first, gaze.seconds_S, video_T), "numbers of frames"
    return video_T, "seconds from the first frame of the video"


def _clock_of_numbers(frames_S: IntArray, seconds_S: FloatArray, video_T: FloatArray) -> FloatArray:
    """Return clock_T where samples say their frames: a frame is at the mean time of its samples.

    Frames without samples lie between, or beyond at the pace of the video.
    """
    numbers, place_S = np.unique(frames_S, return_inverse=True)
    times = np.bincount(place_S, weights=seconds_S - seconds_S[0]) / np.bincount(place_S) + seconds_S[0]
    inside = (numbers >= 0) & (numbers < len(video_T))
    if not inside.any():
        return video_T
    numbers, times = numbers[inside], times[inside]
    return _through(video_T, video_T[numbers], times)


def _through(seconds_K: FloatArray, from_T: FloatArray, to_T: FloatArray) -> FloatArray:
    """Return times of one clock in another: linear between the frames, at the same pace beyond the outer ones."""
    inside_K = np.interp(seconds_K, from_T, to_T)
    beyond_K = np.minimum(seconds_K - from_T[0], 0) + np.maximum(seconds_K - from_T[-1], 0)
    moved_K: FloatArray = inside_K + beyond_K
    return moved_K


def _frames_at(seconds_S: FloatArray, clock_T: FloatArray, rule: Rule) -> IntArray:
    """Return the frame of each time; half a frame (nearest) or one (interval) beyond the ends is still inside."""
    step = float(np.median(np.diff(clock_T))) if len(clock_T) > 1 else 1.0
    if rule == "interval":
        frame_S = np.searchsorted(clock_T, seconds_S, side="right") - 1
        outside_S = (seconds_S < clock_T[0]) | (seconds_S >= clock_T[-1] + step)
    else:
        frame_S = np.searchsorted((clock_T[1:] + clock_T[:-1]) / 2, seconds_S)
        outside_S = (seconds_S < clock_T[0] - step / 2) | (seconds_S > clock_T[-1] + step / 2)
    return np.where(outside_S, OUTSIDE, frame_S)


def _spread_over_frames(frames_S: IntArray, video_T: FloatArray) -> FloatArray:
    """Return times of samples that know their frame only: those of one frame follow each other evenly in it."""
    step = float(np.median(np.diff(video_T))) if len(video_T) > 1 else 1.0
    _, first_S, place_S, count = np.unique(frames_S, return_index=True, return_inverse=True, return_counts=True)
    number_S = np.arange(len(frames_S)) - first_S[place_S]
    start_S = video_T[np.clip(frames_S, 0, len(video_T) - 1)] + step * np.minimum(frames_S, 0)
    start_S = start_S + step * np.maximum(frames_S - len(video_T) + 1, 0)
    spread_S: FloatArray = start_S + step * number_S / count[place_S]
    return spread_S


def _apart(gaze: Gaze, seconds_S: FloatArray, video_T: FloatArray, first_frame: int | None) -> str:
    if gaze.frames_S is not None and gaze.frame_seconds_T is None:
        low, high = int(np.min(gaze.frames_S)), int(np.max(gaze.frames_S))
        first = first_frame or 0
        return (
            f"Expected gaze in frames {first} to {first + len(video_T) - 1}, which the video shows, got frames "
            f"{low} to {high} in {gaze.origin}: is it another video, or a part of one (--first-frame)?"
        )
    return (
        f"Expected gaze while the video runs, {video_T[0]:.1f} to {video_T[-1]:.1f} s, got {gaze.origin} from "
        f"{seconds_S[0]:.1f} to {seconds_S[-1]:.1f} s of its time: is it another video, or is an --offset missing?"
    )
