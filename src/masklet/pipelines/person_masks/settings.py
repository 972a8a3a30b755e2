"""How masks of a person are made from annotated positions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from masklet.core.errors import PromptError
from masklet.pipelines.person_masks.background import Subtraction
from masklet.pipelines.person_size import ANCHORS, Anchor

MakerName = Literal["segmenter", "detector", "background", "hand"]
MAKERS: tuple[MakerName, ...] = get_args(MakerName)


@dataclass(frozen=True, kw_only=True)
class PersonMaskConfig:
    """Which frames are looked at, what is taken for the person there, and what makes the mask."""

    maker: MakerName = "segmenter"
    """The detection's mask by the segmenter, by the detector itself, by what moves inside its box, or by hand."""
    by_hand: Path | None = None
    """Folder of PNGs named as frames, black and white or label PNGs with the person's id (maker hand)."""
    subtraction: Subtraction = "mog2"
    anchor: Anchor = "foot"
    limit: float = 40.0
    """Largest distance from position to anchor: pixels in a picture 576 high, and in proportion (P2)."""
    threshold: float = 0.4
    """Least score of a detection."""
    classes: tuple[str, ...] = ("person",)
    most_overlap: float = 0.5
    """Largest share of the person's box that may lie in another detection."""
    examples: int | None = 12
    """Masks to make, spread over the person's time; None: all there are."""
    every: int | None = None
    """Look at every so manieth annotated frame; None: four for each example, evenly spread."""
    least_filled: float = 0.1
    """Least share of the box that a mask fills, else it counts as empty."""

    def __post_init__(self) -> None:
        if self.maker not in MAKERS:
            raise PromptError(f"Expected a mask maker ({', '.join(MAKERS)}), got {self.maker!r}.")
        if self.anchor not in ANCHORS:
            raise PromptError(f"Expected an anchor ({', '.join(ANCHORS)}), got {self.anchor!r}.")
        if not self.limit > 0:
            raise PromptError(f"Expected a distance limit above 0 pixels, got {self.limit:g}.")
        if (self.maker == "hand") != (self.by_hand is not None):
            raise PromptError("Expected a folder of masks made by hand with the maker hand, and with no other.")
        if min(self.examples or 1, self.every or 1) < 1:
            raise PromptError("Expected at least one example and a step of at least one frame.")
