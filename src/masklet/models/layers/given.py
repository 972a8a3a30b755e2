"""The prompts of a tracker that takes masks only: checked in one place, in one wording."""

from __future__ import annotations

from collections.abc import Container, Sequence

from masklet.core.arrays import BoolArray
from masklet.core.errors import PromptError, ShapeError
from masklet.core.values import Frame, MaskPrompt, Prompt


def given_masks(
    frame: Frame, prompts: Sequence[Prompt], *, followed: Container[int], size_HW: tuple[int, int] | None
) -> dict[int, BoolArray]:
    """Return the prompted mask_HW of each object; of two for one object the later counts.

    Raise PromptError for points, boxes, a mask of another size, of another frame or empty for an object that is
    not followed yet, ShapeError for a frame of another size than the ones before (None: there were none).
    """
    if size_HW not in (None, frame.size_HW):
        raise ShapeError(
            f"Expected frames of {size_HW} pixels (height, width) as before, got {frame.size_HW} "
            f"at frame {frame.index}; start a new session where the size changes."
        )
    given: dict[int, BoolArray] = {}
    for prompt in prompts:
        of_object = f"object {prompt.object_id} on frame {frame.index}"
        if not isinstance(prompt, MaskPrompt):
            kind = type(prompt).__name__.lower()
            raise PromptError(
                f"Expected masks as prompts of this tracker, got {kind} for {of_object}; "
                "a segmenter turns them into masks first (`pipelines.Prompted`)."
            )
        if prompt.frame_index != frame.index:
            raise PromptError(f"Expected prompts of the frame, got one of {prompt.frame_index} for {of_object}.")
        if prompt.mask_HW.shape != frame.size_HW:
            raise PromptError(
                f"Expected a mask of the frame's size {frame.size_HW}, got {prompt.mask_HW.shape} for {of_object}."
            )
        if not prompt.mask_HW.any() and prompt.object_id not in followed:
            raise PromptError(f"Expected at least one pixel in the first mask of {of_object}, got none.")
        given[prompt.object_id] = prompt.mask_HW
    return given


def not_followed(object_id: int, followed: Sequence[int]) -> PromptError:
    """Return the error of naming an object that is not followed."""
    known = ", ".join(map(str, followed)) or "none"
    return PromptError(f"Expected the id of an object that is followed ({known}), got {object_id}.")
