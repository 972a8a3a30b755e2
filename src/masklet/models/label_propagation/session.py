"""What label propagation remembers of one video, and its step from one frame to the next.

Shapes: H W pixels of the frame, h w cells of the grid, N objects, K cells remembered, Q cells asked for.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from masklet.core.arrays import AnyArray, BoolArray, FloatArray
from masklet.core.boxes import box_of_mask
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.label_propagation.backbone import CELL, Backbone
from masklet.models.label_propagation.config import LabelPropagationConfig
from masklet.models.label_propagation.memory import (
    Memory,
    remember,
    shares_by_matches,
    surroundings,
)
from masklet.models.label_propagation.readout import Readout
from masklet.models.label_propagation.view import Place, View, closest, magnification, places_of, view_of
from masklet.models.layers.given import given_masks, not_followed
from masklet.models.layers.sighting import NOWHERE, Sighting, sightings_from, sightings_state
from masklet.models.layers.still_needed import still_needed


@dataclass(frozen=True)
class Parts:
    """What sessions share: the network, the read, the settings."""

    backbone: Backbone
    readout: Readout
    config: LabelPropagationConfig


@dataclass(frozen=True, eq=False)
class Look:
    """What one view of a frame shows: features, and shares_hw of the objects in it."""

    view: View
    features_hwC: FloatArray
    shares: dict[int, FloatArray]


class LabelPropagationSession:
    """A `Session`. All it remembers is replaced, never changed, so that copies share it safely."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._size_HW: tuple[int, int] | None = None
        self._sightings: dict[int, Sighting] = {}
        """Of each object followed, in the order of their coming."""
        self._prompted: tuple[Memory, ...] = ()
        self._recent: tuple[tuple[Memory, ...], ...] = ()
        """Of the latest frames, a memory of each view."""

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects being followed, in the order of their coming."""
        return tuple(self._sightings)

    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take the next frame and return the masks of all objects followed, an empty one where unseen.

        A mask prompt is returned as it came, with score 1; of two for one object the later counts. An empty one
        says that a known object is not there. Raise PromptError for points, boxes, a mask of another size, of
        another frame or empty for a new object, ShapeError for a frame of another size than the ones before.
        """
        given = given_masks(frame, prompts, followed=self._sightings, size_HW=self._size_HW)
        self._size_HW = frame.size_HW
        if not given and not self._sightings:
            return FrameMasks.empty(frame.index, frame.size_HW)

        masks: dict[int, BoolArray] = {}
        scores: dict[int, float] = {}
        looks = [self._look(frame, view, ids, given) for view, ids in self._views(given)]
        for look in looks:
            found_masks, found_scores = _masks_of(look.shares, look.view, frame.size_HW)
            masks |= found_masks
            scores |= found_scores
        for object_id, mask_HW in given.items():
            self._forget_recent(object_id)
            masks[object_id], scores[object_id] = mask_HW, float(mask_HW.any())
        self._remember(looks, masks, given)
        self._sightings = {
            object_id: self._sightings.get(object_id, NOWHERE).after(masks[object_id])
            for object_id in dict.fromkeys((*self.object_ids, *given))
        }
        ids = self.object_ids
        return FrameMasks(
            frame_index=frame.index,
            object_ids=ids,
            masks_NHW=np.stack([masks[object_id] for object_id in ids]),
            scores_N=np.array([scores[object_id] for object_id in ids]),
        )

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        if object_id not in self._sightings:
            raise not_followed(object_id, self.object_ids)
        self._sightings = {key: seen for key, seen in self._sightings.items() if key != object_id}
        self._forget_recent(object_id)
        limit = self._parts.config.prompted
        self._prompted = still_needed((memory.without(object_id) for memory in self._prompted), limit)

    def copy(self) -> LabelPropagationSession:
        """Return a session that goes on from here by itself."""
        return copy.copy(self)

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays."""
        arrays: dict[str, AnyArray] = {
            "size_HW": np.array(self._size_HW or (), dtype=np.int64),
            **sightings_state(self._sightings),
        }
        recent = {f"recent.{number}": frame for number, frame in enumerate(self._recent)}
        for kind, memories in {"prompted": self._prompted, **recent}.items():
            for number, memory in enumerate(memories):
                arrays |= {f"{kind}.{number}.{name}": array for name, array in memory.state().items()}
        return arrays

    @classmethod
    def from_state(cls, parts: Parts, state: Mapping[str, AnyArray]) -> LabelPropagationSession:
        """Return a session that goes on where the one that gave this state stood."""
        session = cls(parts)
        size_HW = [int(value) for value in state["size_HW"]]
        session._size_HW = (size_HW[0], size_HW[1]) if size_HW else None
        session._sightings = sightings_from(state)
        session._prompted = _memories_of(state, "prompted")
        frames: list[tuple[Memory, ...]] = []
        while frame := _memories_of(state, f"recent.{len(frames)}"):
            frames.append(frame)
        session._recent = tuple(frames)
        return session

    def _views(self, given: Mapping[int, BoolArray]) -> list[tuple[View, tuple[int, ...]]]:
        """Return the views, apart from each other, and the objects that were last, or are prompted, in each."""
        assert self._size_HW is not None
        config = self._parts.config
        boxes = {i: seen.search_box(self._size_HW, config.growth) for i, seen in self._sightings.items()}
        for object_id, mask_HW in given.items():
            box = box_of_mask(mask_HW)
            if box is not None:
                known = boxes.get(object_id, np.array(box))
                boxes[object_id] = np.concatenate([np.minimum(known, box)[:2], np.maximum(known, box)[2:]])
        ids = tuple(boxes)
        # room for all cells around an object that are remembered, or nothing would be known of its surroundings
        room = config.margin * CELL / closest(self._size_HW, pixels=config.canvas_pixels, zoom=config.zoom)
        boxes_N4 = np.array(list(boxes.values()))
        places = places_of(boxes_N4, self._size_HW, margin=config.view_margin, at_least=room)
        scale = magnification(places, self._size_HW, pixels=config.canvas_pixels, zoom=config.zoom)
        members = [tuple(ids[number] for number in place.members) for place in places]
        return [(self._view(place, scale, inside), inside) for place, inside in zip(places, members, strict=True)]

    def _view(self, place: Place, scale: float, object_ids: Sequence[int]) -> View:
        """Return the view of a place, with fewer pixels where too many cells would be asked for."""
        assert self._size_HW is not None
        view = view_of(place, self._size_HW, scale)
        asked, most = int(self._asked(view, object_ids).sum()), self._parts.config.most_cells
        return view if asked <= most else view_of(place, self._size_HW, scale * (most / asked) ** 0.5)

    def _look(self, frame: Frame, view: View, object_ids: Sequence[int], given: Mapping[int, BoolArray]) -> Look:
        """Return what a view shows of its objects: as prompted, else as propagated."""
        features_hwC = self._parts.backbone(view.picture(frame.image_HW3))
        shares = self._propagate(view, features_hwC, [i for i in object_ids if i not in given])
        shares |= {i: _prompted_shares(view, given[i]) for i in object_ids if i in given}
        return Look(view, features_hwC, shares)

    def _propagate(self, view: View, features_hwC: FloatArray, object_ids: Sequence[int]) -> dict[int, FloatArray]:
        """Return shares_hw of each object, read from the memories that know one of them."""
        shares_Nhw = np.zeros((len(object_ids), *view.grid_hw), dtype=np.float32)
        prompted = [memory for memory in self._prompted if memory.knows(object_ids)]
        recent = [memory for frame in self._recent for memory in frame if memory.knows(object_ids)]
        memories = (*prompted, *recent)
        if memories:
            asked_hw = self._asked(view, object_ids)
            config = self._parts.config
            reach = [np.inf] * len(prompted) + [config.reach] * len(recent)
            weight_QT, index_QT = self._parts.readout(
                features_hwC[asked_hw],
                np.argwhere(asked_hw),
                np.concatenate([memory.keys_KC for memory in memories]),
                np.concatenate([view.cells_from(memory.view, memory.cells_K2) for memory in memories]),
                np.repeat(reach, [len(memory.cells_K2) for memory in memories]),
            )
            shares_Nhw[:, asked_hw] = shares_by_matches(memories, weight_QT, index_QT, object_ids)
        return dict(zip(object_ids, shares_Nhw, strict=True))

    def _asked(self, view: View, object_ids: Sequence[int]) -> BoolArray:
        """Return asked_hw: the cells near the latest masks, and those where unseen objects are looked for."""
        assert self._size_HW is not None
        config = self._parts.config
        asked_hw = np.zeros(view.grid_hw, dtype=bool)
        for object_id in object_ids:
            seen = self._sightings.get(object_id)
            if seen is None:  # prompted for the first time
                continue
            if seen.age:
                asked_hw |= view.cells_in(seen.search_box(self._size_HW, config.growth))
                continue
            latest = next(memory for memory in self._recent[-1] if object_id in memory.object_ids)
            shares_hw = latest.shares_hw(object_id)
            asked_hw |= surroundings(view.seen_from(latest.view, shares_hw), config.margin)
        return asked_hw

    def _remember(
        self, looks: Sequence[Look], masks: Mapping[int, BoolArray], given: Mapping[int, BoolArray]
    ) -> None:
        config = self._parts.config
        shown = [(look, [i for i in look.shares if masks[i].any()]) for look in looks]
        if any(ids for _, ids in shown):
            latest = tuple(self._memory_of(look, tuple(look.shares)) for look in looks)
            self._recent = (*self._recent, latest)[-config.recent :]
        prompted = [self._memory_of(look, kept) for look, ids in shown if (kept := [i for i in ids if i in given])]
        if prompted:
            self._prompted = still_needed((*self._prompted, *prompted), config.prompted)

    def _memory_of(self, look: Look, object_ids: Sequence[int]) -> Memory:
        config = self._parts.config
        shares_Nhw = np.stack([_sharpened(look.shares[object_id], config.sharpness) for object_id in object_ids])
        return remember(look.view, look.features_hwC, shares_Nhw, object_ids, margin=config.margin)

    def _forget_recent(self, object_id: int) -> None:
        frames = ([memory.without(object_id) for memory in frame] for frame in self._recent)
        known = (tuple(memory for memory in frame if memory.object_ids) for frame in frames)
        self._recent = tuple(frame for frame in known if frame)


def _masks_of(
    shares: Mapping[int, FloatArray], view: View, size_HW: tuple[int, int]
) -> tuple[dict[int, BoolArray], dict[int, float]]:
    """Return mask_HW and score of each object, by id.

    A place is an object's where more than half of it is, or where more than half of it is not background and
    no other object has more. The score is the mean share of the object over its cells, 0 of an empty mask.
    """
    masks: dict[int, BoolArray] = {}
    scores: dict[int, float] = {}
    total_hw = sum(shares.values(), start=np.zeros(view.grid_hw, np.float32))
    for object_id, shares_hw in shares.items():
        others = [other_hw for other_id, other_hw in shares.items() if other_id != object_id]
        strongest_hw = np.max(others, axis=0) if others else np.zeros_like(shares_hw)
        evidence_hw = np.maximum(shares_hw - 0.5, np.minimum(total_hw - 0.5, shares_hw - strongest_hw))
        masks[object_id] = view.mask(evidence_hw, size_HW)
        seen = masks[object_id].any()
        scores[object_id] = float(shares_hw[evidence_hw > 0].mean()) if seen else 0.0
    return masks, scores


def _prompted_shares(view: View, mask_HW: BoolArray) -> FloatArray:
    """Return shares_hw of a given mask; an object smaller than a cell has at least one cell of its own."""
    shares_hw = view.shares(mask_HW)
    return shares_hw / max(float(shares_hw.max()), 1e-6) if mask_HW.any() else shares_hw


def _sharpened(shares_hw: FloatArray, sharpness: float) -> FloatArray:
    sharp_hw: FloatArray = np.clip((shares_hw - 0.5) * np.float32(sharpness) + np.float32(0.5), 0, 1)
    return sharp_hw


def _memories_of(state: Mapping[str, AnyArray], kind: str) -> tuple[Memory, ...]:
    """Return the memories of one kind, in order."""
    memories: list[Memory] = []
    while f"{kind}.{len(memories)}.view_6" in state:
        prefix = f"{kind}.{len(memories)}."
        memories.append(
            Memory.from_state(
                {name.removeprefix(prefix): a for name, a in state.items() if name.startswith(prefix)}
            )
        )
    return tuple(memories)
