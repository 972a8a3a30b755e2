"""What is known of a source without decoding more than its first frames."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from masklet.sources.folder import ImageFolder
from masklet.sources.open import open_source
from masklet.sources.pictures import quarter_turns
from masklet.sources.protocol import FrameSource
from masklet.sources.rate import is_variable
from masklet.sources.times import duration
from masklet.sources.video import VideoFile


@dataclass(frozen=True, kw_only=True)
class ProbeReport:
    """What a source is; None where it does not say, or where the question means nothing (a folder's codec)."""

    uri: str
    kind: Literal["video", "pictures", "live"]
    width: int
    height: int
    """Of frames as they are handed out, upright."""
    frames: int | None
    first_name: str
    last_name: str | None = None
    seconds: float | None = None
    frames_per_second: float | None = None
    """The average."""
    declared_frames_per_second: float | None = None
    """What the container says, be it so or not."""
    variable_rate: bool | None = None
    stored_width: int | None = None
    stored_height: int | None = None
    rotation: int = 0
    """Degrees clockwise by which stored frames are turned to stand upright: 0, 90, 180 or 270."""
    mirrored: bool = False
    pixel_aspect: float = 1.0
    interlaced: bool | None = None
    container: str | None = None
    codec: str | None = None
    pixel_format: str | None = None
    bit_depth: int | None = None
    bit_rate: int | None = None
    key_frames: int | None = None
    audio: bool | None = None
    damage: str | None = None
    """Why there should be more frames than there are."""


def probe(source: str | Path, *, allow_gaps: bool = False) -> ProbeReport:
    """Return what a file, folder or live address is; raise SourceError where no frame can be had of it."""
    opened = open_source(source, allow_gaps=allow_gaps)
    try:
        if isinstance(opened, VideoFile):
            return _video(opened)
        return _folder(opened) if isinstance(opened, ImageFolder) else _live(opened)
    finally:
        opened.close()


def _video(source: VideoFile) -> ProbeReport:
    info, facts, timeline = source.info, source.facts, source.timeline
    seconds_T = timeline.seconds_T()
    rotation, mirrored = quarter_turns(source.turn)
    return ProbeReport(
        uri=info.uri,
        kind="video",
        width=info.size_HW[1],
        height=info.size_HW[0],
        frames=timeline.count,
        first_name=source.frame_name(0),
        last_name=source.frame_name(timeline.count - 1),
        seconds=round(duration(seconds_T, float(timeline.rate)), 6),
        frames_per_second=info.frames_per_second,
        declared_frames_per_second=facts.declared_frames_per_second,
        variable_rate=is_variable(seconds_T),
        stored_width=source.stored_HW[1],
        stored_height=source.stored_HW[0],
        rotation=rotation,
        mirrored=mirrored,
        pixel_aspect=float(info.pixel_aspect),
        interlaced=source.is_interlaced,
        container=facts.container,
        codec=facts.codec,
        pixel_format=facts.pixel_format,
        bit_depth=facts.bit_depth,
        bit_rate=facts.bit_rate,
        key_frames=len(timeline.keys_K2),
        audio=facts.has_audio,
        damage=timeline.damage,
    )


def _folder(source: ImageFolder) -> ProbeReport:
    info = source.info
    return ProbeReport(
        uri=info.uri,
        kind="pictures",
        width=info.size_HW[1],
        height=info.size_HW[0],
        frames=info.frame_count,
        first_name=source.paths[0].stem,
        last_name=source.paths[-1].stem,
        codec=", ".join(sorted({path.suffix.lower().removeprefix(".") for path in source.paths})),
    )


def _live(source: FrameSource) -> ProbeReport:
    info = source.info
    return ProbeReport(
        uri=info.uri,
        kind="live",
        width=info.size_HW[1],
        height=info.size_HW[0],
        frames=None,
        first_name=source.frame_name(0),
        frames_per_second=info.frames_per_second,
    )


def read_through(source: str | Path, *, allow_gaps: bool = False) -> int:
    """Read every frame and return how many there are; raise SourceError where one cannot be read."""
    opened = open_source(source, allow_gaps=allow_gaps)
    try:
        return sum(1 for _ in opened.read())
    finally:
        opened.close()
