"""Clips of PIE: the parts of five seconds with pedestrians, dealt out to training, validation and test.

A clip is a value, some frames of a video; `sources.clips.write_clips` writes them, as `masklet clip` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from masklet.core.errors import FormatError
from masklet.datasets.box_clips import tracks_between
from masklet.datasets.pie import FRAMES_PER_SECOND, PieTracks, PieVideo
from masklet.masklets import BoxTracks
from masklet.sources.clips import Clip
from masklet.sources.cut import clip_times, frames_between
from masklet.sources.split import split_videos

USUAL_SHARES = (80, 10, 10)


@dataclass(frozen=True)
class PieClip:
    """Some frames of one video, numbered from 0 on in the order of the cut."""

    video: PieVideo
    number: int
    span: range
    people: int
    """How many different pedestrians have a box in it."""

    @property
    def name(self) -> str:
        """Such as set01_video_0001_0007."""
        return f"{self.video.set_name}_{self.video.video_name}_{self.number:04d}"

    def tracks(self, of_video: PieTracks, *, scale: float = 1.0) -> BoxTracks:
        """Return its boxes, frames from 0, given those of its video; `scale` is that of the pictures written."""
        return tracks_between(of_video, self.span, scale=scale)

    def to_cut(self) -> Clip:
        """Return it as `sources.clips.write_clips` takes it."""
        begin, end = self.span.start / FRAMES_PER_SECOND, self.span.stop / FRAMES_PER_SECOND
        return Clip(self.video.video, self.name, self.span, begin, end)


def pie_clips(
    videos: Iterable[PieVideo], *, seconds: float = 5.0, overlap: float = 0.0, least_frames: int = 1
) -> list[PieClip]:
    """Return the clips of all videos that show a pedestrian in at least so many frames; a rest is left out.

    `overlap` is how many seconds a clip shares with the one before. Raise SourceError for clips that cannot be,
    FormatError for annotations that cannot be read.
    """
    return [
        clip
        for video in videos
        for clip in clips_of_tracks(
            video, video.tracks(), seconds=seconds, overlap=overlap, least_frames=least_frames
        )
    ]


def clips_of_tracks(
    video: PieVideo, tracks: PieTracks, *, seconds: float = 5.0, overlap: float = 0.0, least_frames: int = 1
) -> list[PieClip]:
    """Return the clips of one video whose tracks are at hand; see `pie_clips`."""
    seconds_T = np.arange(tracks.frame_count) / FRAMES_PER_SECOND
    times = clip_times(
        tracks.frame_count / FRAMES_PER_SECOND, seconds=seconds, overlap=overlap, slack=0.5 / FRAMES_PER_SECOND
    )
    clips = []
    for number, (begin, end) in enumerate(times):
        span = frames_between(seconds_T, begin, end)
        ids_of = [tracks.frames[index].object_ids for index in span if index in tracks.frames]
        if len(ids_of) >= least_frames:
            clips.append(PieClip(video, number, span, people=len({each for ids in ids_of for each in ids})))
    return clips


def split_clips(
    clips: Sequence[PieClip],
    shares: Sequence[int] = USUAL_SHARES,
    *,
    seed: int,
    by: Literal["video", "clip"] = "video",
) -> dict[str, list[PieClip]]:
    """Return the clips of train, val and test, dealt at random; the same for the same seed.

    By "video", no video is in two parts, so nothing learnt is tested. By "clip", each clip is dealt alone: shares
    are exact, and clips of one street, even overlapping ones, come to be in several parts.
    """
    key_of = {clip.name: clip.video.name if by == "video" else clip.name for clip in clips}
    part_of = {
        key: part
        for part, keys in split_videos(sorted(set(key_of.values())), shares, seed=seed).items()
        for key in keys
    }
    parts: dict[str, list[PieClip]] = {"train": [], "val": [], "test": []}
    for clip in clips:
        parts[part_of[key_of[clip.name]]].append(clip)
    return parts


def draw_test_clips(clips: Sequence[PieClip], *, count: int = 20, videos: int = 5, seed: int) -> list[PieClip]:
    """Return clips drawn at random, evenly from so many videos, in their order; the same for the same seed.

    Raise FormatError where there are too few videos with enough clips.
    """
    if not 1 <= videos <= count:
        raise FormatError(f"Expected at least one clip of each video, got {count} clips of {videos} videos.")
    most = -(-count // videos)
    of_video: dict[str, list[PieClip]] = {}
    for clip in clips:
        of_video.setdefault(clip.video.name, []).append(clip)
    rich = sorted(name for name, found in of_video.items() if len(found) >= most)
    if len(rich) < videos:
        raise FormatError(f"Expected {videos} videos with at least {most} clips each, got {len(rich)}.")
    random = np.random.default_rng(seed)
    chosen: list[PieClip] = []
    for place, name in enumerate(random.choice(rich, size=videos, replace=False).tolist()):
        wanted = count // videos + (place < count % videos)
        found = of_video[name]
        chosen += [found[position] for position in random.choice(len(found), size=wanted, replace=False)]
    order = {clip.name: place for place, clip in enumerate(clips)}
    return sorted(chosen, key=lambda clip: order[clip.name])
