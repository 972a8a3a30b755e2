"""When each frame of a file is shown, and where decoding can start: found once, mostly without decoding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from masklet.core.arrays import FloatArray, IntArray
from masklet.sources.container import open_video_stream

ONE_PACKET_ONE_FRAME = frozenset(
    {
        "h264",
        "hevc",
        "vvc",
        "av1",
        "vp9",
        "mjpeg",
        "ffv1",
        "prores",
        "dnxhd",
        "png",
        "rawvideo",
        "mpeg1video",
        "mpeg2video",
        "dvvideo",
        "huffyuv",
        "qtrle",
    }
)
"""Codecs whose packets hold one shown frame each; frames of others (MPEG-4 part 2, VP8) are decoded to count."""

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


@dataclass(frozen=True)
class _Packet:
    """What the container says of one packet."""

    pts: int | None
    dts: int | None
    duration: int
    is_key: bool
    is_shown: bool
    is_whole: bool


def read_timeline(uri: str) -> Timeline:
    """Return the timeline of a video file; raise SourceError where it cannot be opened."""
    container, stream = open_video_stream(uri)
    with container:
        packets, damage = _read_packets(container, stream)
        if packets and not packets[-1].is_whole:
            packets.pop()
            damage = "the file is cut off there"
        damage = damage or _shortfall(container, stream, packets)
        pts: list[int | None] = [packet.pts for packet in packets if packet.is_shown]
        if stream.codec_context.name not in ONE_PACKET_ONE_FRAME or not _all_different(pts):
            pts, decode_damage = _decoded_times(uri)
            damage = decode_damage or damage
        return Timeline(
            count=len(pts),
            pts_T=np.array(sorted(pts), dtype=np.int64) if _all_different(pts) else None,  # type: ignore[type-var]
            time_base=stream.time_base or Fraction(1, 1000),
            rate=stream.average_rate or stream.guessed_rate or DEFAULT_RATE,
            keys_K2=_keys(packets),
            damage=damage,
        )


def _read_packets(container: InputContainer, stream: VideoStream) -> tuple[list[_Packet], str | None]:
    """Return the packets up to the end or to where reading fails, and why it failed."""
    packets: list[_Packet] = []
    try:
        for packet in container.demux(stream):
            if packet.size:
                packets.append(_facts(packet))  # noqa: PERF401 - kept also where the next one fails
    except av.FFmpegError as error:
        return packets, f"the file is damaged there ({error.strerror})"
    return packets, None


def _facts(packet: Packet[VideoStream]) -> _Packet:
    return _Packet(
        pts=packet.pts,
        dts=packet.dts,
        duration=packet.duration or 0,
        is_key=packet.is_keyframe,
        is_shown=not packet.is_discard,
        is_whole=not packet.is_corrupt,
    )


def _shortfall(container: InputContainer, stream: VideoStream, packets: list[_Packet]) -> str | None:
    """Return what the container declares beyond what is there, None where it declares no more."""
    if stream.frames > len(packets):
        return f"the file declares {stream.frames} frames"
    declared = _declared_seconds(container, stream)
    times = [packet for packet in packets if packet.pts is not None]
    if declared is None or not times or stream.time_base is None:
        return None
    last = max(times, key=lambda packet: packet.pts or 0)
    step = max(packet.duration for packet in times)
    origin = stream.start_time or 0
    present = float(((last.pts or 0) + last.duration - origin) * stream.time_base)
    tolerated = max(2 * float(step * stream.time_base), 0.25)
    return f"the file declares {declared:.1f} s" if declared - present > tolerated else None


def _declared_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """Return how long the container says the video is, where it says so of the video itself."""
    tag = stream.metadata.get("DURATION")  # Matroska, '00:00:10.040000000'
    if tag is not None:
        hours, minutes, seconds = (float(part) for part in tag.split(":"))
        return 3600 * hours + 60 * minutes + seconds
    if "matroska" in container.format.name and len(container.streams) == 1 and container.duration:
        return container.duration / 1_000_000
    return None


def _decoded_times(uri: str) -> tuple[list[int | None], str | None]:
    """Return the times of all frames by decoding them, up to the first that does not decode, and why."""
    pts: list[int | None] = []
    container, stream = open_video_stream(uri)
    with container:
        try:
            pts.extend(frame.pts for packet in container.demux(stream) for frame in packet.decode())
        except av.FFmpegError as error:
            return pts, f"the file is damaged there ({error.strerror})"
    return pts, None


def _all_different(pts: list[int | None]) -> bool:
    return None not in pts and len(set(pts)) == len(pts)


def _keys(packets: list[_Packet]) -> IntArray:
    keys = {packet.pts: packet.dts for packet in packets if packet.is_key and packet.pts is not None}
    pairs = [(pts, pts if dts is None else dts) for pts, dts in sorted(keys.items())]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
