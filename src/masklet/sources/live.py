"""Cameras and streams: frames come once, there is no way back and no known end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from masklet.core.errors import SourceError
from masklet.core.values import Frame
from masklet.sources.container import demux, open_video_stream
from masklet.sources.pictures import to_rgb, turn_of
from masklet.sources.protocol import ASSUMED_RATE, SourceInfo, counted_name

TIMEOUT_SECONDS = 10.0
"""How long to wait for a connection, or for the next data of one."""


class LiveSource:
    """Frames of 'camera:0', of an address such as 'rtsp://...', or of a device or pipe, as they come in."""

    def __init__(self, address: str) -> None:
        """Connect and wait for the first frame; raise SourceError where none comes."""
        uri, container_format = _where(address)
        self._container, self._stream = open_video_stream(
            uri, container_format=container_format, timeout_seconds=TIMEOUT_SECONDS
        )
        self._stream.thread_type = ThreadType.SLICE  # threads over frames would hand each out some frames late
        self._next_index = 0
        self._closed = False
        self._frames = _decode(self._container, self._stream, address)
        first = next(self._frames, None)
        if first is None:
            self.close()
            raise SourceError(f"Expected frames from {address}, got none.")
        self._first: VideoFrame | None = first
        self._first_time = None if first.pts is None else first.time
        self._stored_HW = (first.height, first.width)
        self._turn = turn_of(first)
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.info = SourceInfo(
            uri=address,
            size_HW=self._stored_HW if self._turn[0] else (first.width, first.height),
            frame_count=None,
            frames_per_second=float(rate) if rate else None,
            pixel_aspect=self._stream.sample_aspect_ratio or Fraction(1),
        )

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames from `start` on as they come in, to stop (exclusive) or the end of the stream.

        Frames come once: a later reading goes on where the last one stopped. Raise SourceError for a start
        that has gone by, and where the stream breaks.
        """
        if start < self._next_index and start != 0:
            raise SourceError(f"Expected a frame still to come, got {start}: {self.info.uri} cannot go back.")
        return self._read(start, stop)

    def read_backward(self, start: int) -> Iterator[Frame]:
        """Raise SourceError: a live source cannot go back."""
        raise SourceError(
            f"Expected a source with an end to read backward from frame {start}, got the live {self.info.uri}: "
            "record it to a file first."
        )

    def frame_name(self, index: int) -> str:
        """Return the index with five digits."""
        return counted_name(index)

    def close(self) -> None:
        """Hang up."""
        if not self._closed:
            self._closed = True
            self._container.close()

    def _read(self, start: int, stop: int | None) -> Iterator[Frame]:
        while stop is None or self._next_index < stop:
            frame = self._take()
            if frame is None:
                return
            index, self._next_index = self._next_index, self._next_index + 1
            if index >= start:
                yield Frame(index, self._seconds(index, frame), to_rgb(frame, self._turn))

    def _seconds(self, index: int, frame: VideoFrame) -> float:
        """Return the time from the first frame, counted where the stream does not tell it."""
        if frame.pts is None or self._first_time is None:
            return index / (self.info.frames_per_second or ASSUMED_RATE)
        return frame.time - self._first_time

    def _take(self) -> VideoFrame | None:
        if self._closed:
            raise SourceError(f"Expected an open source, got {self.info.uri} after it was closed.")
        frame, self._first = self._first or next(self._frames, None), None
        if frame is not None and (frame.height, frame.width) != self._stored_HW:
            raise SourceError(
                f"Expected all frames of {self.info.uri} to be {self._stored_HW[1]}x{self._stored_HW[0]}, got "
                f"{frame.width}x{frame.height} at frame {self._next_index}: connect again to go on in this size."
            )
        return frame


def _decode(container: InputContainer, stream: VideoStream, address: str) -> Iterator[VideoFrame]:
    """Yield frames; one that was damaged on the way is left out, a broken connection is an error."""
    packets = demux(container, stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.FFmpegError as error:
            raise SourceError(
                f"Expected more frames from {address}, but the stream broke ({error.strerror or error}): "
                "connect again."
            ) from None
        try:
            yield from packet.decode()
        except av.InvalidDataError:
            continue


def _where(address: str) -> tuple[str, str | None]:
    """Return what to open for an address, and the format where it cannot be told from the data."""
    if not address.lower().startswith("camera:"):
        return address, "v4l2" if address.startswith("/dev/video") else None
    number = address.partition(":")[2]
    if not number.isdigit():
        raise SourceError(f"Expected a camera as camera:0, camera:1, ..., got {address!r}.")
    if not sys.platform.startswith("linux"):
        raise SourceError(f"Expected Linux to open {address!r}; elsewhere give the camera's network address.")
    return f"/dev/video{number}", "v4l2"
