"""Prompts held against the video they are meant for, before any work is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from masklet.core.errors import PromptError
from masklet.core.values import Box, MaskPrompt, Points, Prompt
from masklet.prompts.origin import naming


class Extent(Protocol):
    """How large a video is; `sources.SourceInfo` says it."""

    @property
    def size_HW(self) -> tuple[int, int]:
        """Height and width of every frame."""
        ...

    @property
    def frame_count(self) -> int | None:
        """Number of frames, None where it is not known."""
        ...


def check_prompts(
    prompts: Iterable[Prompt],
    video: Extent,
    *,
    origins: Iterable[str] | None = None,
    known_ids: Collection[int] = (),
) -> None:
    """Raise PromptError, naming the entry, for the first prompt that cannot be meant for this video.

    That is one on a frame the video does not have, with a point or a corner outside the picture, with a
    mask that is empty or of another size, or with points that only say what an object is not, of an object
    that no other prompt shows and that is not among `known_ids`. `origins` are the names of the entries
    (the keys of `prompts_from_flags`); without them an entry is called by its position: prompts[3].
    """
    prompts = tuple(prompts)
    names = tuple(origins) if origins is not None else tuple(f"prompts[{i}]" for i in range(len(prompts)))
    shown_ids = {prompt.object_id for prompt in prompts if _shows_object(prompt)} | set(known_ids)
    for name, prompt in zip(names, prompts, strict=True):
        with naming(name):
            _check_frame(prompt, video.frame_count)
            _check_place(prompt, video.size_HW)
            if prompt.object_id not in shown_ids:
                raise PromptError(
                    f"Expected a positive point, a box or a mask of object {prompt.object_id} as well, "
                    "got only points beside it."
                )


def _shows_object(prompt: Prompt) -> bool:
    return not isinstance(prompt, Points) or bool((prompt.labels_P == 1).any())


def _check_frame(prompt: Prompt, frame_count: int | None) -> None:
    last = None if frame_count is None else frame_count - 1
    if prompt.frame_index < 0 or (last is not None and prompt.frame_index > last):
        known = "from 0 on" if last is None else f"from 0 to {last}"
        raise PromptError(f"Expected a frame {known}, got frame {prompt.frame_index}.")


def _check_place(prompt: Prompt, size_HW: tuple[int, int]) -> None:
    height, width = size_HW
    match prompt:
        case Points():
            for x, y in prompt.xy_P2.tolist():
                if not (0 <= x < width and 0 <= y < height):
                    raise PromptError(f"Expected points inside the {width}x{height} picture, got {x:g},{y:g}.")
        case Box():
            x1, y1, x2, y2 = prompt.xyxy
            if min(x1, y1) < 0 or x2 > width or y2 > height:
                raise PromptError(
                    f"Expected a box inside the {width}x{height} picture, got {x1:g},{y1:g},{x2:g},{y2:g}."
                )
        case MaskPrompt():
            mask_height, mask_width = prompt.mask_HW.shape
            if (mask_height, mask_width) != size_HW:
                raise PromptError(f"Expected a mask of {width}x{height} pixels, got {mask_width}x{mask_height}.")
            if not prompt.mask_HW.any():
                raise PromptError("Expected a mask with at least one pixel set, got an empty one.")
