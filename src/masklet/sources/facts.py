"""What a container says of its video stream as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from masklet.sources.container import open_video_stream

PROGRESSIVE = 1
"""FFmpeg's number for a stream without fields; 0 is unknown, higher ones are the orders of two fields."""


@dataclass(frozen=True)
class StreamFacts:
    """One video stream as it is stored."""

    container: str
    codec: str
    pixel_format: str | None
    bit_depth: int | None
    pixel_aspect: Fraction
    """Width of a stored pixel by its height, before any turn."""
    declared_frames_per_second: float | None
    bit_rate: int | None
    """Bits per second of the video, or of the whole file where the container does not tell them apart."""
    has_audio: bool
    has_fields: bool
    """Whether the stream as a whole is declared interlaced."""


def read_facts(path: Path) -> StreamFacts:
    """Return the facts of the main video stream; raise SourceError where there is none."""
    container, stream = open_video_stream(path)
    with container:
        context = stream.codec_context
        pixels = context.format
        rate = stream.average_rate or stream.guessed_rate
        return StreamFacts(
            container=container.format.name,
            codec=context.name,
            pixel_format=pixels.name if pixels else None,
            bit_depth=pixels.components[0].bits if pixels else None,
            pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
            declared_frames_per_second=float(rate) if rate else None,
            bit_rate=stream.bit_rate or container.bit_rate or None,
            has_audio=bool(container.streams.audio),
            has_fields=context.field_order > PROGRESSIVE,
        )
