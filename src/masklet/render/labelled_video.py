"""A video with the label maps of several models, brought to one label space.

Shapes: H W pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from masklet.core.arrays import UInt8Array
from masklet.core.label_space import LabelSpace
from masklet.core.label_spaces import values_between
from masklet.core.values import Frame
from masklet.formats.class_folder import ClassFolder
from masklet.render.label_sheet import LabelRow, label_sheet
from masklet.render.label_video import render_label_video
from masklet.render.labels import classes_in
from masklet.render.sheet import evenly
from masklet.render.video import write_picture
from masklet.sources import FrameSource
from masklet.sources.times import times_of

_LOOKED_AT = 24
"""Frames whose classes are explained below a video."""


class LabelledVideo:
    """Frames of a video and what each of several models says of them, by the models' names."""

    def __init__(
        self, source: FrameSource, folders: Mapping[str, ClassFolder], label_space: LabelSpace | None = None
    ) -> None:
        """Match labels and frames; the label space to show is that of the first folder where none is named.

        Raise FormatError where labels do not belong to the video, or no way to the label space is known.
        """
        names = [source.frame_name(index) for index in range(source.info.frame_count or 0)]
        self.source = source
        self.label_space = label_space or next(iter(folders.values())).label_space
        self._folders = folders
        self._name_of = {name: folder.of_frames(names) for name, folder in folders.items()}
        self._values = {
            name: values_between(folder.label_space, self.label_space) for name, folder in folders.items()
        }
        self.indices: Sequence[int] = sorted({index for name_of in self._name_of.values() for index in name_of})
        """The frames that at least one model has labelled."""

    def label_maps(self, index: int) -> dict[str, UInt8Array | None]:
        """Return the label_map_HW of each model, None of one that has none of this frame."""
        found: dict[str, UInt8Array | None] = {}
        for name, folder in self._folders.items():
            file = self._name_of[name].get(index)
            found[name] = None if file is None else self._values[name][folder.read(file)]
        return found

    def frames(self) -> Iterator[tuple[Frame, dict[str, UInt8Array | None]]]:
        """Yield the frames that at least one model has labelled."""
        wanted = set(self.indices)
        return ((frame, self.label_maps(frame.index)) for frame in self.source.read() if frame.index in wanted)

    def nearest(self, seconds: Sequence[float]) -> tuple[int, ...]:
        """Return, for each time, the labelled frame that is nearest to it."""
        seconds_T = times_of(self.source)
        return tuple(min(self.indices, key=lambda index: abs(seconds_T[index] - each)) for each in seconds)

    def row(self, index: int) -> LabelRow:
        """Return a row of a sheet."""
        frame = next(self.source.read(index, index + 1))
        is_timed = self.source.info.frames_per_second
        caption = f"{frame.seconds:.2f} s" if is_timed else self.source.frame_name(index)
        return LabelRow(caption, frame.image_HW3, self.label_maps(index))

    def write_video(
        self,
        path: Path,
        frames: Iterator[tuple[Frame, dict[str, UInt8Array | None]]] | None = None,
        *,
        alpha: float,
    ) -> int:
        """Write the labelled frames, models side by side, as a video; return their number.

        `frames` are those of `frames()`, which somebody may count. Raise OutputError where it cannot be written.
        """
        few = (self.label_maps(index).values() for index in evenly(self.indices, _LOOKED_AT))
        seen = classes_in(each for maps in few for each in maps if each is not None)
        drawn = self.frames() if frames is None else frames
        return render_label_video(drawn, path, self.source.info, self.label_space, classes=seen, alpha=alpha)

    def write_sheet(self, path: Path, indices: Sequence[int], *, tile_width: int, alpha: float) -> None:
        """Write a sheet of these frames: a row a frame, a column a model; raise OutputError where that fails."""
        rows = [self.row(index) for index in indices]
        write_picture(path, label_sheet(rows, self.label_space, tile_width=tile_width, alpha=alpha))
