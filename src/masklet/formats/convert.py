"""From one file format to another in one call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError, OutputError
from masklet.formats.change import labelled, renumbered
from masklet.formats.davis import read_palette
from masklet.formats.doors import format_named, format_of, read_annotations, read_masklets, write_masklets
from masklet.formats.registry import Annotations, Reading, Writing
from masklet.formats.run import FILE_NAME
from masklet.masklets import Masklets


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What to change on the way."""

    label: str | None = None
    """The class of objects that have none."""
    renumber: bool = False
    """Whether objects are numbered anew, from 1."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was converted."""

    read_as: str
    written_as: str
    frames: int
    objects: int


def convert(
    source: Path,
    target: Path,
    to: str,
    *,
    read_as: str | None = None,
    about: Reading | None = None,
    changes: Changes | None = None,
    overwrite: bool = False,
) -> Report:
    """Read one file or folder, write another, whole or not at all; without `read_as` the format is recognised.

    The colours of indexed pictures are kept. Raise FormatError for an input that is not what it should be and
    for values the target cannot hold, OutputError where the target cannot be written or holds the source.
    """
    read = read_masklets if format_named(to).holds == "masks" else read_annotations
    _require_apart(source, target)
    about = about or Reading()
    read_as = read_as or format_of(source)
    annotations = _changed(read(source, read_as, about=about), changes or Changes(), source)
    writing = Writing(video=about.video or _video_name(source), palette=_palette_of(source, read_as))
    write_masklets(annotations, target, to, about=writing, overwrite=overwrite)
    frames = len(annotations) if isinstance(annotations, Masklets) else len(annotations.frames)
    return Report(read_as=read_as, written_as=to, frames=frames, objects=len(annotations.object_ids))


def _changed(annotations: Annotations, changes: Changes, source: Path) -> Annotations:
    if not isinstance(annotations, Masklets):
        if changes.label or changes.renumber:
            raise FormatError(f"Expected masks to label or number anew, got boxes in {source}.")
        return annotations
    if changes.label:
        annotations = labelled(annotations, changes.label)
    return renumbered(annotations) if changes.renumber else annotations


def _require_apart(source: Path, target: Path) -> None:
    """Refuse to replace what is being read."""
    if source.resolve().is_relative_to(target.resolve()):
        raise OutputError(f"Expected an output apart from the input, got {target}, which is or holds {source}.")


def _video_name(source: Path) -> str:
    """Return the name of the file without suffix, or of the folder."""
    path = source.resolve()
    return path.parent.name if path.name == FILE_NAME else path.stem


def _palette_of(source: Path, read_as: str) -> UInt8Array | None:
    pattern = {"davis": "*.png", "youtube-vos": "Annotations/*/*.png"}.get(read_as)
    first = next(iter(sorted(source.glob(pattern))), None) if pattern else None
    return read_palette(first) if first else None
