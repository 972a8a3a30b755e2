"""Options of commands that label pixels or take such labels: looks, label spaces, folders of labels by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

if TYPE_CHECKING:
    from masklet.core.label_space import LabelSpace
    from masklet.formats.class_folder import ClassFolder
    from masklet.models.layers.looks import LooksConfig

SemanticName = Annotated[str, Option(help="Semantic model, a name from `masklet models`.")]
Classes = Annotated[
    str,
    Option(help="What values of label PNGs mean: a label space, its JSON, or a text with a class a line."),
]


@dataclass(frozen=True, kw_only=True)
class LooksFlags:
    """How a model looks at a picture."""

    scales: Annotated[
        str, Option(metavar="S,S", help="Sizes to look at, by the picture's; means of their answers.")
    ] = "1"
    mirror: Annotated[bool, Option("--mirror", help="Also look at each mirrored, left for right.")] = False
    window: Annotated[str, Option(metavar="WxH", help="Look window by window, of so many pixels.")] = ""
    overlap: Annotated[float, Option(min=0, max=0.95, help="Share of a window that the next one shows again.")] = (
        1 / 3
    )

    def config(self) -> LooksConfig:
        """Return it for the model; raise BadParameter for what is no list of numbers or no size."""
        from masklet.models.layers.looks import LooksConfig
        from masklet.sources.scale import parse_size

        try:
            sizes = tuple(float(word) for word in self.scales.split(","))
        except ValueError:
            raise typer.BadParameter(
                f"Expected numbers as in 0.5,1,1.5, got {self.scales!r}.", param_hint="--scales"
            ) from None
        window_HW = parse_size(self.window) if self.window else None
        return LooksConfig(scales=sizes, mirror=self.mirror, window_HW=window_HW, overlap=self.overlap)


def label_space_of(text: str) -> LabelSpace | None:
    """Return the label space of a name or a file; None of an empty text."""
    from masklet.formats.label_space import label_space_named

    return label_space_named(text) if text else None


def folders_by_name(words: Sequence[str], label_space: LabelSpace | None) -> dict[str, ClassFolder]:
    """Return folders of labels by their names, from NAME=FOLDER or FOLDER alone, which is called as it is.

    Raise BadParameter for a name that is there twice.
    """
    from masklet.formats.class_folder import open_class_folder

    found: dict[str, ClassFolder] = {}
    for word in words:
        name, equals, folder = word.partition("=")
        path = Path(folder if equals else word)
        name = name if equals else path.name
        if name in found:
            raise typer.BadParameter(f"Expected every name once, got {name!r} twice; say NAME=FOLDER.")
        found[name] = open_class_folder(path, label_space)
    return found
