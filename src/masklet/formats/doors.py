"""The doors to all formats: recognise, read, write."""

from __future__ import annotations

from pathlib import Path

from masklet.core.errors import FormatError, OutputError
from masklet.formats.output import whole
from masklet.formats.records import read_json
from masklet.formats.registry import FORMATS, Annotations, Format, Reading, Writing
from masklet.masklets import BoxTracks, Masklets


def format_of(path: Path) -> str:
    """Return the name of the format a file or folder is in; raise FormatError where that is not clear."""
    if not path.exists():
        raise FormatError(f"Expected annotations in {path}, got no such file or folder.")
    found = [name for name, form in FORMATS.items() if form.looks_like(path)]
    if len(found) == 1:
        return found[0]
    if found:
        raise FormatError(
            f"Expected one format in {path}, got what may be {' or '.join(found)}; name the right one (--from)."
        )
    if path.suffix == ".json" and path.is_file():
        read_json(path)  # whose error says more where it is no JSON at all
    raise FormatError(
        f"Expected one of the formats {', '.join(FORMATS)} in {path}, got something else, as far as its first "
        "lines or files tell; name the format (--from)."
    )


def read_annotations(path: Path, format: str | None = None, *, about: Reading | None = None) -> Annotations:
    """Return what a file or folder holds, masks or boxes; without a format it is recognised.

    Raise FormatError for an unknown format and for what the file does not hold as its format says.
    """
    if not path.exists():
        raise FormatError(f"Expected annotations in {path}, got no such file or folder.")
    form = format_named(format or format_of(path))
    if form.suffix == "" and not path.is_dir():
        raise FormatError(f"Expected a folder ({form.what}), got the file {path}.")
    if form.suffix and path.is_dir() and form.suffix != ".jsonl":
        raise FormatError(f"Expected a file ({form.what}), got the folder {path}.")
    return form.read(path, about or Reading())


def read_masklets(path: Path, format: str | None = None, *, about: Reading | None = None) -> Masklets:
    """Return the masklets of a file or folder; raise FormatError where it holds boxes only."""
    found = read_annotations(path, format, about=about)
    if isinstance(found, BoxTracks):
        raise _no_masks(path)
    return found


def read_tracks(path: Path, format: str | None = None, *, about: Reading | None = None) -> BoxTracks:
    """Return the boxes of a file or folder; masks give their tight boxes."""
    found = read_annotations(path, format, about=about)
    return found if isinstance(found, BoxTracks) else BoxTracks.from_masklets(found)


def write_masklets(
    annotations: Annotations,
    path: Path,
    format: str,
    *,
    about: Writing | None = None,
    overwrite: bool = True,
) -> None:
    """Write annotations, whole or not at all; masks become boxes where the format holds nothing else.

    Raise FormatError for values the format cannot hold and for boxes where masks are needed, OutputError
    where `path` cannot be written or, without `overwrite`, is there already.
    """
    form = format_named(format)
    if form.holds == "masks" and isinstance(annotations, BoxTracks):
        raise _no_masks(None)
    if form.holds == "boxes" and isinstance(annotations, Masklets):
        annotations = BoxTracks.from_masklets(annotations)
    if path.exists() and path.is_dir() != (form.suffix == ""):
        raise OutputError(
            f"Expected to write a {'folder' if form.suffix == '' else 'file'} there, {path} is none."
        )
    with whole(path, overwrite=overwrite, suffixes=form.files) as fresh:
        form.write(annotations, fresh, about or Writing())


def format_named(name: str) -> Format:
    """Return a format; raise FormatError for a name that is none."""
    if name not in FORMATS:
        raise FormatError(f"Expected one of the formats {', '.join(FORMATS)}, got {name!r}.")
    return FORMATS[name]


def _no_masks(path: Path | None) -> FormatError:
    got = f"boxes only in {path}" if path else "boxes only"
    return FormatError(f"Expected masks, got {got}; `masklet segment` makes masks of boxes and the pictures.")
