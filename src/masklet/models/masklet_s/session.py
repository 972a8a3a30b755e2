"""What masklet-s remembers of one video, and its step from one frame to the next.

Shapes: H W pixels of the frame, h w cells of 4 pixels of the canvas, N objects, P cells of memory of a frame.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from masklet.core.arrays import AnyArray, BoolArray, FloatArray
from masklet.core.boxes import BoxXYXY, box_of_mask
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.layers.friends import Friends, are_friends, rivals
from masklet.models.layers.sighting import NOWHERE, Sighting, sightings_from, sightings_state
from masklet.models.layers.told import Told
from masklet.models.masklet_s.bank import Bank
from masklet.models.masklet_s.config import SessionConfig
from masklet.models.masklet_s.evidence import evidence
from masklet.models.masklet_s.graphs import Code, Graphs
from masklet.models.masklet_s.memory import of_frame, table
from masklet.models.masklet_s.view import View, canvas_of, view_of


@dataclass(frozen=True, eq=False)
class Latest:
    """Where the objects were on the frame before: shares of the cells of its view."""

    view: View
    shares: Mapping[int, FloatArray]


class MaskletSSession:
    """A `Session`. All it remembers is replaced, never changed, so that copies share it safely."""

    def __init__(self, graphs: Graphs, config: SessionConfig) -> None:
        self._graphs = graphs
        self._config = config
        self._told = Told()
        self._sightings: dict[int, Sighting] = {}
        """Of each object followed, in the order of their coming."""
        self._bank = Bank()
        self._latest: Latest | None = None

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
        self._told, given = self._told.on(frame, prompts, self._sightings)
        ids = tuple(dict.fromkeys((*self.object_ids, *given)))
        if not ids:
            return FrameMasks.empty(frame.index, frame.size_HW)
        for object_id in given:
            self._bank = self._bank.without(object_id, "recent", "lasting", "long_term")
        view = self._view(given)
        code = self._graphs.encode(view.picture(frame.image_HW3))
        found, shares = self._find(code, view, [object_id for object_id in ids if object_id not in given])
        masks = self._told.masks(found, given)
        scores = {object_id: _score(shares[object_id]) for object_id in found if masks[object_id].any()}
        scores |= {object_id: float(mask_HW.any()) for object_id, mask_HW in given.items()}
        shares = _shares_with_given(shares, given, self._told.friends, view)
        self._remember(code, view, shares, masks, given)
        self._sightings = {
            object_id: self._sightings.get(object_id, NOWHERE).after(masks[object_id]) for object_id in ids
        }
        return FrameMasks(
            frame_index=frame.index,
            object_ids=ids,
            masks_NHW=np.stack([masks[object_id] for object_id in ids]),
            scores_N=np.array([scores.get(object_id, 0.0) for object_id in ids]),
        )

    def shares(self) -> FloatArray:
        """Return share_NHW of the objects followed on the frame stepped last; 0 beyond what was looked at."""
        size_HW = self._told.size_HW or (0, 0)
        share_NHW = np.zeros((len(self._sightings), *size_HW), dtype=np.float32)
        if self._latest is not None:
            view = self._latest.view
            for position, object_id in enumerate(self._sightings):
                if object_id in self._latest.shares:
                    share_NHW[position][view.part] = view.spread(self._latest.shares[object_id])
        return share_NHW

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        self._told = self._told.without(object_id, self._sightings)
        self._sightings = {known: seen for known, seen in self._sightings.items() if known != object_id}
        self._bank = self._bank.without(object_id)
        if self._latest is not None:
            kept = {known: share for known, share in self._latest.shares.items() if known != object_id}
            self._latest = Latest(self._latest.view, kept)

    def copy(self) -> MaskletSSession:
        """Return a session that goes on from here by itself."""
        return copy.copy(self)

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays."""
        arrays = self._told.state() | sightings_state(self._sightings)
        if self._latest is not None:
            arrays["latest.view_6"] = np.array(self._latest.view.numbers)
            arrays["latest.object_ids_N"] = np.array(list(self._latest.shares), dtype=np.int64)
            if self._latest.shares:
                arrays["latest.shares_Nhw"] = np.stack(list(self._latest.shares.values()))
        return arrays | {f"bank.{name}": array for name, array in self._bank.state().items()}

    @classmethod
    def from_state(cls, graphs: Graphs, config: SessionConfig, state: Mapping[str, AnyArray]) -> MaskletSSession:
        """Return a session that goes on where the one that gave this state stood."""
        session = cls(graphs, config)
        session._told = Told.from_state(state)
        session._sightings = sightings_from(state)
        if "latest.view_6" in state:
            ids = state["latest.object_ids_N"].tolist()
            shares = dict(zip(ids, state["latest.shares_Nhw"], strict=True)) if ids else {}
            session._latest = Latest(View.from_numbers(state["latest.view_6"].tolist()), shares)
        prefix = "bank."
        session._bank = Bank.from_state(
            {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
        )
        return session

    def _view(self, given: Mapping[int, BoolArray]) -> View:
        """Return the view around all objects: where they may be by now, and where they are prompted."""
        assert self._told.size_HW is not None
        config = self._config
        boxes = [seen.search_box(self._told.size_HW, config.growth) for seen in self._sightings.values()]
        boxes += [np.array(box) for mask_HW in given.values() if (box := box_of_mask(mask_HW)) is not None]
        box_N4 = np.array(boxes)
        union: BoxXYXY = (*box_N4[:, :2].min(axis=0).tolist(), *box_N4[:, 2:].max(axis=0).tolist())
        canvas_HW = canvas_of(self._told.size_HW, config.canvas_pixels)
        return view_of(union, self._told.size_HW, canvas_HW=canvas_HW, margin=config.view_margin, zoom=config.zoom)

    def _find(
        self, code: Code, view: View, object_ids: Sequence[int]
    ) -> tuple[dict[int, BoolArray], dict[int, FloatArray]]:
        """Return mask_HW and shares_hw of these objects, read from what is remembered."""
        assert self._told.size_HW is not None
        known = [object_id for object_id in object_ids if self._bank.knows(object_id)]
        masks = {object_id: np.zeros(self._told.size_HW, dtype=bool) for object_id in object_ids}
        shares = {object_id: np.zeros(view.grid_hw, dtype=np.float32) for object_id in object_ids}
        if not known:
            return masks, shares
        key_MQ, value_NCM = table(self._bank.memories(), known, view)
        rivals_NN = rivals(self._told.friends, known)
        reading = self._graphs.read(code, key_MQ, value_NCM, self._before(view, known), rivals_NN)
        self._bank = self._bank.used(reading.usage_M)
        evidence_Nhw = evidence(reading.log_probability_Nhw, reading.log_background_Nhw, rivals_NN)
        for position, object_id in enumerate(known):
            shares[object_id] = np.exp(reading.log_probability_Nhw[position])
            if (evidence_Nhw[position] > 0).any():
                masks[object_id][view.part] = view.spread(evidence_Nhw[position]) > 0
        return masks, shares

    def _before(self, view: View, object_ids: Sequence[int]) -> FloatArray:
        """Return before_Nhw: where the objects were on the frame before, in this view's cells."""
        before_Nhw = np.zeros((len(object_ids), *view.grid_hw), dtype=np.float32)
        if self._latest is not None:
            for position, object_id in enumerate(object_ids):
                if object_id in self._latest.shares:
                    shares_hw = self._latest.shares[object_id]
                    before_Nhw[position] = view.seen_from(self._latest.view, shares_hw)
        return before_Nhw

    def _remember(
        self,
        code: Code,
        view: View,
        shares: Mapping[int, FloatArray],
        masks: Mapping[int, BoolArray],
        given: Mapping[int, BoolArray],
    ) -> None:
        """Remember the frame where any object is seen; an object that is not seen is remembered as not there."""
        self._latest = Latest(view, shares)
        if not any(mask_HW.any() for mask_HW in masks.values()):
            return
        ids = list(shares)
        value_NCP = self._graphs.value(code, np.stack([shares[i] for i in ids]), rivals(self._told.friends, ids))
        memory = of_frame(code.key_PR, value_NCP, ids)
        shown = [object_id for object_id in given if given[object_id].any()]
        prompted = None
        if shown:
            prompted = replace(memory, values={i: memory.values[i] for i in shown})
        self._bank = self._bank.with_frame(replace(memory, view=view), prompted, self._config)


def _score(shares_hw: FloatArray) -> float:
    """Return the mean share of an object over the cells that are more its own than not."""
    own = shares_hw[shares_hw > 0.5]
    return float(own.mean()) if own.size else 0.5


def _shares_with_given(
    shares: Mapping[int, FloatArray],
    given: Mapping[int, BoolArray],
    friends: Friends,
    view: View,
) -> dict[int, FloatArray]:
    """Return the shares of all objects in cells, the prompted ones taking theirs from their rivals."""
    prompted = {object_id: _whole(view.shares(mask_HW), mask_HW) for object_id, mask_HW in given.items()}
    left: dict[int, FloatArray] = {}
    for object_id, shares_hw in shares.items():
        free_hw = np.ones_like(shares_hw)
        for other, given_hw in prompted.items():
            if not are_friends(friends, object_id, other):
                free_hw = np.minimum(free_hw, 1 - given_hw)
        left[object_id] = shares_hw * free_hw
    return left | prompted


def _whole(shares_hw: FloatArray, mask_HW: BoolArray) -> FloatArray:
    """Return the shares so that an object smaller than a cell has at least one cell of its own."""
    return shares_hw / max(float(shares_hw.max()), 1e-6) if mask_HW.any() else shares_hw
