"""What there is to look at of a run: drawn while frames are finished, or from the masks at the end, the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from masklet.core.values import Frame, FrameMasks
from masklet.masklets import Masklets
from masklet.pipelines.background import Background
from masklet.pipelines.run_folder import RunFolder
from masklet.render import SHEET_TILES, evenly, render_frames, render_sheet, sheet_frame
from masklet.sources import FrameSource, every_nth, prefetch


class Pictures:
    """overlay.mp4 and sheet.png of a video that has an end; its frames are read once for both."""

    def __init__(self, source: FrameSource, folder: RunFolder, step: int = 1) -> None:
        """`step`: only every so manieth frame is drawn."""
        self._source = source
        self._step = step
        self._folder = folder
        self._tiles: dict[int, Frame] = {}
        self._is_drawn = False

    @contextmanager
    def drawing(self) -> Iterator[Callable[[Frame, FrameMasks], None]]:
        """Yield what takes each frame from the first on, and its masks, and draws them in a thread.

        The overlay is there when the block ends well, and only then.
        """
        with Background[tuple[Frame, FrameMasks]](self._draw) as background:
            yield lambda frame, masks: background.put((frame, masks))

    def finish(self, masklets: Masklets) -> None:
        """Write what is not there yet."""
        if not self._is_drawn:
            self._draw(
                (frame, masklets.frame(frame.index)) for frame in prefetch(every_nth(self._source, self._step))
            )
        render_sheet(self._source, masklets, self._folder.sheet, kept=self._tiles)

    def _draw(self, frames: Iterable[tuple[Frame, FrameMasks]]) -> None:
        self._tiles.clear()
        render_frames(self._keeping_tiles(frames), self._folder.overlay, self._source.info)
        self._is_drawn = True

    def _keeping_tiles(self, frames: Iterable[tuple[Frame, FrameMasks]]) -> Iterator[tuple[Frame, FrameMasks]]:
        wanted = evenly(range(0, self._source.info.frame_count or 0, self._step), SHEET_TILES)
        for frame, masks in frames:
            if frame.index in wanted:
                self._tiles[frame.index] = sheet_frame(frame)
            yield frame, masks
