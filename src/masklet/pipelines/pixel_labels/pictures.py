"""What there is to look at of a labelling run, drawn from the labels that are written."""

from __future__ import annotations

from collections.abc import Sequence

from masklet.core.arrays import UInt8Array
from masklet.core.label_space import LabelSpace
from masklet.core.values import Frame
from masklet.formats.class_png import read_class_png
from masklet.pipelines.pixel_labels.folder import LabelRunFolder
from masklet.pipelines.pixel_labels.frames import Frames, VideoFrames
from masklet.render import SHEET_TILES, contact_sheet, evenly, write_picture
from masklet.render.label_video import render_label_video
from masklet.render.labels import overlay_labels, with_legend


def draw_labels(frames: Frames, folder: LabelRunFolder, space: LabelSpace, seen: Sequence[int]) -> None:
    """Write overlay and sheet; `seen` are the classes that occur, which the strip below explains."""

    def labels_of(frame: Frame) -> UInt8Array:
        return read_class_png(folder.png(frames.name(frame)), space)

    if isinstance(frames, VideoFrames):
        labelled = ((frame, {"": labels_of(frame)}) for frame in frames.read())
        render_label_video(labelled, folder.overlay, frames.source.info, space, classes=seen)
    else:
        folder.overlays.mkdir(exist_ok=True)
        for frame in frames.read():
            overlay_HW3 = overlay_labels(frame.image_HW3, labels_of(frame), space)
            write_picture(folder.overlays / f"{frames.name(frame)}.jpg", with_legend(overlay_HW3, space, seen))
    chosen = [frames.at(place) for place in evenly(range(frames.total or 0), SHEET_TILES)]
    tiles = [overlay_labels(frame.image_HW3, labels_of(frame), space) for frame in chosen]
    sheet_HW3 = contact_sheet(tiles, captions=[_caption(frame, frames) for frame in chosen])
    write_picture(folder.sheet, with_legend(sheet_HW3, space, seen))


def _caption(frame: Frame, frames: Frames) -> str:
    if isinstance(frames, VideoFrames) and frames.source.info.frames_per_second:
        return f"frame {frame.index} · {frame.seconds:.2f} s"
    return frames.name(frame)
