"""Which format a file or folder is in, judged by its first file or its first lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from masklet.formats.run import FILE_NAME


def label_pngs(path: Path) -> bool:
    """Say whether a folder holds 8-bit PNGs."""
    mode = _mode_of_first_png(path)
    return mode is not None and not mode.startswith("I")


def deep_pngs(path: Path) -> bool:
    """Say whether a folder holds 16-bit PNGs."""
    mode = _mode_of_first_png(path)
    return mode is not None and mode.startswith("I")


def youtube_vos(path: Path) -> bool:
    """Say whether a folder has PNGs in Annotations/VIDEO."""
    return next(path.glob("Annotations/*/*.png"), None) is not None


def sav_pngs(path: Path) -> bool:
    """Say whether a folder has PNGs in numbered folders."""
    return next(path.glob("[0-9][0-9][0-9]/*.png"), None) is not None


def mots_from_0(path: Path) -> bool:
    """Say whether a text is MOTS with a frame 0."""
    return _is_mots(path) and any(line.split()[:1] == ["0"] for line in _lines(path))


def mots_from_1(path: Path) -> bool:
    """Say whether a text is MOTS without a frame 0."""
    return _is_mots(path) and not mots_from_0(path)


def mot(path: Path) -> bool:
    """Say whether a text has lines of at least 7 numbers with commas between."""
    fields = _first_line(path).split(",")
    return path.suffix != ".csv" and len(fields) >= 7 and all(_is_number(field) for field in fields)


def box_csv(path: Path) -> bool:
    """Say whether a text has commas and is called .csv or begins with the name of a box's column."""
    fields = _first_line(path).split(",")
    return len(fields) >= 5 and (path.suffix == ".csv" or "frame" in (field.strip() for field in fields))


def coco_video(path: Path) -> bool:
    """Say whether a JSON has videos and annotations."""
    return _has_keys(path, "videos", "annotations")


def coco_images(path: Path) -> bool:
    """Say whether a JSON has images and annotations, and no videos."""
    return _has_keys(path, "images", "annotations") and not _has_keys(path, "videos")


def sav_json(path: Path) -> bool:
    """Say whether a JSON has SA-V's masklet."""
    return _has_keys(path, "masklet", "masklet_id")


def cvat(path: Path) -> bool:
    """Say whether an XML begins with <annotations>."""
    start = _start(path)
    return start.startswith(b"<") and b"<annotations" in start


def labelme(path: Path) -> bool:
    """Say whether the first JSON of a folder has shapes."""
    first = next(iter(sorted(path.glob("*.json"))), None) if path.is_dir() else None
    return first is not None and _has_keys(first, "shapes")


def run(path: Path) -> bool:
    """Say whether this is masklets.jsonl or a run's folder."""
    return (path / FILE_NAME).is_file() or _start(path).startswith(b'{"frame":')


def _mode_of_first_png(path: Path) -> str | None:
    first = next(iter(sorted(path.glob("*.png"))), None) if path.is_dir() and not run(path) else None
    if first is None:
        return None
    try:
        with Image.open(first) as image:
            return image.mode
    except (UnidentifiedImageError, OSError):
        return ""


def _is_mots(path: Path) -> bool:
    fields = _first_line(path).split()
    return len(fields) == 6 and all(field.isdecimal() for field in fields[:5])


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from file


def _first_line(path: Path) -> str:
    return _start(path).decode("utf-8", "replace").partition("\n")[0]


def _start(path: Path) -> bytes:
    """Return the beginning of a file without white space before it, nothing of a folder."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()


def _has_keys(path: Path, *keys: str) -> bool:
    """Say whether a JSON has these keys, wherever in it."""
    if not _start(path).startswith(b"{"):
        return False
    text = path.read_bytes()
    return all(re.search(rb'"%s"\s*:' % key.encode(), text) for key in keys)


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
