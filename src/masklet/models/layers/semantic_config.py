"""What a user may say of how a network that labels pixels is run."""

from __future__ import annotations

from dataclasses import dataclass

from masklet.core.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class SemanticConfig:
    """Settings of a network that labels pixels, where its file does not say them or is not to be followed."""

    shorter_side: int | None = None
    """What the frame's shorter side is brought to; none: what the file says, else the frame is taken as it is."""
    label_space: str = ""
    """Name of the classes of a file that does not say them; none: told by their number (see `spaces`)."""
    align_corners: bool | None = None
    """Of a released file of HRNet, in which features are enlarged either way: whether the corners of small and
    large features are one. None: they are not, as in its networks for Cityscapes without OCR."""

    def __post_init__(self) -> None:
        if self.shorter_side is not None and self.shorter_side < 1:
            raise ModelError(f"Expected shorter_side to be 1 pixel or more, got {self.shorter_side}.")
