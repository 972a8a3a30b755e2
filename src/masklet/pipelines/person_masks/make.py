"""Masks of one person from annotated positions: step 1 of P2 (section 2.1), with what it left out put right.

1 the person's annotated frames, 2 detections there, 3 matched with all annotated people of the frame, 4 the best
frames over the person's time, 5 a mask of the person and of everybody else in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.boxes import box_area, box_of_mask, covered_share
from masklet.core.errors import PromptError
from masklet.core.values import Detections, Frame
from masklet.models.protocols import Detector, Example, Segmenter
from masklet.pipelines.finding import as_box
from masklet.pipelines.person_masks.background import foregrounds
from masklet.pipelines.person_masks.makers import ByBackground, ByDetector, ByHand, BySegmenter, Maker
from masklet.pipelines.person_masks.matching import Match, match_people, overlap_of, scaled_limit
from masklet.pipelines.person_masks.outcome import PersonFrame, PersonMasks, Reason
from masklet.pipelines.person_masks.settings import PersonMaskConfig
from masklet.pipelines.person_scene import Scene
from masklet.pipelines.person_size import PersonSize
from masklet.prompts.homography import is_inside
from masklet.render import evenly
from masklet.sources import FrameSource, frames_at

Network = TypeVar("Network")

LOOKS_PER_EXAMPLE = 4
"""Annotated frames looked at for each mask asked for."""


@dataclass(frozen=True, kw_only=True)
class Networks:
    """What finds people and what makes masks of their boxes; a maker that needs neither has neither."""

    detector: Detector | None
    segmenter: Segmenter | None


def make_person_masks(
    source: FrameSource, scene: Scene, person_id: int, networks: Networks, config: PersonMaskConfig | None = None
) -> PersonMasks:
    """Return the masks of a person, and for each annotated frame looked at whether and why it was dropped.

    Raise PromptError where the person is not in the file, in the video or in the picture, and where no frame could
    be kept, saying why.
    """
    config = config or PersonMaskConfig()
    scene.span(person_id)
    if config.by_hand is not None:
        made = _by_hand(source, scene, person_id, ByHand(config.by_hand, source, person_id), config)
    else:
        made = _by_detections(source, scene, person_id, networks, config)
    if not made.kept:
        why = ", ".join(f"{count} x {reason}" for reason, count in made.counts().items() if count)
        raise PromptError(
            f"Expected person {person_id} in at least one of {len(made.frames)} annotated frames looked at, "
            f"got none ({why}): lower the threshold of detections, raise the limit, or make masks by hand."
        )
    return made


def frames_to_look_at(annotated: Sequence[int], config: PersonMaskConfig) -> tuple[int, ...]:
    """Return those of a person's annotated frames that a detector is asked on."""
    if config.every is not None:
        return tuple(annotated[:: config.every])
    if config.examples is None:
        return tuple(annotated)
    return evenly(annotated, LOOKS_PER_EXAMPLE * config.examples)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Look:
    """A frame that was looked at: what was found, and who is who."""

    frame: PersonFrame
    detections: Detections
    matches: dict[int, Match]
    quality: float = 0.0


def _by_detections(
    source: FrameSource, scene: Scene, person_id: int, networks: Networks, config: PersonMaskConfig
) -> PersonMasks:
    indices = frames_to_look_at(scene.annotated(person_id), config)
    look = partial(_look, scene=scene, person_id=person_id, detector=_needed(networks.detector), config=config)
    looks = [look(frame) for frame in frames_at(source, indices)]
    size = _size_of(looks, config)
    maker = _maker(source, networks, config, looks)
    kept: dict[int, PersonFrame] = {}
    for section in _sections([one for one in looks if one.frame.reason is None], config.examples):
        _keep_best(section, kept, source, maker, person_id, config)
    frames = [kept.get(one.frame.frame_index, _not_needed(one.frame)) for one in looks]
    return PersonMasks(person_id=person_id, frames=frames, size=size)


def _look(frame: Frame, *, scene: Scene, person_id: int, detector: Detector, config: PersonMaskConfig) -> _Look:
    detections = detector.detect(frame)
    asked_N = np.isin(np.array(detections.labels_N, dtype=object), config.classes)
    detections = detections.select(asked_N & (detections.scores_N >= config.threshold))
    people = scene.positions.everybody(frame.index)
    limit = scaled_limit(config.limit, frame.size_HW)
    matches = match_people(people, detections.boxes_N4, anchor=config.anchor, limit=limit)
    xy_2 = people.get(person_id)
    seen = PersonFrame(frame_index=frame.index, xy_2=xy_2, boxes_N4=detections.boxes_N4)
    if xy_2 is None or not is_inside(xy_2[None], frame.size_HW)[0]:
        return _Look(frame=replace(seen, reason="outside the picture"), detections=detections, matches=matches)
    match = matches[person_id]
    if match.detection is None:
        refused = replace(seen, distance=match.distance, reason=match.refusal)
        return _Look(frame=refused, detections=detections, matches=matches)
    overlap = overlap_of(detections.boxes_N4, match.detection)
    reason: Reason | None = "overlapped" if overlap > config.most_overlap else None
    box = as_box(detections.boxes_N4[match.detection])
    return _Look(
        frame=replace(seen, box=box, distance=match.distance, reason=reason),
        detections=detections,
        matches=matches,
        quality=float(detections.scores_N[match.detection]) - overlap,
    )


