"""The door to all formats of gaze: a file or an export's folder is recognised by the names of its columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from masklet.core.errors import FormatError
from masklet.formats.gaze.mobile_gaze_mapping import looks_like_mobile_gaze_mapping, read_mobile_gaze_mapping
from masklet.formats.gaze.plain import looks_like_plain_gaze, read_plain_gaze
from masklet.formats.gaze.pupil_cloud import looks_like_pupil_cloud, read_pupil_cloud
from masklet.formats.gaze.pupil_core import looks_like_pupil_core, read_pupil_core
from masklet.formats.gaze.table import header_of
from masklet.prompts.gaze import Gaze


@dataclass(frozen=True)
class GazeFormat:
    """One format of gaze."""

    what: str
    looks_like: Callable[[Path], bool]
    read: Callable[[Path], Gaze]


GAZE_FORMATS: dict[str, GazeFormat] = {
    "pupil-core": GazeFormat("Pupil Player's gaze_positions.csv", looks_like_pupil_core, read_pupil_core),
    "pupil-cloud": GazeFormat("gaze.csv of Pupil Invisible or Neon", looks_like_pupil_cloud, read_pupil_cloud),
    "mobile-gaze-mapping": GazeFormat(
        "mobileGazeMapping's gazeData_world.tsv", looks_like_mobile_gaze_mapping, read_mobile_gaze_mapping
    ),
    "plain": GazeFormat("seconds or frame, x, y", looks_like_plain_gaze, read_plain_gaze),
}


def gaze_format_of(path: Path) -> tuple[str, Path]:
    """Return the name of the format, and the table: the path itself, or the one of an export's folder.

    Raise FormatError where there is none, or several.
    """
    if not path.exists():
        raise FormatError(f"Expected a recording of gaze in {path}, got no such file or folder.")
    tables = [path]
    if path.is_dir():
        tables = sorted(table for table in path.iterdir() if table.suffix.lower() in (".csv", ".tsv", ".txt"))
    found = [(name, table) for table in tables for name, form in GAZE_FORMATS.items() if form.looks_like(table)]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(form.what for form in GAZE_FORMATS.values())
    if found:
        names = ", ".join(sorted({table.name for _, table in found}))
        raise FormatError(f"Expected one table of gaze in {path}, got {names}; name the right one.")
    got = "no such table"
    if not path.is_dir():
        got = f"the columns {', '.join(header_of(path)[:8]) or 'of no table'}"
    raise FormatError(f"Expected a table of gaze in {path} ({listed}), got {got}.")


def read_gaze(path: Path) -> Gaze:
    """Return the gaze in a file or an export's folder, with the blinks, fixations and frame times beside it."""
    name, table = gaze_format_of(path)
    return GAZE_FORMATS[name].read(table)
