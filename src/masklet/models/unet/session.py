"""What the trackers remember of one video, and their step from one frame to the next.

Shapes: H W pixels of the frame, h w of the square that is looked at, N objects.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from masklet.core.arrays import AnyArray, BoolArray, FloatArray
from masklet.core.boxes import box_of_mask
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.layers.aggregation import aggregated, evidence, scores_of
from masklet.models.layers.friends import rivals
from masklet.models.layers.sighting import NOWHERE, Sighting, sightings_from, sightings_state
from masklet.models.layers.told import Told
from masklet.models.unet.config import SessionConfig
from masklet.models.unet.memory import ObjectMemory, Remembered
from masklet.models.unet.runner import Runner
from masklet.models.unet.window import window_of

_SURE = 20.0
"""Logits are bounded by this, so that certainty is a number."""


class UNetSession:
    """A `Session`. All it remembers is replaced, never changed, so that copies share it safely."""

    def __init__(self, runner: Runner, config: SessionConfig) -> None:
        self._runner = runner
        self._config = config
        self._told = Told()
        self._sightings: dict[int, Sighting] = {}
        """Of each object followed, in the order of their coming."""
        self._memories: dict[int, ObjectMemory] = {}

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects being followed, in the order of their coming."""
        return tuple(self._sightings)

    @torch.inference_mode()
    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take the next frame and return the masks of all objects followed, an empty one where unseen.

        A mask prompt is returned as it came, with score 1; of two for one object the later counts. An empty one
        says that a known object is not there. Raise PromptError for points, boxes, a mask of another size, of
        another frame or empty for a new object, ShapeError for a frame of another size than the ones before.
        """
        self._told, given = self._told.on(frame, prompts, self._sightings)
        ids = tuple(dict.fromkeys((*self.object_ids, *given)))
        if not ids:
            return FrameMasks.empty(frame.index, frame.size_HW)
        masks, probabilities, scores = self._find(
            frame, [object_id for object_id in ids if object_id not in given]
        )
        masks = self._told.masks(masks, given)
        scores |= {object_id: float(mask_HW.any()) for object_id, mask_HW in given.items()}
        self._remember(frame, masks, probabilities)
        return FrameMasks(
            frame_index=frame.index,
            object_ids=ids,
            masks_NHW=np.stack([masks[object_id] for object_id in ids]),
            scores_N=np.array([scores[object_id] if masks[object_id].any() else 0.0 for object_id in ids]),
        )

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        self._told = self._told.without(object_id, self._sightings)
        self._sightings = {known: seen for known, seen in self._sightings.items() if known != object_id}
        self._memories = {known: each for known, each in self._memories.items() if known != object_id}

    def copy(self) -> UNetSession:
        """Return a session that goes on from here by itself."""
        return copy.copy(self)

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays."""
        arrays = self._told.state() | sightings_state(self._sightings)
        for object_id, memory in self._memories.items():
            arrays |= {f"memory.{object_id}.{name}": array for name, array in memory.state().items()}
        return arrays

    @classmethod
    @torch.inference_mode()
    def from_state(cls, runner: Runner, config: SessionConfig, state: Mapping[str, AnyArray]) -> UNetSession:
        """Return a session that goes on where the one that gave this state stood."""
        session = cls(runner, config)
        session._told = Told.from_state(state)
        session._sightings = sightings_from(state)
        for object_id in session._sightings:
            prefix = f"memory.{object_id}."
            memory = {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
            session._memories[object_id] = ObjectMemory.from_state(memory, runner.encode)
        return session

    def _find(
        self, frame: Frame, object_ids: Sequence[int]
    ) -> tuple[dict[int, BoolArray], dict[int, FloatArray], dict[int, float]]:
        """Return mask_HW, probability_HW and score of these objects, each looked at by itself."""
        if not object_ids:
            return {}, {}, {}
        probability_NHW = torch.from_numpy(np.stack([self._probability(frame, each) for each in object_ids]))
        rivals_NN = torch.from_numpy(rivals(self._told.friends, object_ids))
        share_NHW, background_NHW = aggregated(probability_NHW, rivals_NN)
        evidence_NHW = evidence(share_NHW, background_NHW, rivals_NN)
        scores = scores_of(share_NHW, evidence_NHW)
        return (
            dict(zip(object_ids, (evidence_NHW > 0).numpy(), strict=True)),
            dict(zip(object_ids, probability_NHW.numpy(), strict=True)),
            dict(zip(object_ids, scores, strict=True)),
        )

    def _probability(self, frame: Frame, object_id: int) -> FloatArray:
        """Return probability_HW of one object, 0 beyond the window it is looked for in."""
        config, memory = self._config, self._memories[object_id]
        box_xyxy = self._sightings[object_id].search_box(frame.size_HW, config.growth)
        x1, y1, x2, y2 = box_xyxy.tolist()
        window = window_of((x1, y1, x2, y2), frame.size_HW, margin=config.margin, size=config.size)
        prior_hw = window.seen_from(memory.latest.window, memory.latest.cover_hw)
        now = self._runner.encode(window.picture(frame.image_HW3), self._runner.prior * prior_hw)
        logits_hw = self._runner.logits(now, memory.told(config)).clip(-_SURE, _SURE)
        probability_HW = np.zeros(frame.size_HW, dtype=np.float32)
        probability_HW[window.part] = 1 / (1 + np.exp(-window.spread(logits_hw)))
        return probability_HW

    def _remember(
        self, frame: Frame, masks: Mapping[int, BoolArray], probabilities: Mapping[int, FloatArray]
    ) -> None:
        """Remember where every object is; a prompted mask replaces all that was known of its object."""
        memories = dict(self._memories)
        for object_id, mask_HW in masks.items():
            prompted = object_id not in probabilities
            told = probabilities[object_id] if self._config.soft_feedback and not prompted else mask_HW
            seen = self._seen(frame, mask_HW, told)
            if prompted and seen is not None:
                memories[object_id] = ObjectMemory(seen, seen)
            else:
                memories[object_id] = memories[object_id].after(seen, self._config)
        self._memories = memories
        self._sightings = {
            object_id: self._sightings.get(object_id, NOWHERE).after(mask_HW)
            for object_id, mask_HW in _in_order(masks, self.object_ids).items()
        }

    def _seen(self, frame: Frame, mask_HW: BoolArray, told_HW: BoolArray | FloatArray) -> Remembered | None:
        """Return what is remembered of a frame that shows an object, None of one that does not."""
        box_xyxy = box_of_mask(mask_HW)
        if box_xyxy is None:
            return None
        window = window_of(box_xyxy, frame.size_HW, margin=self._config.margin, size=self._config.size)
        picture_hw3, cover_hw = window.picture(frame.image_HW3), window.cover(told_HW)
        return Remembered(window, picture_hw3, cover_hw, self._runner.encode(picture_hw3, cover_hw))


def _in_order(masks: Mapping[int, BoolArray], object_ids: Sequence[int]) -> dict[int, BoolArray]:
    """Return the masks of the known objects in their order, then the others."""
    return {object_id: masks[object_id] for object_id in dict.fromkeys((*object_ids, *masks))}