def _size_of(looks: Sequence[_Look], config: PersonMaskConfig) -> PersonSize | None:
    """Return how large people are, by every detection that is somebody and lies free."""
    boxes = [
        one.detections.boxes_N4[match.detection]
        for one in looks
        for match in one.matches.values()
        if match.detection is not None
        and covered_share(one.detections.boxes_N4)[match.detection] < config.most_overlap / 2
    ]
    return PersonSize.of(np.array(boxes), config.anchor) if boxes else None


def _sections(looks: Sequence[_Look], count: int | None) -> Iterator[list[_Look]]:
    """Yield the frames in as many sections of time as there are masks to make, the best of each first."""
    parts = len(looks) if count is None else min(count, len(looks))
    for positions in np.array_split(np.arange(len(looks)), parts) if parts else ():
        yield sorted((looks[position] for position in positions), key=lambda one: -one.quality)


def _keep_best(
    section: Sequence[_Look],
    kept: dict[int, PersonFrame],
    source: FrameSource,
    maker: Maker,
    person_id: int,
    config: PersonMaskConfig,
) -> None:
    """Keep the best frame of a section that gives a mask; those that give none are noted as dropped."""
    for one in section:
        (frame,) = source.read(one.frame.frame_index, one.frame.frame_index + 1)
        kept[frame.index] = _with_mask(one, frame, maker, person_id, config)
        if kept[frame.index].example is not None:
            return


def _with_mask(one: _Look, frame: Frame, maker: Maker, person_id: int, config: PersonMaskConfig) -> PersonFrame:
    masks_NHW = maker.masks(frame, one.detections)
    own = one.matches[person_id].detection
    assert own is not None, "frames without a detection were dropped"
    boxes_N4 = one.detections.boxes_N4
    mask_HW = masks_NHW[own] & ~_in_front(masks_NHW, boxes_N4, own)
    if mask_HW.sum() < config.least_filled * box_area(boxes_N4[own][None])[0]:
        return replace(one.frame, reason="empty mask")
    others_HW = np.delete(masks_NHW, own, axis=0).any(axis=0) & ~mask_HW
    neighbours = {
        other: masks_NHW[match.detection] & ~mask_HW
        for other, match in one.matches.items()
        if other != person_id and match.detection is not None and masks_NHW[match.detection].any()
    }
    example = Example(frame=frame, mask_HW=mask_HW, others_HW=others_HW)
    return replace(one.frame, example=example, neighbours=neighbours)


def _in_front(masks_NHW: BoolArray, boxes_N4: FloatArray, own: int) -> BoolArray:
    """Return the pixels of those whose feet are nearer to the camera."""
    nearer_N = boxes_N4[:, 3] > boxes_N4[own, 3]
    in_front_HW: BoolArray = masks_NHW[nearer_N].any(axis=0)
    return in_front_HW


def _not_needed(frame: PersonFrame) -> PersonFrame:
    return frame if frame.reason else replace(frame, reason="more than asked for")


def _maker(source: FrameSource, networks: Networks, config: PersonMaskConfig, looks: Sequence[_Look]) -> Maker:
    if config.maker == "detector":
        return ByDetector()
    if config.maker == "background":
        found = [one.frame.frame_index for one in looks if one.frame.reason is None]
        return ByBackground(foregrounds(source, found, config.subtraction))
    return BySegmenter(_needed(networks.segmenter))


def _needed(network: Network | None) -> Network:
    assert network is not None, "the maker needs a network that was not given"
    return network


def _by_hand(
    source: FrameSource, scene: Scene, person_id: int, hand: ByHand, config: PersonMaskConfig
) -> PersonMasks:
    """Return the masks that somebody drew; no detector is asked, so nothing is known of sizes but theirs."""
    drawn = set(hand.frame_indices())
    frames = [
        PersonFrame(frame_index=index, xy_2=_xy(scene, person_id, index), reason="no mask by hand")
        for index in scene.annotated(person_id)
        if index not in drawn
    ]
    frames.extend(_drawn(frame, _xy(scene, person_id, frame.index), hand) for frame in frames_at(source, drawn))
    frames.sort(key=lambda one: one.frame_index)
    boxes = [one.box for one in frames if one.box is not None]
    size = PersonSize.of(np.array(boxes), config.anchor) if boxes else None
    return PersonMasks(person_id=person_id, frames=frames, size=size)


def _xy(scene: Scene, person_id: int, frame_index: int) -> FloatArray | None:
    return scene.positions.of(person_id, frame_index)


def _drawn(frame: Frame, xy_2: FloatArray | None, hand: ByHand) -> PersonFrame:
    mask_HW, others_HW = hand.both(frame)
    box = box_of_mask(mask_HW)
    if box is None:
        return PersonFrame(frame_index=frame.index, xy_2=xy_2, reason="empty mask")
    example = Example(frame=frame, mask_HW=mask_HW, others_HW=others_HW)
    return PersonFrame(frame_index=frame.index, xy_2=xy_2, box=box, example=example)
