"""Prompts by the frame they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from masklet.core.values import Points, Prompt


class _ByFrame(dict[int, tuple[Prompt, ...]]):
    """A frame without prompts has (), and asking for it leaves no trace."""

    def __missing__(self, frame_index: int) -> tuple[Prompt, ...]:
        return ()


def group_by_frame(prompts: Iterable[Prompt]) -> Mapping[int, Sequence[Prompt]]:
    """Return the prompts of each frame in the order given; () for a frame without any.

    Points of one object on one frame become one `Points`, at the place of the first.
    """
    by_frame: dict[int, list[Prompt]] = {}
    for prompt in prompts:
        _add(by_frame.setdefault(prompt.frame_index, []), prompt)
    return _ByFrame({frame_index: tuple(by_frame[frame_index]) for frame_index in sorted(by_frame)})


def _add(known: list[Prompt], prompt: Prompt) -> None:
    for position, other in enumerate(known):
        if isinstance(prompt, Points) and isinstance(other, Points) and other.object_id == prompt.object_id:
            known[position] = _together(other, prompt)
            return
    known.append(prompt)


def _together(first: Points, second: Points) -> Points:
    return Points(
        frame_index=first.frame_index,
        object_id=first.object_id,
        xy_P2=np.concatenate([first.xy_P2, second.xy_P2]),
        labels_P=np.concatenate([first.labels_P, second.labels_P]),
    )
