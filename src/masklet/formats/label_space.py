"""label_space.json: what the values of label PNGs mean, beside them.

{"name": "street", "classes": [{"name": "road", "colour": [128, 64, 128], "is_thing": false}, ...]}
"""

from __future__ import annotations

from pathlib import Path

from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.core.label_space import LabelClass, LabelSpace
from masklet.formats.records import Entry, json_bytes, read_json
from masklet.formats.text import read_lines

FILE_NAME = "label_space.json"


def read_label_space(path: Path) -> LabelSpace:
    """Return the label space of a JSON as above, or of a text with the name of a class in every line.

    Raise FormatError for anything else.
    """
    if path.suffix.lower() == ".json":
        content = read_json(path)
        classes = tuple(_class(entry) for entry in content["classes"].items())
        return LabelSpace(str(content["name"].value), classes)
    names = [line.strip() for line in read_lines(path) if line.strip()]
    return space_of_names(path.stem, names)


def write_label_space(space: LabelSpace, path: Path) -> None:
    """Write a label space as JSON."""
    classes = [{"name": one.name, "colour": list(one.colour), "is_thing": one.is_thing} for one in space.classes]
    write_whole(path, json_bytes({"name": space.name, "classes": classes}))


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


def _class(entry: Entry) -> LabelClass:
    colour = [channel.whole_number() for channel in entry["colour"].items()]
    if len(colour) != 3 or not all(0 <= channel <= 255 for channel in colour):
        raise FormatError(f"Expected a colour of three numbers from 0 to 255 in {entry.where} of {entry.path}.")
    thing = entry.get("is_thing")
    return LabelClass(str(entry["name"].value), (colour[0], colour[1], colour[2]), bool(thing and thing.value))
