"""Which frames become clips: a few frames of a video every so often, never across a cut; a still is one clip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from masklet.core.errors import OutputError, SourceError
from masklet.pipelines.shots import ShotDetector
from masklet.sources import FrameSource, open_source
from masklet.sources.folder import image_files
from masklet.sources.images import image_size, is_image


@dataclass(frozen=True)
class PlannedClip:
    """Consecutive frames of a source and the name that their masks will have."""

    name: str
    source: str
    """Path of a video, a folder of frames or a single picture."""
    frames: range


@dataclass(frozen=True, kw_only=True)
class ClipLengths:
    """How a video is cut into clips, in frames."""

    every: int = 25
    """From the first frame of one clip to that of the next; a cut begins anew."""
    length: int = 24
    shortest: int = 5
    """Clips that the end of a shot leaves shorter are left out."""

    def __post_init__(self) -> None:
        for name in ("every", "length", "shortest"):
            if getattr(self, name) < 1:
                raise SourceError(f"Expected {name} to be at least 1, got {getattr(self, name)}.")
        if self.shortest > self.length:
            raise SourceError(f"Expected shortest up to length ({self.length}), got {self.shortest}.")


def clips_of_still(path: Path) -> list[PlannedClip]:
    """Return the one clip of a picture that belongs to no video."""
    return [PlannedClip(path.stem, str(path), range(1))]


def stills_of(path: Path) -> Sequence[Path]:
    """Return the pictures of a folder in the order of their names; raise SourceError where there is none."""
    return image_files(path, allow_gaps=True)


def clips_of_video(path: Path, lengths: ClipLengths, *, allow_gaps: bool = False) -> list[PlannedClip]:
    """Return the clips of a video or of a folder of its frames; it is read once through to find its cuts.

    Raise SourceError where it cannot be read, or has no end, or is a folder of pictures of several sizes.
    """
    if path.is_dir():
        _require_frames(image_files(path, allow_gaps=allow_gaps))
    source = open_source(path, allow_gaps=allow_gaps)
    try:
        count = source.info.frame_count
        if count is None:
            raise SourceError(f"Expected a file or folder with an end, got {path}: record it first.")
        spans = clip_spans(_shot_starts(source), count, lengths)
        return [PlannedClip(f"{path.stem}-{span.start:05d}", str(path), span) for span in spans]
    finally:
        source.close()


def is_still(path: Path) -> bool:
    """Say whether a path is that of a single picture."""
    return path.is_file() and is_image(path)


def clip_spans(shot_starts: Sequence[int], frame_count: int, lengths: ClipLengths) -> list[range]:
    """Return the frames of each clip: one begins with each shot and every so often after, all end with their shot.

    >>> clip_spans([0, 10], 20, ClipLengths(every=6, length=5, shortest=4))
    [range(0, 5), range(6, 10), range(10, 15), range(16, 20)]
    """
    ends = [*shot_starts[1:], frame_count]
    spans = [
        range(start, min(start + lengths.length, end))
        for shot_start, end in zip(shot_starts, ends, strict=True)
        for start in range(shot_start, end, lengths.every)
    ]
    return [span for span in spans if len(span) >= lengths.shortest]


def require_own_names(clips: Sequence[PlannedClip]) -> None:
    """Raise OutputError where two clips would be written to one place."""
    sources: dict[str, str] = {}
    for clip in clips:
        other = sources.setdefault(clip.name, clip.source)
        if other != clip.source:
            raise OutputError(
                f"Expected sources of different names, got {other} and {clip.source}: "
                "label them into folders of their own."
            )


def _shot_starts(source: FrameSource) -> list[int]:
    return list(_cuts(source)) or [0]


def _cuts(source: FrameSource) -> Iterator[int]:
    detector = ShotDetector()
    return (frame.index for frame in source.read() if detector.is_cut(frame))


def _require_frames(paths: Sequence[Path]) -> None:
    """Raise SourceError where pictures differ in size, so that they are no frames of one video."""
    sizes = {path: image_size(path) for path in paths}
    first = paths[0]
    for path, size_HW in sizes.items():
        if size_HW != sizes[first]:
            raise SourceError(
                f"Expected frames of one size in {path.parent}, got {first.name} and {path.name}, which differ: "
                "if they are pictures by themselves, label them as stills."
            )
