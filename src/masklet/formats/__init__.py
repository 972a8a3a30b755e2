"""One file per file format, reader and writer side by side; `registry` lists them all."""

from masklet.formats.doors import format_of, read_annotations, read_masklets, read_tracks, write_masklets
from masklet.formats.registry import FORMATS, Format, Reading, Writing

__all__ = [
    "FORMATS",
    "Format",
    "Reading",
    "Writing",
    "format_of",
    "read_annotations",
    "read_masklets",
    "read_tracks",
    "write_masklets",
]
