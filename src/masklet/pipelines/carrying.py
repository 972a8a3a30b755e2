"""Masks of one frame carried through the frames after it, and the check that they stayed on their object.

Source of the check: forward-backward consistency (Kalal et al., "Forward-backward error", ICPR 2010), of masks
instead of points: what is carried to a frame and back from there should be what it was. A mask that leaks and
sheds the leak on its way back passes; the segmenter, asked for the object where its way ends, finds that out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from masklet.core.errors import PromptError
from masklet.core.masks import deepest_points, without_fragments
from masklet.core.rle import Rle, decode, encode, iou_matrix
from masklet.core.values import Box, Frame, FrameMasks, MaskPrompt, Points, Prompt
from masklet.masklets import ObjectMask, object_masks
from masklet.models.protocols import Segmenter, Tracker

Check = Literal["both", "back", "again", "none"]
"""How a carried mask is checked: carried back to where it began, segmented again where it ends, or not at all."""
Loss = Literal["lost", "inconsistent"]
"""Why an object is dropped: the tracker lost it too soon, or no part of its way that is long enough passed."""


@dataclass(frozen=True, kw_only=True)
class CarryConfig:
    """How the ways of objects are checked, and how well they must do."""

    check: Check = "both"
    least_agreement: float = 0.7
    """IoU of the check; of both, the lesser."""
    fragment: float = 0.1
    """Connected parts of a carried mask smaller than this share of its largest are cut off."""

    def __post_init__(self) -> None:
        if self.check not in get_args(Check):
            raise PromptError(f"Expected a check ({', '.join(get_args(Check))}), got {self.check!r}.")
        for name in ("least_agreement", "fragment"):
            if not 0 <= getattr(self, name) <= 1:
                raise PromptError(f"Expected {name} from 0 to 1, got {getattr(self, name)}.")


@dataclass(frozen=True)
class Way:
    """One object on the frames it was followed through and passed its check; consecutive, from the first."""

    masks: tuple[ObjectMask, ...]
    agreement: float
    """IoU of the check; 1 where there was none to make."""


@dataclass(frozen=True)
class Carried:
    """The objects that stayed, by id, and why the others did not."""

    ways: Mapping[int, Way]
    losses: Mapping[int, Loss]


def carry(
    frames: Sequence[Frame],
    masks: FrameMasks,
    tracker: Tracker,
    segmenter: Segmenter,
    config: CarryConfig,
    *,
    shortest: int,
) -> Carried:
    """Return the masks of the first frame carried through all of them, each as far as it passes its check.

    A way ends before the first frame on which the object is not seen. One that fails its check is cut to its
    first half, and again, until it passes or would be shorter than `shortest` (or all the frames, if fewer).
    """
    ways = _forward(frames, masks, tracker, config.fragment)
    losses: dict[int, Loss] = {}
    passed: dict[int, Way] = {}
    shortest = min(shortest, len(frames))
    pending = dict(ways)
    for object_id in [object_id for object_id, way in ways.items() if len(way) < shortest]:
        losses[object_id] = "lost"
        del pending[object_id]
    while pending:
        agreements = _agreements(frames, pending, tracker, segmenter, config)
        for object_id, agreement in agreements.items():
            way = pending.pop(object_id)
            if agreement >= config.least_agreement:
                passed[object_id] = Way(way, agreement)
            elif len(way) // 2 >= shortest:
                pending[object_id] = way[: len(way) // 2]
            else:
                losses[object_id] = "inconsistent"
    return Carried(ways=dict(sorted(passed.items())), losses=dict(sorted(losses.items())))


def _forward(
    frames: Sequence[Frame], masks: FrameMasks, tracker: Tracker, fragment: float
) -> dict[int, tuple[ObjectMask, ...]]:
    """Return every object's masks up to where it is first not seen; the first one is the one that was given."""
    first = {item.object_id: item for item in object_masks(masks)}
    ways: dict[int, list[ObjectMask]] = {object_id: [] for object_id in masks.object_ids}
    for object_id, item in first.items():
        ways[object_id].append(item)
    if first:
        session = tracker.start()
        session.step(frames[0], [_prompt(frames[0].index, item) for item in first.values()])
        for count, frame in enumerate(frames[1:], start=1):
            for item in object_masks(session.step(frame)):
                way = ways[item.object_id]
                if len(way) == count:
                    rle = encode(without_fragments(decode(item.rle), fragment))
                    way.append(ObjectMask(item.object_id, rle, item.score, first[item.object_id].label))
            if all(len(way) <= count for way in ways.values()):
                break
    return {object_id: tuple(way) for object_id, way in ways.items()}


def _agreements(
    frames: Sequence[Frame],
    ways: Mapping[int, tuple[ObjectMask, ...]],
    tracker: Tracker,
    segmenter: Segmenter,
    config: CarryConfig,
) -> dict[int, float]:
    """Return the IoU of each object's check; one that failed the first of both does not take the second."""
    agreements = dict.fromkeys(ways, 1.0)
    if config.check in ("both", "back"):
        agreements = _carried_back(frames, ways, tracker)
    if config.check in ("both", "again"):
        for object_id, way in ways.items():
            if agreements[object_id] >= config.least_agreement:
                again = _segmented_again(frames, way, segmenter)
                agreements[object_id] = min(agreements[object_id], again)
    return agreements


def _carried_back(
    frames: Sequence[Frame], ways: Mapping[int, tuple[ObjectMask, ...]], tracker: Tracker
) -> dict[int, float]:
    """Return each object's IoU on the first frame of the mask carried back from its way's end; 1 for one frame."""
    session = tracker.start()
    came_back: dict[int, Rle] = {}
    for position in range(max(map(len, ways.values())) - 1, -1, -1):
        ends = [way[position] for way in ways.values() if len(way) == position + 1]
        masks = session.step(frames[position], [_prompt(frames[position].index, item) for item in ends])
        if position == 0:
            came_back = {item.object_id: item.rle for item in object_masks(masks)}
            came_back |= {item.object_id: item.rle for item in ends}
    return {
        object_id: _iou(way[0].rle, came_back[object_id]) if object_id in came_back else 0.0
        for object_id, way in ways.items()
    }


def _segmented_again(frames: Sequence[Frame], way: Sequence[ObjectMask], segmenter: Segmenter) -> float:
    """Return the IoU of a way's last mask with what the segmenter makes of its box and its deepest point."""
    frame, last = frames[len(way) - 1], way[-1].rle
    prompts: list[Prompt] = [
        Box(frame.index, 1, last.box_xyxy),
        Points(frame.index, 1, deepest_points(decode(last), 1), np.array([1])),
    ]
    return _iou(last, encode(segmenter.segment(frame, prompts).masks_NHW[0]))


def _prompt(frame_index: int, item: ObjectMask) -> MaskPrompt:
    return MaskPrompt(frame_index, item.object_id, decode(item.rle))


def _iou(first: Rle, second: Rle) -> float:
    return float(iou_matrix([first], [second])[0, 0])
