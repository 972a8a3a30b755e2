"""The heart: frames go in, masks come out, a prompt takes effect on its own frame."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.protocols import Session, Tracker
from masklet.prompts import group_by_frame
from masklet.sources import FrameSource


@dataclass(frozen=True, eq=False)
class Step:
    """One frame, its masks, and how long the session took for them."""

    frame: Frame
    masks: FrameMasks
    seconds: float


def propagate(source: FrameSource, prompts: Iterable[Prompt], model: Tracker) -> Iterator[FrameMasks]:
    """Yield the masks of every frame in order; a prompt takes effect on its own frame."""
    return (step.masks for step in steps(source.read(), prompts, model.start()))


def steps(
    frames: Iterable[Frame],
    prompts: Iterable[Prompt],
    session: Session,
    *,
    removals: Mapping[int, Sequence[int]] | None = None,
) -> Iterator[Step]:
    """Yield a step for each frame, in the order the frames come (forward or backward).

    removals: from a frame's index to the objects that are forgotten before it.
    """
    prompts_at = group_by_frame(prompts)
    for frame in frames:
        for object_id in (removals or {}).get(frame.index, ()):
            session.remove(object_id)
        started = time.perf_counter()
        masks = session.step(frame, prompts_at.get(frame.index, ()))
        yield Step(frame, masks, time.perf_counter() - started)


def earlier_frames(source: FrameSource, prompts: Iterable[Prompt], model: Tracker) -> Iterator[FrameMasks]:
    """Yield, walking backward to frame 0, the masks each object has before the first frame it is prompted on.

    Together with `propagate` this covers the whole video from prompts in its middle.
    """
    given = tuple(prompts)
    first_at = first_frames(given)
    if not any(first_at.values()):
        return
    finish = only_before(first_at)
    for step in steps(source.read_backward(max(first_at.values())), first_prompts(given), model.start()):
        yield finish(step.masks)


def first_frames(prompts: Iterable[Prompt]) -> dict[int, int]:
    """Return the first frame each object is prompted on."""
    first_at: dict[int, int] = {}
    for prompt in prompts:
        known = first_at.get(prompt.object_id, prompt.frame_index)
        first_at[prompt.object_id] = min(prompt.frame_index, known)
    return first_at


def first_prompts(prompts: Sequence[Prompt]) -> tuple[Prompt, ...]:
    """Return the prompts that are on the first frame their object is prompted on."""
    first_at = first_frames(prompts)
    return tuple(prompt for prompt in prompts if prompt.frame_index == first_at[prompt.object_id])


def only_before(first_at: Mapping[int, int]) -> Callable[[FrameMasks], FrameMasks]:
    """Return what keeps, of a frame's masks, those of objects whose first prompt comes later."""

    def finish(masks: FrameMasks) -> FrameMasks:
        kept = [n for n, i in enumerate(masks.object_ids) if masks.frame_index < first_at[i]]
        return FrameMasks(
            frame_index=masks.frame_index,
            object_ids=tuple(masks.object_ids[n] for n in kept),
            masks_NHW=masks.masks_NHW[kept],
            scores_N=masks.scores_N[kept],
        )

    return finish
