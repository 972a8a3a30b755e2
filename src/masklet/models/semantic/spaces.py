"""What the outputs of a file mean that does not say it."""

from __future__ import annotations

from masklet.core.errors import FormatError
from masklet.core.label_space import LabelClass, LabelSpace
from masklet.core.label_spaces import ADE20K, CAMVID, CITYSCAPES, VOC, find_label_space

_BY_OUTPUTS = {11: CAMVID, 12: CAMVID, 19: CITYSCAPES, 20: CITYSCAPES, 21: VOC, 150: ADE20K}
"""A last output beyond the classes, of CamVid and Cityscapes, stands for pixels of which nothing is known."""


def space_of(outputs: int, name: str = "") -> LabelSpace:
    """Return the label space of that name; without one, the field's own of so many classes, else numbered classes.

    Raise FormatError for an unknown name, or one of more classes than there are outputs.

    >>> space_of(19).name, space_of(4).names
    ('cityscapes', ('class 0', 'class 1', 'class 2', 'class 3'))
    """
    if not name:
        return _BY_OUTPUTS.get(outputs) or _numbered(outputs)
    space = find_label_space(name)
    if len(space) > outputs:
        raise FormatError(f"Expected {len(space)} outputs for label space {name}, got a network of {outputs}.")
    return space


def _numbered(count: int) -> LabelSpace:
    return LabelSpace("numbered", tuple(LabelClass(f"class {value}", _colour(value)) for value in range(count)))


def _colour(value: int) -> tuple[int, int, int]:
    """Return the colour of Pascal VOC's palette: the bits of the value, dealt to the channels from the highest.

    >>> _colour(1), _colour(2), _colour(15)
    ((128, 0, 0), (0, 128, 0), (192, 128, 128))
    """
    red = green = blue = 0
    for place in range(8):
        red |= (value >> (3 * place) & 1) << (7 - place)
        green |= (value >> (3 * place + 1) & 1) << (7 - place)
        blue |= (value >> (3 * place + 2) & 1) << (7 - place)
    return red, green, blue
