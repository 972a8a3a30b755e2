"""A video under the labels of its pixels, one model's or several side by side, what the colours mean below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import tee
from pathlib import Path

from masklet.core.arrays import UInt8Array
from masklet.core.label_space import LabelSpace
from masklet.core.values import Frame
from masklet.render.label_sheet import labels_beside
from masklet.render.labels import with_legend
from masklet.render.text import text_pixels
from masklet.render.video import PRESET
from masklet.sources import SourceInfo, write_video
from masklet.sources.protocol import ASSUMED_RATE


def render_label_video(
    frames: Iterable[tuple[Frame, Mapping[str, UInt8Array | None]]],
    path: Path,
    info: SourceInfo,
    label_space: LabelSpace,
    *,
    classes: Sequence[int] = (),
    alpha: float = 0.55,
) -> int:
    """Write frames under their label maps (by the model's name) as a video; return their number.

    `info` is that of their source, `classes` are those that the strip below explains. The frames keep their times.
    The file appears under its name when it is complete; raise OutputError where it cannot be written, ShapeError
    for label maps of another size than their frame.
    """
    drawn, timed = tee(frames)
    return write_video(
        path,
        (_drawn(frame, label_maps, label_space, classes, alpha) for frame, label_maps in drawn),
        frames_per_second=info.frames_per_second or ASSUMED_RATE,
        seconds=(frame.seconds for frame, _ in timed),
        preset=PRESET,
    )


def _drawn(
    frame: Frame,
    label_maps: Mapping[str, UInt8Array | None],
    label_space: LabelSpace,
    classes: Sequence[int],
    alpha: float,
) -> UInt8Array:
    image_HW3 = labels_beside(frame.image_HW3, label_maps, label_space, alpha=alpha)
    return with_legend(image_HW3, label_space, classes, pixels=text_pixels(frame.size_HW))
