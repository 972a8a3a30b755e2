"""Frames out of a source: as pictures, or as a video of another size and bit rate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from masklet.core.arrays import UInt8Array
from masklet.core.errors import OutputError
from masklet.sources.protocol import ASSUMED_RATE, FrameSource
from masklet.sources.rate import is_variable
from masklet.sources.times import times_of
from masklet.sources.write import write_video

PICTURE_SUFFIXES = ("jpg", "png")


def export_frames(
    source: FrameSource,
    folder: Path,
    *,
    suffix: str = "jpg",
    every: int = 1,
    span: range | None = None,
    size_HW: tuple[int, int] | None = None,
) -> Iterator[Path]:
    """Write every n-th frame of a span (None: all) as a picture named like the frame; yield each path written.

    JPEGs have quality 95, PNGs are exact. Pictures of the same name are replaced. Raise
    OutputError where the folder cannot be written.
    """
    if suffix not in PICTURE_SUFFIXES:
        raise OutputError(f"Expected pictures as {' or '.join(PICTURE_SUFFIXES)}, got {suffix!r}.")
    if every < 1:
        raise OutputError(f"Expected every n-th frame with n at least 1, got {every}.")
    span = span or range(source.info.frame_count or 0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for frame in source.read(span.start, span.stop):
            if (frame.index - span.start) % every == 0:
                path = folder / f"{source.frame_name(frame.index)}.{suffix}"
                _write_image(path, frame.image_HW3, size_HW)
                yield path
    except OSError as error:
        raise OutputError(
            f"Expected to write pictures to {folder}, could not ({error.strerror or error})."
        ) from None


def export_video(
    source: FrameSource,
    path: Path,
    *,
    span: range | None = None,
    size_HW: tuple[int, int] | None = None,
    bit_rate: int | None = None,
) -> int:
    """Write a span of frames (None: all) as an H.264 video and return how many; times are kept, sound is not."""
    seconds_T = times_of(source)
    span = span or range(len(seconds_T))
    times_T = seconds_T[span.start : span.stop]
    return write_video(
        path,
        (frame.image_HW3 for frame in source.read(span.start, span.stop)),
        frames_per_second=source.info.frames_per_second or ASSUMED_RATE,
        seconds=(times_T - times_T[0]).tolist() if is_variable(times_T) else None,
        size_HW=size_HW,
        bit_rate=bit_rate,
        pixel_aspect=source.info.pixel_aspect,
    )


def _write_image(path: Path, image_HW3: UInt8Array, size_HW: tuple[int, int] | None) -> None:
    image = Image.fromarray(image_HW3)
    if size_HW is not None:
        image = image.resize((size_HW[1], size_HW[0]), Image.Resampling.LANCZOS)
    partial = path.with_name(f".{path.name}.part")
    try:
        image.save(partial, format="JPEG" if path.suffix == ".jpg" else "PNG", quality=95)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
