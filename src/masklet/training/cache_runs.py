"""Clips of a cache from masklet's own runs, and from masklets and frames of anywhere.

Nothing is decoded before its turn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError
from masklet.training.cache import UncachedClip

if TYPE_CHECKING:
    from masklet.masklets import Masklets
    from masklet.sources import FrameSource


@dataclass(frozen=True, kw_only=True)
class MaskletSource:
    """The folder of a `masklet track` run, or one that holds several: masks become labels of their own video.

    Of what `masklet label` leaves, the objects and frames are taken that `known_throughout` keeps.
    """

    root: Path
    video: Path | None = None
    """None: frames/ in the run's folder, else where its run.json says the video was."""
    every: int = 1
    """Take every so-manieth frame that has masks."""
    prefix: str = "run"
    licence: str = "unknown"

    def __iter__(self) -> Iterator[UncachedClip]:
        from masklet.formats.run import FILE_NAME, read_run

        runs = sorted(path.parent for path in (*self.root.glob(FILE_NAME), *self.root.glob(f"*/{FILE_NAME}")))
        if not runs:
            raise FormatError(f"Expected a run with {FILE_NAME}, or several, in {self.root}, found none.")
        for run in runs:
            video = self.video or _video_of(run)
            masklets = read_run(run)
            yield clip_of_masklets(
                clip_name(self.prefix, run.absolute().name),
                known_throughout(masklets) if _is_labelled(run) else masklets,
                partial(_open, video),
                every=self.every,
                source=f"masklets of {video.name}",
                licence=self.licence,
            )


def known_throughout(masklets: Masklets) -> Masklets:
    """Return the first frames of a labelled clip, and the objects with a mask on all of them.

    Masks end where they were no longer sure while the object may still be seen: a label of 0 there would say that
    it is gone. As many frames are taken as keep the most masks.
    """
    from masklet.masklets import Masklets

    lengths = {each: len(masklets.masklet(each).frame_indices) for each in masklets.object_ids}
    masks_by_length = {
        length: length * sum(other >= length for other in lengths.values()) for length in lengths.values()
    }
    count = max(masks_by_length, key=masks_by_length.__getitem__, default=len(masklets))
    known = {each for each, length in lengths.items() if length >= count}
    return Masklets(
        masklets.size_HW,
        {
            index: [item for item in masklets.objects(index) if item.object_id in known]
            for index in masklets.frame_indices[:count]
        },
    )


def clip_name(prefix: str, name: str) -> str:
    """Return a name a clip's folder may have.

    >>> clip_name("run", "my video (2)")
    'run-my-video-2-'
    """
    return re.sub(r"[^\w.-]+", "-", f"{prefix}-{name}")


def clip_of_masklets(
    name: str,
    masklets: Masklets,
    open_frames: Callable[[], FrameSource],
    *,
    every: int = 1,
    source: str,
    licence: str,
) -> UncachedClip:
    """Return a clip of the frames that have masks, or of every so-manieth of them."""
    wanted = masklets.frame_indices[::every]
    return UncachedClip(
        name=name,
        frames=_frames(open_frames, wanted),
        labels=(masklets.frame(index).label_map() for index in wanted),
        source=source,
        licence=licence,
    )


def _frames(open_frames: Callable[[], FrameSource], wanted: tuple[int, ...]) -> Iterator[UInt8Array]:
    """Yield the images of these frames, ascending; the source is opened for them and closed after."""
    source, taken = open_frames(), frozenset(wanted)
    try:
        for frame in source.read(min(wanted, default=0), max(wanted, default=-1) + 1):
            if frame.index in taken:
                yield frame.image_HW3
    finally:
        source.close()


def _video_of(run: Path) -> Path:
    if (run / "frames").is_dir():
        return run / "frames"
    try:
        return Path(_record(run)["input"]["uri"])
    except (KeyError, TypeError) as error:
        raise FormatError(
            f"Expected the video's path in {run / 'run.json'}, got none; say where it is."
        ) from error


def _is_labelled(run: Path) -> bool:
    """Return whether `masklet label` made it: its masks end where they were no longer sure."""
    return "origin" in _record(run)


def _record(run: Path) -> dict[str, Any]:
    """Return what run.json says, nothing where there is none."""
    try:
        record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _open(video: Path) -> FrameSource:
    from masklet.sources import open_source

    return open_source(video, allow_gaps=True)
