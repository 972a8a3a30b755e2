"""Decoding from a place in a file, and what is done to fields of interlaced video."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.filter import Graph
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from masklet.sources.container import demux, open_video_stream


def decode(
    path: Path, *, key_time: tuple[int, int] | None = None, in_threads: bool = True
) -> Iterator[VideoFrame]:
    """Yield the frames that decode, in the order they are shown.

    key_time: pts and dts of a key packet to start from; None starts with the file. What does not decode is
    left out: the caller knows by the times what should have come. Where the container cannot go to the
    key packet, decoding starts at the next one there is.
    """
    container, stream = open_video_stream(path)
    with container:
        if not in_threads:
            stream.thread_type = ThreadType.NONE
        if key_time is not None and not _seek(container, stream, key_time):
            return
        yield from _decode_packets(container, stream, from_key=key_time is not None)


def is_good(frame: VideoFrame) -> bool:
    """Return whether a frame decoded without a fault; one with faults is part picture, part guess."""
    return not frame.is_corrupt


def _seek(container: InputContainer, stream: VideoStream, key_time: tuple[int, int]) -> bool:
    try:
        container.seek(min(key_time), stream=stream)
    except av.FFmpegError:
        return False
    return True


def _decode_packets(container: InputContainer, stream: VideoStream, *, from_key: bool) -> Iterator[VideoFrame]:
    packets = demux(container, stream)
    waiting = from_key  # some containers land between key packets
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.FFmpegError:  # the rest cannot be read: give out what the decoder still holds
            yield from _frames_of(stream, None)
            return
        waiting = waiting and not packet.is_keyframe
        if not waiting:
            yield from _frames_of(stream, packet)


def _frames_of(stream: VideoStream, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
    try:
        return stream.decode(packet)
    except av.FFmpegError:
        return []


def deinterlaced(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """Yield one whole picture for each frame that is flagged as two fields, others untouched; times stay.

    A picture is made from its frame and both neighbours (bwdif).
    """
    graph: Graph | None = None
    times: deque[int | None] = deque()
    for frame in frames:
        graph = graph or _bwdif(frame)
        times.append(frame.pts)
        graph.vpush(frame)
        yield from _pull(graph, times)
    if graph is not None:
        graph.vpush(None)
        yield from _pull(graph, times)


def _bwdif(frame: VideoFrame) -> Graph:
    graph = Graph()
    graph.link_nodes(
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base),
        graph.add("bwdif", "mode=send_frame:deint=interlaced"),
        graph.add("buffersink"),
    ).configure()
    return graph


def _pull(graph: Graph, times: deque[int | None]) -> Iterator[VideoFrame]:
    while True:
        try:
            frame = graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return
        frame.pts = times.popleft()
        yield frame
