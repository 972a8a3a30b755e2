"""A video drawn with its masks: as a video again, or as a contact sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import tee
from pathlib import Path

import cv2

from masklet.core.arrays import UInt8Array
from masklet.core.errors import OutputError, ShapeError
from masklet.core.files import write_whole
from masklet.core.values import Frame, FrameMasks
from masklet.masklets import Masklets
from masklet.render.overlay import overlay
from masklet.render.scale import scaled_frame, scaled_masks
from masklet.render.sheet import TILE_WIDTH, contact_sheet, evenly
from masklet.render.styles import Draw
from masklet.sources import FrameSource, SourceInfo, write_video
from masklet.sources.protocol import ASSUMED_RATE

SHEET_TILES = 12
"""Frames on a sheet."""
PRESET = "superfast"
"""Of the encoder: half the work of its veryfast, the same quality, a quarter more bytes."""


def render_video(
    source: FrameSource,
    masklets: Masklets,
    path: Path,
    *,
    draw: Draw = overlay,
    progress: Callable[[Iterable[Frame]], Iterable[Frame]] = iter,
) -> int:
    """Write the video drawn with its masks and return the number of frames; every frame keeps its time.

    Frames without masks are drawn as they are. `progress` hands on the frames read and may count them. The
    file appears under its name when it is complete. Raise ShapeError where the masks do not belong to
    the video, OutputError where the file cannot be written.
    """
    require_same_video(source, masklets)
    frames = ((frame, masklets.frame(frame.index)) for frame in progress(source.read()))
    return render_frames(frames, path, source.info, draw=draw)


def render_frames(
    frames: Iterable[tuple[Frame, FrameMasks]], path: Path, info: SourceInfo, *, draw: Draw = overlay
) -> int:
    """Write frames drawn with their masks, which are brought to their size, as a video; return their number.

    `info` is that of their source. The frames keep their times. The file appears under its name when it is
    complete; raise OutputError where it cannot be written.
    """
    pictures, timed = tee(drawn_frames(frames, draw))
    return write_video(
        path,
        (frame.image_HW3 for frame in pictures),
        frames_per_second=info.frames_per_second or ASSUMED_RATE,
        seconds=(frame.seconds for frame in timed),
        preset=PRESET,
    )


def render_sheet(
    source: FrameSource,
    masklets: Masklets,
    path: Path,
    *,
    draw: Draw = overlay,
    tiles: int = SHEET_TILES,
    columns: int = 4,
    kept: Mapping[int, Frame] | None = None,
) -> None:
    """Write a contact sheet (PNG or JPEG) of frames spread evenly over those that have masks.

    Only these frames are read, and they are drawn at the size of a tile, so that names can be read. `kept`
    has frames by their index, made so by `sheet_frame`; they are not read again. Raise ShapeError where the
    masks do not belong to the video, OutputError where the file cannot be written.
    """
    require_same_video(source, masklets)
    small = (_at_hand(index, source, kept or {}) for index in evenly(masklets.frame_indices, tiles))
    drawn = list(drawn_frames(((frame, masklets.frame(frame.index)) for frame in small), draw))
    sheet_HW3 = contact_sheet(
        [frame.image_HW3 for frame in drawn],
        columns=columns,
        captions=[_caption(frame, source) for frame in drawn],
        tile_width=drawn[0].image_HW3.shape[1] if drawn else TILE_WIDTH,
    )
    write_picture(path, sheet_HW3)


def sheet_frame(frame: Frame) -> Frame:
    """Return the frame at the size it has on a sheet."""
    return scaled_frame(frame, TILE_WIDTH)


def drawn_frames(frames: Iterable[tuple[Frame, FrameMasks]], draw: Draw) -> Iterator[Frame]:
    """Yield the frames with their masks drawn, which are brought to the frames' size."""
    for frame, masks in frames:
        yield Frame(frame.index, frame.seconds, draw(frame.image_HW3, scaled_masks(masks, frame.size_HW)))


def write_picture(path: Path, image_HW3: UInt8Array) -> None:
    """Write a picture as .png or .jpg, whole or not at all; raise OutputError where that fails."""
    require_picture_name(path)
    _, code = cv2.imencode(path.suffix.lower(), cv2.cvtColor(image_HW3, cv2.COLOR_RGB2BGR))
    write_whole(path, code.tobytes())


def require_picture_name(path: Path) -> None:
    """Raise OutputError for a name that does not end in .png, .jpg or .jpeg."""
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise OutputError(f"Expected a picture's name ending in .png or .jpg, got {path.name!r}.")


def require_same_video(source: FrameSource, masklets: Masklets) -> None:
    """Raise ShapeError where the masks are of another size than the video, or of frames it does not have."""
    (height, width), (mask_height, mask_width) = source.info.size_HW, masklets.size_HW
    if (height, width) != (mask_height, mask_width):
        raise ShapeError(
            f"Expected masks of {width}x{height} pixels as the video {source.info.uri} has, "
            f"got {mask_width}x{mask_height}; `masklet clip --scale` brings the video to their size."
        )
    count, last = source.info.frame_count, max(masklets.frame_indices, default=0)
    if count is not None and last >= count:
        raise ShapeError(f"Expected masks of the {count} frames of {source.info.uri}, got some of frame {last}.")


def _at_hand(index: int, source: FrameSource, kept: Mapping[int, Frame]) -> Frame:
    return kept[index] if index in kept else next(sheet_frame(frame) for frame in source.read(index, index + 1))


def _caption(frame: Frame, source: FrameSource) -> str:
    return (
        f"frame {frame.index} · {frame.seconds:.2f} s" if source.info.frames_per_second else f"frame {frame.index}"
    )
