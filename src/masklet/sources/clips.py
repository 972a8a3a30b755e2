"""Many videos into many clips: what will be made is known before the first is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from masklet.core.errors import OutputError, SourceError
from masklet.sources.cut import clip_times, frames_between
from masklet.sources.export import export_frames, export_video
from masklet.sources.open import open_source
from masklet.sources.protocol import ASSUMED_RATE, FrameSource
from masklet.sources.scale import scaled_size
from masklet.sources.split import split_videos
from masklet.sources.times import duration, frame_step, times_of


@dataclass(frozen=True, kw_only=True)
class ClipSettings:
    """How clips are cut and written."""

    seconds: float | None = None
    """Length of a clip; None takes each video whole."""
    overlap: float = 0.0
    keep_rest: bool = False
    """Whether what is left at the end becomes a shorter clip."""
    size_HW: tuple[int, int] | None = None
    height: int | None = None
    """Scale to this height, keeping the shape; None and no size: as it is."""
    bit_rate: int | None = None
    pictures: str | None = None
    """'jpg' or 'png' writes a folder of pictures for each clip, None a video."""
    every: int = 1
    """Write every n-th picture only."""
    frames_per_second: float | None = None
    """The rate of folders of pictures, which have none of their own."""
    overwrite: bool = False


@dataclass(frozen=True)
class Clip:
    """A part of one video: its name, its frames, its time in the video."""

    video: Path
    name: str
    span: range
    begin: float
    end: float


def plan_clips(videos: Sequence[Path], settings: ClipSettings) -> list[Clip]:
    """Return the clips of all videos in order; raise SourceError where two would share a name."""
    _require_different_names(videos)
    return [clip for video in videos for clip in _clips_of(video, settings)]


def draw_clips(clips: Sequence[Clip], count: int, *, seed: int) -> list[Clip]:
    """Return as many clips drawn at random without repetition, in their order; the same for the same seed."""
    if not 1 <= count <= len(clips):
        raise SourceError(f"Expected to draw from 1 to {len(clips)} clips, got {count}.")
    chosen = np.random.default_rng(seed).choice(len(clips), size=count, replace=False)
    return [clips[position] for position in sorted(chosen)]


def write_clips(clips: Sequence[Clip], out: Path, settings: ClipSettings) -> Iterator[tuple[Clip, int]]:
    """Write the clips into a folder; yield each with its number of frames when it is complete.

    Nothing is written where one of them is there already and overwrite is not said (OutputError). Where a
    video is damaged (SourceError) the clips before stay.
    """
    targets = {clip: out / (clip.name if settings.pictures else f"{clip.name}.mp4") for clip in clips}
    for clip, target in targets.items():
        _require_free(target, of=clip.video, overwrite=settings.overwrite)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"Expected a folder to write to at {out}, could not make it ({error.strerror})."
        ) from None
    for video, of_video in groupby(clips, key=lambda clip: clip.video):
        source = _open(video, settings)
        try:
            for clip in of_video:
                yield clip, _write(source, clip, targets[clip], settings)
        finally:
            source.close()


def write_whole(video: Path, target: Path, settings: ClipSettings) -> int:
    """Write a whole video or folder of pictures as one video and return how many frames it has."""
    _require_free(target, of=video, overwrite=settings.overwrite)
    (clip,) = plan_clips([video], replace(settings, seconds=None))
    source = _open(video, settings)
    try:
        return _write(source, clip, target, replace(settings, pictures=None))
    finally:
        source.close()


def write_split(clips: Sequence[Clip], out: Path, *, shares: Sequence[int], seed: int) -> dict[str, list[str]]:
    """Write train.txt, val.txt and test.txt with the names of clips; return them. A video is in one part only."""
    names_of: dict[str, list[str]] = {}
    for clip in clips:
        names_of.setdefault(clip.video.stem, []).append(clip.name)
    videos_of = split_videos(list(names_of), shares, seed=seed)
    lists = {part: [name for video in videos for name in names_of[video]] for part, videos in videos_of.items()}
    for part, names in lists.items():
        partial = out / f".{part}.txt.part"
        partial.write_text("".join(f"{name}\n" for name in names))
        partial.replace(out / f"{part}.txt")
    return lists


def _clips_of(video: Path, settings: ClipSettings) -> list[Clip]:
    source = _open(video, settings)
    try:
        seconds_T = times_of(source)
    finally:
        source.close()
    rate = source.info.frames_per_second or ASSUMED_RATE
    total = duration(seconds_T, rate)
    if settings.seconds is None:
        return [Clip(video, video.stem, range(len(seconds_T)), 0.0, total)]
    times = clip_times(
        total,
        seconds=settings.seconds,
        overlap=settings.overlap,
        keep_rest=settings.keep_rest,
        slack=frame_step(seconds_T, rate) / 2,
    )
    if not times:
        raise SourceError(
            f"Expected a video of at least {settings.seconds:g} s, got {total:.2f} s in {video}: "
            "--keep-rest takes it as a shorter clip."
        )
    spans = [frames_between(seconds_T, begin, end) for begin, end in times]
    return [
        Clip(video, f"{video.stem}_{number:04d}", span, begin, end)
        for number, (span, (begin, end)) in enumerate(zip(spans, times, strict=True))
        if span
    ]


def _write(source: FrameSource, clip: Clip, target: Path, settings: ClipSettings) -> int:
    size_HW = settings.size_HW
    if settings.height is not None:
        size_HW = scaled_size(source.info.size_HW, settings.height)
    if settings.pictures is None:
        return export_video(source, target, span=clip.span, size_HW=size_HW, bit_rate=settings.bit_rate)
    return sum(
        1
        for _ in export_frames(
            source, target, suffix=settings.pictures, every=settings.every, span=clip.span, size_HW=size_HW
        )
    )


def _open(video: Path, settings: ClipSettings) -> FrameSource:
    return open_source(video, frames_per_second=settings.frames_per_second)


def _require_free(target: Path, *, of: Path, overwrite: bool) -> None:
    if target.resolve() == of.resolve():
        raise OutputError(f"Expected an output beside its input, got {target} for both: choose another -o.")
    taken = any(target.iterdir()) if target.is_dir() else target.exists()
    if taken and not overwrite:
        raise OutputError(f"Expected nothing at {target} yet, found something: --overwrite replaces it.")


def _require_different_names(videos: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for video in videos:
        if video.stem in seen:
            raise SourceError(
                f"Expected videos of different names, got {seen[video.stem]} and {video}: their clips would "
                "overwrite each other."
            )
        seen[video.stem] = video
