"""How files are named after frames, and which frame a name means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from masklet.core.errors import FormatError

PICTURES_BESIDE = {"Annotations": "JPEGImages", "Annotations_6fps": "JPEGImages_24fps"}
"""Where the benchmarks of the field keep the pictures that belong to a folder of masks."""


def frame_stem(name: str) -> str:
    """Return the name, checked to be one plain file name; raise FormatError for anything like a path."""
    if not name or name in (".", "..") or any(mark in name for mark in '/\\\0:*?"<>|'):
        raise FormatError(f"Expected a frame name that can name a file, got {name!r}.")
    return name


def index_of_names(present: Sequence[str], frame_names: Sequence[str] | None, where: Path) -> dict[str, int]:
    """Return the frame index of every name that is present.

    With `frame_names`, all frames of the video in order, it is the position in there, and a name that is not
    in there is a FormatError; without, the position among those present.
    """
    if frame_names is None:
        return {name: index for index, name in enumerate(present)}
    index_of = {name: index for index, name in enumerate(frame_names)}
    unknown = [name for name in present if name not in index_of]
    if unknown:
        raise FormatError(
            f"Expected only names of the video's {len(frame_names)} frames in {where}, got {some(unknown)}."
        )
    return {name: index_of[name] for name in present}


def frame_names_in(folder: Path) -> list[str]:
    """Return the names, without suffix and in order, of the pictures in a folder of frames."""
    suffixes = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
    return sorted(path.stem for path in folder.iterdir() if path.suffix.lower() in suffixes)


def frame_names_beside(masks: Path) -> list[str] | None:
    """Return the frame names of the pictures that lie beside a folder of masks as in DAVIS, None without any.

    .../Annotations/480p/judo has them in .../JPEGImages/480p/judo.
    """
    parts = masks.absolute().parts
    for position in reversed(range(len(parts))):
        if parts[position] in PICTURES_BESIDE:
            folder = Path(*parts[:position], PICTURES_BESIDE[parts[position]], *parts[position + 1 :])
            return (frame_names_in(folder) or None) if folder.is_dir() else None
    return None


def some(names: Iterable[object], most: int = 3) -> str:
    """Return the first few names for a sentence.

    >>> some([1, 2, 3, 4, 5])
    '1, 2, 3 and 2 more'
    """
    listed = [str(name) for name in names]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def only_video(videos: Sequence[str], wanted: str | None, where: Path) -> str:
    """Return the video that is wanted, or the only one; raise FormatError where that is not clear."""
    if wanted is None and len(videos) == 1:
        return videos[0]
    if wanted is not None and wanted in videos:
        return wanted
    if not videos:
        raise FormatError(f"Expected at least one video in {where}, got none.")
    got = f"no {wanted!r}" if wanted is not None else f"{len(videos)}; say which one (--video)"
    raise FormatError(f"Expected one video out of {some(videos)} in {where}, got {got}.")
