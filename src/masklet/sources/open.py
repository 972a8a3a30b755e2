"""One door to every source of frames."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import SourceError
from masklet.sources.arrays import ArraySource
from masklet.sources.folder import ImageFolder
from masklet.sources.images import is_image
from masklet.sources.live import LiveSource
from masklet.sources.protocol import FrameSource
from masklet.sources.video import VideoFile

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://|camera:", re.IGNORECASE)


def open_source(
    source: str | Path | UInt8Array, *, allow_gaps: bool = False, frames_per_second: float | None = None
) -> FrameSource:
    """Return the frames of a video file, a folder of pictures, one picture, an array, or a live address.

    source: a path; an array (T, H, W, 3) of uint8 RGB; 'camera:0', 'rtsp://...', 'http://...' or the like.
    allow_gaps: take numbered pictures as they come, even where numbers are missing.
    frames_per_second: the rate of pictures and arrays, which know nothing of time; files have their own.

    Raise SourceError where nothing can be read, saying what was found instead.
    """
    if isinstance(source, np.ndarray):
        return ArraySource(source, frames_per_second=frames_per_second)
    if isinstance(source, str) and source.startswith("file://"):
        source = unquote(urlsplit(source).path)
    if isinstance(source, str) and _ADDRESS.match(source):
        return LiveSource(source)
    path = Path(source)
    if not path.exists():
        raise SourceError(f"Expected a video or a folder of pictures at {path}, found nothing there.")
    if path.is_dir() or is_image(path):
        return ImageFolder(path, allow_gaps=allow_gaps, frames_per_second=frames_per_second)
    if path.is_file():
        return VideoFile(path)
    return LiveSource(str(path))  # a device or a pipe
