"""masklet's own masklets.jsonl, by itself or in a run's folder; it holds everything (`masklets.store`)."""

from __future__ import annotations

from pathlib import Path

from masklet.core.errors import FormatError
from masklet.masklets import Masklets, MaskletWriter, open_masklets

FILE_NAME = "masklets.jsonl"


def masklets_file(path: Path) -> Path:
    """Return the masklets.jsonl that a path means: the file itself, or the one in a run's folder."""
    return path / FILE_NAME if path.is_dir() else path


def read_run(path: Path) -> Masklets:
    """Return the masklets of a masklets.jsonl or of a run's folder, lines read when asked for."""
    file = masklets_file(path)
    if not file.is_file():
        raise FormatError(f"Expected a masklets.jsonl, or a run's folder with one, got {path}.")
    return open_masklets(file)


def write_run(masklets: Masklets, path: Path) -> None:
    """Write a masklets.jsonl; the frames' times are not known."""
    with MaskletWriter(path) as writer:
        for frame in masklets:
            writer.append(frame, seconds=None, name=masklets.frame_name(frame.frame_index))
