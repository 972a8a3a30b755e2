"""The steps of mask making as a picture."""

from __future__ import annotations

from masklet.core.arrays import UInt8Array
from masklet.pipelines.person_masks.background import Subtraction, foregrounds
from masklet.pipelines.person_masks.outcome import PersonFrame, PersonMasks
from masklet.render import evenly
from masklet.render.person_steps import MaskSteps, mask_steps_sheet
from masklet.sources import FrameSource, frames_at


def person_sheet(
    source: FrameSource, made: PersonMasks, *, subtraction: Subtraction = "mog2", rows: int = 12
) -> UInt8Array:
    """Return the sheet of up to so many annotated frames: as many kept as dropped ones, where there are both."""
    shown = {one.frame_index: one for one in _shown(made, rows)}
    moving = foregrounds(source, shown, subtraction)
    steps = []
    for frame in frames_at(source, list(shown)):
        one = shown[frame.index]
        steps.append(
            MaskSteps(
                frame_index=frame.index,
                image_HW3=frame.image_HW3,
                xy_2=one.xy_2,
                boxes_N4=one.boxes_N4,
                box=one.box,
                moving_HW=moving[frame.index],
                mask_HW=None if one.example is None else one.example.mask_HW,
                verdict=one.reason or "kept",
                is_kept=one.example is not None,
            )
        )
    return mask_steps_sheet(steps)


def _shown(made: PersonMasks, rows: int) -> list[PersonFrame]:
    dropped = [one for one in made.frames if one.example is None and one.reason != "more than asked for"]
    count = min(len(dropped), rows // 2)
    chosen = [*_spread(made.kept, rows - count), *_spread(dropped, count)]
    return sorted(chosen, key=lambda one: one.frame_index)


def _spread(frames: list[PersonFrame], count: int) -> list[PersonFrame]:
    return [frames[place] for place in evenly(range(len(frames)), count)]
