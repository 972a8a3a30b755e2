"""What a container says of its video packets: the facts a timeline is made of. Nothing is decoded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from masklet.sources.container import demux


@dataclass(frozen=True)
class PacketFacts:
    """One packet; times in units of the stream's time base."""

    pts: int | None
    dts: int | None
    duration: int
    is_key: bool
    is_shown: bool
    is_whole: bool


def read_packets(container: InputContainer, stream: VideoStream) -> tuple[list[PacketFacts], str | None]:
    """Return the packets in the order they are stored, and what is known to be wrong with the file.

    Packets end where reading fails; the complaint is None of a file in which nothing is known to be wrong.
    """
    packets: list[PacketFacts] = []
    try:
        for packet in demux(container, stream):
            if packet.size:
                packets.append(_facts(packet))  # noqa: PERF401 - kept also where the next one fails
    except av.FFmpegError as error:
        return packets, f"the file is damaged there ({error.strerror})"
    if not all(packet.is_whole for packet in packets):
        return packets, "the file is damaged or cut off there"
    return packets, _shortfall(container, stream, packets)


def shown_times(packets: Sequence[PacketFacts]) -> list[int] | None:
    """Return the times at which frames are shown, in order, up to the first that is not whole.

    None where some have no time, or two the same: then packets do not tell which frames there are.
    """
    first_broken = next((at for at, packet in enumerate(packets) if not packet.is_whole), len(packets))
    times = [packet.pts for packet in packets if packet.is_shown and packet.pts is not None]
    if len(times) < sum(packet.is_shown for packet in packets) or len(set(times)) < len(times):
        return None
    lost = [packet.pts for packet in packets[first_broken:] if packet.pts is not None]
    return sorted(time for time in times if not lost or time < min(lost))


def key_times(packets: Sequence[PacketFacts]) -> list[tuple[int, int]]:
    """Return pts and dts of the packets that decoding can start from, by pts."""
    keys = {packet.pts: packet.dts for packet in packets if packet.is_key and packet.pts is not None}
    return [(pts, pts if dts is None else dts) for pts, dts in sorted(keys.items())]


def _facts(packet: Packet[VideoStream]) -> PacketFacts:
    return PacketFacts(
        pts=packet.pts,
        dts=packet.dts,
        duration=packet.duration or 0,
        is_key=packet.is_keyframe,
        is_shown=not packet.is_discard,
        is_whole=not packet.is_corrupt,
    )


def _shortfall(container: InputContainer, stream: VideoStream, packets: Sequence[PacketFacts]) -> str | None:
    """Return a complaint where the container declares the video longer than it is, by more than a frame."""
    ends = [packet.pts + packet.duration for packet in packets if packet.pts is not None]
    declared = _declared_seconds(container, stream)
    if declared is None or not ends or stream.time_base is None:
        return None
    longest = max(packet.duration for packet in packets) or 1 / (stream.time_base * (stream.average_rate or 25))
    present = (max(ends) - (stream.start_time or 0)) * stream.time_base
    is_short = declared - float(present) > 1.5 * float(longest * stream.time_base)
    return f"the file declares {declared:.2f} s" if is_short else None


def _declared_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """Return how long the container says the video is, where it says so of the video itself."""
    kind = container.format.name
    if "matroska" not in kind:
        # Elsewhere the duration is an estimate from what is there, so it tells nothing.
        is_declared = stream.duration and stream.time_base and (kind == "avi" or "mp4" in kind)
        return float((stream.duration or 0) * (stream.time_base or Fraction(0))) if is_declared else None
    clock = re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if clock:
        return 3600 * int(clock[1]) + 60 * int(clock[2]) + float(clock[3])
    return container.duration / av.time_base if container.duration and len(container.streams) == 1 else None
