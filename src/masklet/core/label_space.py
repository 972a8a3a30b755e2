"""What the values of a label map mean: class names and colours, and the way from one such space to another.

Shapes: H W pixels, L classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from masklet.core.arrays import AnyArray, UInt8Array
from masklet.core.errors import FormatError

VOID = 255
"""The value of a pixel of which nothing is said; it is neither learnt nor scored."""


@dataclass(frozen=True)
class LabelClass:
    """One class: its name, its colour in pictures (RGB), and whether its objects can be counted."""

    name: str
    colour: tuple[int, int, int]
    is_thing: bool = False


@dataclass(frozen=True)
class LabelSpace:
    """A named list of classes; the value of a pixel is a position in it, or VOID."""

    name: str
    classes: tuple[LabelClass, ...]

    def __post_init__(self) -> None:
        names = [one.name for one in self.classes]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or twice or len(names) > VOID:
            got = f"{twice[0]!r} twice" if twice else f"{len(names)}"
            raise FormatError(
                f"Expected 1 to {VOID} classes of different names in label space {self.name}, got {got}."
            )

    def __len__(self) -> int:
        return len(self.classes)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Class names, by value."""
        return tuple(one.name for one in self.classes)

    @cached_property
    def palette_256x3(self) -> UInt8Array:
        """Colours by value (RGB); VOID and values that mean nothing are black."""
        colours = np.zeros((256, 3), dtype=np.uint8)
        colours[: len(self.classes)] = [one.colour for one in self.classes]
        return colours

    def value(self, name: str) -> int:
        """Return the value of a class; raise FormatError for a name that is not here."""
        if name not in self.names:
            raise FormatError(f"Expected a class of {self.name} ({', '.join(self.names)}), got {name!r}.")
        return self.names.index(name)

    def require(self, label_map_HW: AnyArray, where: str) -> None:
        """Raise FormatError for values that are neither a class nor VOID; `where` says of what in the message."""
        values = np.unique(label_map_HW)
        unknown = values[(values != VOID) & ((values < 0) | (values >= len(self)))]
        if unknown.size:
            raise FormatError(
                f"Expected labels 0 to {len(self) - 1} of {self.name} or {VOID} for void in {where}, "
                f"got {', '.join(map(str, unknown[:5].tolist()))}; name the label space it was made with."
            )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, which `from_json` reads; caches and files of weights hold it so."""
        classes = [{"name": one.name, "colour": list(one.colour), "thing": one.is_thing} for one in self.classes]
        return {"name": self.name, "classes": classes}

    @classmethod
    def from_json(cls, told: Any, where: str) -> LabelSpace:
        """Return the space of what `to_json` gave; raise FormatError for anything else, found `where`.

        >>> cats = LabelSpace("cats", (LabelClass("cat", (9, 9, 9), is_thing=True),))
        >>> LabelSpace.from_json(cats.to_json(), "here") == cats
        True
        """
        try:
            classes = tuple(
                LabelClass(str(each["name"]), _colour(each["colour"]), bool(each.get("thing")))
                for each in told["classes"]
            )
            return cls(str(told["name"]), classes)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise FormatError(
                f"Expected a label space, name and classes (name, colour, thing), in {where}, got {told!r:.90}."
            ) from error

    def values_in(self, other: LabelSpace, names: Mapping[str, str | None] | None = None) -> UInt8Array:
        """Return value_256 of the other space for each value here: by equal names, or as `names` says; VOID where
        the other has no such class.

        >>> cats = LabelSpace("cats", (LabelClass("cat", (9, 9, 9)), LabelClass("grass", (0, 9, 0))))
        >>> pets = LabelSpace("pets", (LabelClass("dog", (1, 1, 1)), LabelClass("cat", (2, 2, 2))))
        >>> cats.values_in(pets)[[0, 1, 255]].tolist()
        [1, 255, 255]
        """
        table_256 = np.full(256, VOID, dtype=np.uint8)
        for value, name in enumerate(self.names):
            wanted = names.get(name, name) if names else name
            if wanted in other.names:
                table_256[value] = other.names.index(wanted)
        return table_256


def _colour(values: Any) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in values)
    if not 0 <= min(red, green, blue) <= max(red, green, blue) <= 255:
        raise ValueError(values)
    return red, green, blue


def label_space(
    name: str, named_colours: Sequence[tuple[str, tuple[int, int, int]]], things: Sequence[str] = ()
) -> LabelSpace:
    """Return a space of (name, colour) rows; `things` are the countable ones among them."""
    classes = tuple(LabelClass(each, colour, each in things) for each, colour in named_colours)
    unknown = [each for each in things if each not in {one.name for one in classes}]
    if unknown:
        raise FormatError(f"Expected things to be classes of label space {name}, got {unknown[0]!r}.")
    return LabelSpace(name, classes)
