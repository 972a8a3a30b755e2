"""When each frame of a file is shown, and where decoding can start: found once, mostly without decoding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, takewhile
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from masklet.core.arrays import FloatArray, IntArray
from masklet.sources.container import demux, open_video_stream
from masklet.sources.decoding import is_good
from masklet.sources.packets import key_times, read_packets, shown_times

WHOLE_PICTURES = frozenset({"mjpeg", "ffv1", "rawvideo", "huffyuv", "dvvideo", "png", "prores", "dnxhd", "qtrle"})
"""Codecs whose packets are each a picture of its own, shown in the order they are stored."""

REORDERED = frozenset({"h264", "hevc", "vvc", "av1", "vp9", "mpeg1video", "mpeg2video"})
"""Codecs whose packets hold one shown frame each, stored in another order than they are shown."""

UNTIMED_CONTAINERS = frozenset({"avi"})
"""Containers that do not say when a packet is shown, only in which order packets are stored."""

DEFAULT_RATE = Fraction(25)
"""Frames per second of a file that says nothing of time at all (a raw stream)."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """The frames of a video in the order they are shown."""

    count: int
    """Frames that are there."""
    pts_T: IntArray | None
    """Times in units of `time_base`, increasing; None where the file has none and frames can only be counted."""
    time_base: Fraction
    rate: Fraction
    """Average frames per second as the file declares it, or 25."""
    keys_K2: IntArray
    """pts and dts of the packets that decoding can start from, by pts."""
    damage: str | None = None
    """Why there should be more frames than there are, None where nothing is known to be missing."""

    def seconds_T(self) -> FloatArray:
        """Return the time of every frame from the first one."""
        if self.pts_T is None:
            return np.arange(self.count) / float(self.rate)
        return np.array([float(int(pts) * self.time_base) for pts in self.pts_T - self.pts_T[:1]])

    def from_first(self, first_pts: int | None) -> Timeline:
        """Return the timeline without what is shown before the first frame that decodes."""
        if self.pts_T is None or first_pts is None:
            return self
        kept_T = self.pts_T[self.pts_T >= first_pts]
        return replace(self, count=len(kept_T), pts_T=kept_T)


def read_timeline(path: Path) -> Timeline:
    """Return the timeline of a video file; raise SourceError where it cannot be opened."""
    container, stream = open_video_stream(path)
    with container:
        packets, damage = read_packets(container, stream)
        times = shown_times(packets) if _tells_by_packets(container, stream) else None
        count = len(times or ())
        if times is None:
            count, times, decode_damage = _decoded_times(path)
            damage = decode_damage or damage
        return Timeline(
            count=count,
            pts_T=None if times is None else np.array(times, dtype=np.int64),
            time_base=stream.time_base or Fraction(1, 1000),
            rate=stream.average_rate or stream.guessed_rate or DEFAULT_RATE,
            keys_K2=np.array(key_times(packets), dtype=np.int64).reshape(-1, 2),
            damage=damage,
        )


def _tells_by_packets(container: InputContainer, stream: VideoStream) -> bool:
    """Return whether packets alone tell how many frames there are and when each is shown.

    Where they do not (MPEG-4 part 2 and VP8 have packets that show nothing), the file is decoded once.
    """
    codec = stream.codec_context.name
    return codec in WHOLE_PICTURES or (codec in REORDERED and container.format.name not in UNTIMED_CONTAINERS)


def _decoded_times(path: Path) -> tuple[int, list[int] | None, str | None]:
    """Return how many frames decode before the first that does not, their times, and why decoding ended.

    The times are None where they do not increase: such frames can only be counted.
    """
    pts: list[int | None] = []
    damage = None
    container, stream = open_video_stream(path)
    with container:
        try:
            for packet in demux(container, stream):
                frames = packet.decode()
                pts.extend(frame.pts for frame in takewhile(is_good, frames))
                if not all(map(is_good, frames)):
                    damage = "the file is damaged or cut off there"
                    break
        except av.FFmpegError as error:
            damage = f"the file is damaged there ({error.strerror})"
    times = [time for time in pts if time is not None]
    increase = len(times) == len(pts) and all(first < second for first, second in pairwise(times))
    return len(pts), times if increase else None, damage
