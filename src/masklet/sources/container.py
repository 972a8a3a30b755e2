"""Opening containers, and what their errors mean to a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from masklet.core.errors import SourceError

RTSP_OPTIONS = {"rtsp_flags": "prefer_tcp"}
"""For cameras on a network: over TCP no packets are lost on the way."""

TEXT_FORMATS = ("tty", "bin", "adf", "idf", "xbin")
"""Text that FFmpeg would draw as pictures of an old terminal, which nobody means."""


def open_video_stream(
    where: str | Path, *, container_format: str | None = None, timeout_seconds: float | None = None
) -> tuple[InputContainer, VideoStream]:
    """Return the open container of a file (a Path) or an address, and its main video; the caller closes it.

    Raise SourceError where there is no container or no video in it (a cover picture is none).
    """
    try:
        container = av.open(
            f"file:{where}" if isinstance(where, Path) else where,  # a name may hold a colon
            "r",
            format=container_format,
            options=RTSP_OPTIONS if str(where).startswith("rtsp") else {},
            timeout=timeout_seconds,
            metadata_errors="replace",
        )
    except av.FFmpegError as error:
        raise SourceError(_why_not_opened(where, error)) from None
    except UnicodeError:
        raise SourceError(f"Expected a video at {where}, got a name that cannot be opened.") from None
    if container.format.name in TEXT_FORMATS:
        container.close()
        raise SourceError(f"Expected a video in {where}, got text.")
    stream = _main_video(container)
    if stream is None:
        found = " and ".join(sorted({_kind(other) for other in container.streams})) or "no stream at all"
        container.close()
        raise SourceError(f"Expected a video stream in {where}, found {found}.")
    if getattr(stream, "codec_context", None) is None:
        container.close()
        raise SourceError(f"Expected a video that can be decoded, got an unknown codec in {where}.")
    stream.thread_type = "AUTO"
    return container, stream


def demux(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """Yield the packets of a stream in the order they are stored, the last one empty (it flushes the decoder).

    Packets of streams that turn up after opening, on which PyAV stumbles, are passed over.
    """
    while True:
        try:
            yield from container.demux(stream)
        except IndexError:
            continue
        return


def _main_video(container: InputContainer) -> VideoStream | None:
    """Return the video that FFmpeg takes for the main one, or the first that is more than a cover picture."""
    streams = [container.streams.best("video"), *container.streams.video]
    return next((one for one in streams if isinstance(one, VideoStream) and _kind(one) == "video"), None)


def _kind(stream: Stream) -> str:
    return "a cover picture" if Disposition.attached_pic in stream.disposition else stream.type


def _why_not_opened(where: str | Path, error: av.FFmpegError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"Expected a video at {where}, found nothing there."
    if isinstance(error, PermissionError):
        return f"Expected a video that may be read, got no permission for {where}."
    if isinstance(error, av.EOFError):
        return f"Expected at least one frame in {where}, got a file that ends before its first."
    if isinstance(error, av.InvalidDataError):
        return (
            f"Expected a video in {where}, got a file that is not one or was cut off before its index was "
            "written: copy it again, or repair it (a recording that was not stopped lacks its end)."
        )
    return f"Expected a video at {where}, could not open it ({error.strerror or error})."
