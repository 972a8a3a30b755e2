"""Where frames come from."""

from masklet.sources.chosen import every_nth, frames_at
from masklet.sources.open import open_source
from masklet.sources.part import Part
from masklet.sources.prefetch import prefetch
from masklet.sources.protocol import FrameSource, SourceInfo
from masklet.sources.write import write_video

__all__ = [
    "FrameSource",
    "Part",
    "SourceInfo",
    "every_nth",
    "frames_at",
    "open_source",
    "prefetch",
    "write_video",
]
