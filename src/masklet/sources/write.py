"""Writing a video: H.264 that every player takes, complete or not there at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import chain, count, repeat
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from masklet.core.arrays import UInt8Array
from masklet.core.errors import OutputError, ShapeError
from masklet.sources.pictures import rgb_pixels

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
TICKS = 90_000
"""Units per second of times given frame by frame."""


def write_video(
    path: str | Path,
    frames: Iterable[UInt8Array],
    *,
    frames_per_second: float,
    seconds: Iterable[float] | None = None,
    size_HW: tuple[int, int] | None = None,
    bit_rate: int | None = None,
    crf: int = 20,
    preset: str = "veryfast",
    pixel_aspect: Fraction = Fraction(1),
) -> int:
    """Write pictures (H, W, 3) of uint8 RGB as H.264 (yuv420p) and return how many.

    seconds: increasing times, one for each picture, for a variable rate; else pictures come evenly.
    size_HW: scale to this size; else the first picture's. Odd sides get one more row or column, a copy of
    the last, because the format knows even ones only.
    bit_rate: bits per second to aim at; else constant quality `crf` (0 lossless to 51 worst).
    preset: how hard x264 tries to make the file small, from 'ultrafast' to 'veryslow'.

    The file appears under its name when it is complete; an error leaves what was there before. Raise
    OutputError where it cannot be written or there is no picture, ShapeError where pictures differ in size.
    """
    path = Path(path)
    if path.suffix.lower() not in CONTAINERS:
        raise OutputError(f"Expected a video name ending in {', '.join(CONTAINERS)}, got {path.name!r}.")
    pictures = iter(frames)
    first = next(pictures, None)
    if first is None:
        raise OutputError(f"Expected at least one frame to write to {path}, got none.")
    size_HW = size_HW or (first.shape[0], first.shape[1])
    rate = Fraction(frames_per_second).limit_denominator(10_000)
    time_base = 1 / rate if seconds is None else Fraction(1, TICKS)
    times: Iterable[int] = count() if seconds is None else (round(second * TICKS) for second in seconds)
    with _container(path) as container:
        stream = _stream(container, rate, size_HW, bit_rate=bit_rate, crf=crf, preset=preset)
        stream.codec_context.time_base = time_base
        stream.codec_context.sample_aspect_ratio = pixel_aspect
        written = 0
        for picture, pts, shape in zip(chain([first], pictures), times, repeat(first.shape)):
            frame = _to_frame(picture, shape, size_HW, index=written)
            frame.pts, frame.time_base = pts, time_base
            container.mux(stream.encode(frame))
            written += 1
        container.mux(stream.encode(None))
    return written


def partial_path(path: Path) -> Path:
    """Return where a video is while it is not complete; a kill leaves it there."""
    return path.with_name(f".{path.name}.part")


@contextmanager
def _container(path: Path) -> Iterator[OutputContainer]:
    """Open a container beside the path that takes its place when all went well."""
    partial = partial_path(path)
    container_format = CONTAINERS[path.suffix.lower()]
    options = {"movflags": "+faststart"} if container_format in ("mp4", "mov") else {}
    try:
        with av.open(f"file:{partial}", "w", format=container_format, options=options) as container:
            yield container
        partial.replace(path)
    except (av.FFmpegError, OSError) as error:
        raise OutputError(
            f"Expected to write {path}, could not ({error.strerror or error}): check the folder, its permissions "
            "and the space left."
        ) from None
    finally:
        with suppress(OSError):
            partial.unlink()


def _stream(
    container: OutputContainer,
    rate: Fraction,
    size_HW: tuple[int, int],
    *,
    bit_rate: int | None,
    crf: int,
    preset: str,
) -> VideoStream:
    quality = {"preset": preset} if bit_rate else {"preset": preset, "crf": str(crf)}
    stream = container.add_stream("libx264", rate=rate, options=quality)
    stream.height, stream.width = (side + side % 2 for side in size_HW)
    stream.pix_fmt = "yuv420p"
    if bit_rate:
        stream.bit_rate = bit_rate
    return stream


def _to_frame(
    image_HW3: UInt8Array, shape: tuple[int, ...], size_HW: tuple[int, int], *, index: int
) -> VideoFrame:
    if image_HW3.shape != shape or image_HW3.dtype != np.uint8 or len(shape) != 3 or shape[2] != 3:
        raise ShapeError(
            f"Expected every frame to be uint8 (H, W, 3) of one size, got {image_HW3.dtype} {image_HW3.shape} "
            f"at frame {index} after {shape}."
        )
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(image_HW3), format="rgb24")
    if size_HW != shape[:2]:
        frame = frame.reformat(width=size_HW[1], height=size_HW[0], interpolation="AREA")
        image_HW3 = rgb_pixels(frame)
    odd_rows, odd_columns = (side % 2 for side in size_HW)
    if odd_rows or odd_columns:
        even_HW3 = np.pad(image_HW3, ((0, odd_rows), (0, odd_columns), (0, 0)), mode="edge")
        frame = VideoFrame.from_ndarray(even_HW3, format="rgb24")
    return frame
