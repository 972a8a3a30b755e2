"""A video file, decoded as a stream and exact to the frame."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame

from masklet.core.errors import SourceError
from masklet.core.values import Frame
from masklet.sources.decoding import decode, deinterlaced
from masklet.sources.facts import StreamFacts, read_facts
from masklet.sources.pictures import to_rgb, turn_of
from masklet.sources.protocol import SourceInfo, counted_name
from masklet.sources.rate import average_rate
from masklet.sources.spans import backward, forward
from masklet.sources.timeline import Timeline, read_timeline

BACKWARD_BYTES = 128 * 2**20
"""Pictures held at most while a file is read backward."""

INTERLACED_LOOK = 5
"""Frames looked at to tell whether a video is interlaced."""


class VideoFile:
    """Frames of a file. Each reading opens the file for itself, so several may go on at once.

    Opening reads the file once without decoding, to know every frame's time. Frames are upright (rotation
    and mirroring applied), at the stored resolution (pixel aspect not applied, see `info.pixel_aspect`).
    """

    def __init__(self, path: Path) -> None:
        """Read the timeline; raise SourceError where the file holds no frame that decodes."""
        self._path = path
        self._closed = False
        self.facts: StreamFacts = read_facts(path)
        timeline = read_timeline(path)
        first = list(islice(decode(path), INTERLACED_LOOK))
        if not first or not timeline.count:
            raise SourceError(
                f"Expected at least one frame that decodes in {path}, found none"
                f"{f' ({timeline.damage})' if timeline.damage else ''}."
            )
        self.timeline: Timeline = timeline.from_first(first[0].pts)
        self.is_interlaced = self.facts.has_fields or any(frame.interlaced_frame for frame in first)
        self.stored_HW = (first[0].height, first[0].width)
        self.turn = turn_of(first[0])
        self._seconds_T = self.timeline.seconds_T()
        self._index_of = (
            {} if self.timeline.pts_T is None else {int(pts): i for i, pts in enumerate(self.timeline.pts_T)}
        )
        self.info = SourceInfo(
            uri=str(path),
            size_HW=self.stored_HW if self.turn[0] else (first[0].width, first[0].height),
            frame_count=self.timeline.count,
            frames_per_second=average_rate(self._seconds_T, float(self.timeline.rate)),
            pixel_aspect=self.facts.pixel_aspect if self.turn[0] else 1 / self.facts.pixel_aspect,
        )

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames start, start + 1, ... up to stop (exclusive; None: to the end).

        The frames are those of a reading from 0, to the pixel. Raise SourceError where a frame does not
        decode, and at the end of a file that is known to have lost its rest.
        """
        return self._read(forward(self.info, start, stop))

    def read_backward(self, start: int) -> Iterator[Frame]:
        """Yield frames start, start - 1, ... down to 0, holding a bounded window of them."""
        return self._read_backward(backward(self.info, start))

    def frame_name(self, index: int) -> str:
        """Return the index with five digits."""
        return counted_name(index)

    def close(self) -> None:
        """Let no reading go on."""
        self._closed = True

    def _read(self, span: range) -> Iterator[Frame]:
        for index, frame in self._decoded(span):
            yield self._handed_out(index, frame)
        if span.stop == self.timeline.count and self.timeline.damage:
            raise self._ended(span.stop, self.timeline.damage)

    def _read_backward(self, span: range) -> Iterator[Frame]:
        height, width = self.info.size_HW
        window = max(1, BACKWARD_BYTES // (3 * height * width))
        stop = span.start + 1
        while stop > 0:
            start = self._window_start(stop, window)
            frames = [self._handed_out(index, frame) for index, frame in self._decoded(range(start, stop))]
            while frames:
                yield frames.pop()
            stop = start

    def _window_start(self, stop: int, window: int) -> int:
        """Return where a window of frames up to stop begins: at a key frame, if one is near enough."""
        keys = [self._index_of[int(pts)] for pts in self.timeline.keys_K2[:, 0] if int(pts) in self._index_of]
        within = [key for key in keys if stop - window <= key < stop]
        return min(within) if within else max(0, stop - window)

    def _decoded(self, span: range) -> Iterator[tuple[int, VideoFrame]]:
        """Yield index and frame of the whole span; raise SourceError at the first frame that is not to be had.

        A frame may be missing because decoding began at an unsuited place or because a fault in a later
        frame threw it away on another thread; so a missing frame is sought more carefully before giving up.
        """
        index, care = span.start, 0
        while index < span.stop:
            found = index
            for frame in self._in_sequence(index, care):
                yield index, frame
                index += 1
                if index == span.stop:
                    return
            care = care + 1 if index == found else 1
            if care > 2:
                raise self._ended(index, f"frame {index} of {self.timeline.count} does not decode")

    def _in_sequence(self, start: int, care: int) -> Iterator[VideoFrame]:
        """Yield frames start, start + 1, ... until one does not follow.

        care: 0 starts at the key frame before, 1 one earlier and without threads, 2 at the beginning.
        """
        frames = self._whole(decode(self._path, key_time=self._key_before(start, care), in_threads=care == 0))
        if self.is_interlaced:
            frames = deinterlaced(frames)
        expected = start
        for counted, frame in enumerate(frames):
            index = self._place(frame, counted)
            if index > expected or (index == expected and frame.is_corrupt):
                return
            if index == expected:
                yield frame
                expected += 1

    def _place(self, frame: VideoFrame, counted: int) -> int:
        """Return the index of a frame by its time, or by counting where the file has no times; -1 of none."""
        if self.timeline.pts_T is None:
            return counted
        return -1 if frame.pts is None else self._index_of.get(frame.pts, -1)

    def _key_before(self, index: int, care: int) -> tuple[int, int] | None:
        """Return the key packet to start from for a frame, None to start with the file."""
        if self.timeline.pts_T is None or index == 0 or care == 2:
            return None
        target = index - 1 if self.is_interlaced else index  # a picture of fields needs its neighbour
        keys_K2 = self.timeline.keys_K2
        position = int(np.searchsorted(keys_K2[:, 0], self.timeline.pts_T[target], side="right")) - 1 - care
        return (int(keys_K2[position, 0]), int(keys_K2[position, 1])) if position > 0 else None

    def _whole(self, frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
        """Yield the frames; raise SourceError where their size changes or the source was closed."""
        for frame in frames:
            if self._closed:
                raise SourceError(f"Expected an open source, got {self._path} after it was closed.")
            if (frame.height, frame.width) != self.stored_HW:
                raise self._size_changed(frame)
            yield frame

    def _handed_out(self, index: int, frame: VideoFrame) -> Frame:
        return Frame(index, float(self._seconds_T[index]), to_rgb(frame, self.turn))

    def _size_changed(self, frame: VideoFrame) -> SourceError:
        at = self._index_of.get(frame.pts) if frame.pts is not None else None
        height, width = self.stored_HW
        return SourceError(
            f"Expected all frames of {self._path} to be {width}x{height}, got {frame.width}x{frame.height}"
            f"{'' if at is None else f' at frame {at}'}: cut the video there, or re-encode it to one size."
        )

    def _ended(self, index: int, why: str) -> SourceError:
        return SourceError(
            f"Expected to read {self._path} to its end, but reading ended after {index} frames: {why}. "
            "The frames before are good; copy or repair the file for the rest."
        )
