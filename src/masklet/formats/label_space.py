"""What the values of label PNGs mean: a JSON, alone or in the run.json of a run, or a text of names.

{"name": "street", "classes": [{"name": "road", "colour": [128, 64, 128], "thing": false}, ...]}
"""

from __future__ import annotations

from pathlib import Path

from masklet.core.files import write_whole
from masklet.core.label_space import LabelClass, LabelSpace
from masklet.core.label_spaces import LABEL_SPACES, find_label_space
from masklet.formats.records import json_bytes, read_json
from masklet.formats.text import read_lines

FILE_NAME = "label_space.json"
LABELS = "labels"
"""The folder of the PNGs in a run."""
RECORD = "run.json"


def read_label_space(path: Path) -> LabelSpace:
    """Return the label space of a JSON as above, of a run.json, or of a text with a class's name in every line.

    Raise FormatError for anything else.
    """
    if path.suffix.lower() == ".json":
        content = read_json(path)
        return LabelSpace.from_json((content.get("label_space") or content).value, str(path))
    names = [line.strip() for line in read_lines(path) if line.strip()]
    return space_of_names(path.stem, names)


def label_space_named(text: str) -> LabelSpace:
    """Return the label space of a name (camvid), or that of a file, as `read_label_space`; raise FormatError for
    a name that is none."""
    path = Path(text)
    if text not in LABEL_SPACES and (path.suffix or path.is_file()):
        return read_label_space(path)
    return find_label_space(text)


def write_label_space(space: LabelSpace, path: Path) -> None:
    """Write a label space as JSON."""
    write_whole(path, json_bytes(space.to_json()))


def label_space_beside(folder: Path) -> LabelSpace | None:
    """Return what the values of a run's label PNGs mean, or of any folder with a label_space.json; None where
    nothing says so. `folder` is that of the run or of its PNGs.
    """
    own = folder / FILE_NAME
    if own.is_file():
        return read_label_space(own)
    for record in (folder / RECORD, *([folder.parent / RECORD] if folder.name == LABELS else [])):
        if record.is_file() and read_json(record).get("label_space") is not None:
            return read_label_space(record)
    return None


def space_of_names(name: str, names: list[str]) -> LabelSpace:
    """Return a space of classes of which names are known alone; their colours are made up, and told apart."""
    return LabelSpace(name, tuple(LabelClass(each, made_up_colour(place)) for place, each in enumerate(names)))


def unnamed_space() -> LabelSpace:
    """Return a space for label PNGs of which nothing is known: class 0, class 1, ..."""
    return space_of_names("unnamed", [f"class {value}" for value in range(255)])


def made_up_colour(value: int) -> tuple[int, int, int]:
    """Return a colour for a class, the same for a value always.

    >>> made_up_colour(0) != made_up_colour(1)
    True
    """
    bits = [(value + 1) >> place & 1 for place in range(9)]
    red, green, blue = (
        sum(bits[channel + 3 * level] << (7 - level) for level in range(3)) for channel in range(3)
    )
    return (red, green, blue)
