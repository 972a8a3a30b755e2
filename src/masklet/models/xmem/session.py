"""What XMem remembers of one video, and its step from one frame to the next.

Shapes: H W pixels of the canvas, h w its cells of 16 pixels, P = h*w, N objects, V channels of a value,
S of sensory memory.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from masklet.core.arrays import AnyArray, BoolArray, FloatArray
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.layers.aggregation import aggregated, cover_of, evidence, others, scores_of
from masklet.models.layers.friends import are_friends, rivals
from masklet.models.layers.still_needed import still_needed
from masklet.models.layers.told import Told
from masklet.models.layers.view import resized
from masklet.models.xmem.canvas import Canvas, canvas_of
from masklet.models.xmem.config import XMemConfig
from masklet.models.xmem.consolidation import bounded
from masklet.models.xmem.memory import Memory, of_frame
from masklet.models.xmem.network import FrameCode, XMemNetwork
from masklet.models.xmem.prompted import PromptedFrame
from masklet.models.xmem.reading import read
from masklet.models.xmem.regions import regions_of
from masklet.models.xmem.state import array_of, memory_from, memory_state, tensor_of

_SURE = 0.7
"""The score of an object that was found for sure."""


class XMemSession:
    """A `Session`. All it remembers is replaced, never changed, so that copies share it safely."""

    def __init__(self, network: XMemNetwork, config: XMemConfig) -> None:
        self._network = network
        self._config = config
        self._told = Told()
        self._sensory: dict[int, Tensor] = {}
        """sensory_Shw of each object followed, in the order of their coming."""
        self._memory: Memory | None = None
        self._prompted: tuple[PromptedFrame, ...] = ()
        self._frames = 0
        """Frames stepped since the first prompt."""
        self._remembered = 0
        """The frame that was remembered last, by that count."""
        self._seen: dict[int, Tensor] = {}
        """seen_hw of each object that was found for sure in the last frame: the cells it has."""
        self._shared: dict[int, Tensor] = {}
        """share_HW on the canvas of each object in the last frame; not part of what is remembered."""

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The objects being followed, in the order of their coming."""
        return tuple(self._sensory)

    @torch.inference_mode()
    def step(self, frame: Frame, prompts: Sequence[Prompt] = ()) -> FrameMasks:
        """Take the next frame and return the masks of all objects followed, an empty one where unseen.

        A mask prompt is returned as it came, with score 1; of two for one object the later counts. An empty one
        says that a known object is not there. Raise PromptError for points, boxes, a mask of another size, of
        another frame or empty for a new object, ShapeError for a frame of another size than the ones before.
        """
        self._told, given = self._told.on(frame, prompts, self._sensory)
        ids = tuple(dict.fromkeys((*self.object_ids, *given)))
        if not ids:
            return FrameMasks.empty(frame.index, frame.size_HW)
        self._frames += 1
        rivals_NN = self._tensor(rivals(self._told.friends, ids))
        canvas = canvas_of(frame.size_HW, self._config.short_side)
        code = self._encode(canvas, frame)
        self._forget_wrong(code, canvas, given)
        remembers = bool(given) or self._frames - self._remembered >= self._config.memory_every
        share_NHW, background_NHW = self._shares(code, canvas, ids, given, rivals_NN, update=not remembers)
        if remembers:
            self._remember(code, share_NHW, rivals_NN, dict.fromkeys(ids, False) | _shown(given))
        self._shared = dict(zip(ids, share_NHW, strict=True))
        evidence_NHW = evidence(share_NHW, background_NHW, rivals_NN)
        found = zip(ids, canvas.masks(array_of(evidence_NHW)), strict=True)
        masks = self._told.masks({known: mask_HW for known, mask_HW in found if known not in given}, given)
        masks_NHW = np.stack([masks[known] for known in ids])
        scores = dict(zip(ids, scores_of(share_NHW, evidence_NHW), strict=True)) | dict.fromkeys(given, 1.0)
        sure = [place for place, object_id in enumerate(ids) if scores[object_id] >= _SURE]
        seen_Nhw = cover_of((evidence_NHW[sure] > 0).to(evidence_NHW.dtype), code.grid_hw) > 0
        self._seen = dict(zip([ids[place] for place in sure], seen_Nhw, strict=True))
        return FrameMasks(
            frame_index=frame.index,
            object_ids=ids,
            masks_NHW=masks_NHW,
            scores_N=np.array([scores[known] for known in ids]) * masks_NHW.any(axis=(1, 2)),
        )

    def shares(self) -> FloatArray:
        """Return share_NHW of the objects followed on the frame stepped last; 0 of all before a step."""
        size_HW = self._told.size_HW or (0, 0)
        share_NHW = np.zeros((len(self._sensory), *size_HW), dtype=np.float32)
        part = canvas_of(size_HW, self._config.short_side).part if self._told.size_HW else ()
        for position, object_id in enumerate(self._sensory):
            if object_id in self._shared:
                share_NHW[position] = resized(array_of(self._shared[object_id])[part], size_HW)
        return share_NHW

    def remove(self, object_id: int) -> None:
        """Forget an object; raise PromptError for one that is not followed."""
        self._told = self._told.without(object_id, self._sensory)
        self._sensory = {known: each for known, each in self._sensory.items() if known != object_id}
        self._seen = {known: each for known, each in self._seen.items() if known != object_id}
        self._prompted = self._still_needed(tuple(each.without(object_id) for each in self._prompted))
        if self._memory is not None:
            left = self._memory.without(object_id)
            self._memory = left if left.objects else None

    def copy(self) -> XMemSession:
        """Return a session that goes on from here by itself."""
        return copy.copy(self)

    def state(self) -> Mapping[str, AnyArray]:
        """Return everything remembered as named arrays."""
        arrays = self._told.state() | {
            "object_ids_N": np.array(self.object_ids, dtype=np.int64),
            "counts_2": np.array([self._frames, self._remembered], dtype=np.int64),
            "prompted_K2": np.array(
                [(each.number, known) for each in self._prompted for known in each.object_ids], dtype=np.int64
            ).reshape(-1, 2),
        }
        arrays |= {f"sensory.{object_id}": array_of(each) for object_id, each in self._sensory.items()}
        arrays |= {f"seen.{object_id}": array_of(each) for object_id, each in self._seen.items()}
        memory = {} if self._memory is None else memory_state(self._memory)
        return arrays | {f"memory.{name}": array for name, array in memory.items()}

    @classmethod
    def from_state(cls, network: XMemNetwork, config: XMemConfig, state: Mapping[str, AnyArray]) -> XMemSession:
        """Return a session that goes on where the one that gave this state stood."""
        session = cls(network, config)
        session._told = Told.from_state(state)
        session._sensory = {
            object_id: tensor_of(state[f"sensory.{object_id}"], network.device)
            for object_id in state["object_ids_N"].tolist()
        }
        session._seen = {
            object_id: tensor_of(state[f"seen.{object_id}"], network.device)
            for object_id in session._sensory
            if f"seen.{object_id}" in state
        }
        session._frames, session._remembered = state["counts_2"].tolist()
        prompted: dict[int, tuple[int, ...]] = {}
        for number, object_id in state["prompted_K2"].tolist():
            prompted[number] = (*prompted.get(number, ()), object_id)
        session._prompted = tuple(PromptedFrame(number, ids) for number, ids in prompted.items())
        prefix = "memory."
        memory = {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
        session._memory = memory_from(memory, network.device) if memory else None
        return session

    def _encode(self, canvas: Canvas, frame: Frame) -> FrameCode:
        picture_HW3 = self._tensor(canvas.picture(frame.image_HW3))
        return self._network.encode(picture_HW3.permute(2, 0, 1)[None])

    def _forget_wrong(self, code: FrameCode, canvas: Canvas, given: Mapping[int, BoolArray]) -> None:
        """Forget what was found of objects, now that a prompt says better. What earlier prompts told stays, unless
        it would find the object in quite another place of this frame."""
        for object_id, mask_HW in given.items():
            if self._memory is not None and object_id in self._memory.objects:
                self._memory = self._memory.forgetting_found(object_id)
                if mask_HW.any() and self._memory.knowing_alike([object_id]):
                    logits_NHW, _, _ = self._look(code, [object_id], update=False, everywhere=True)
                    (found_HW,) = canvas.masks(array_of(logits_NHW))
                    if found_HW.any() and not (found_HW & mask_HW).any():
                        self._memory = self._memory.without(object_id)

    def _shares(
        self,
        code: FrameCode,
        canvas: Canvas,
        object_ids: Sequence[int],
        given: Mapping[int, BoolArray],
        rivals_NN: Tensor,
        *,
        update: bool,
    ) -> tuple[Tensor, Tensor]:
        """Return share_NHW and background_NHW: the given masks, and the others as they are found.

        What is given is taken from the rivals of it. Sensory memory of what is found is renewed with `update`.
        """
        share_NHW = torch.zeros((len(object_ids), *canvas.size_HW), dtype=rivals_NN.dtype, device=rivals_NN.device)
        sought = [place for place, object_id in enumerate(object_ids) if object_id not in given]
        if sought:
            sought_ids = [object_ids[place] for place in sought]
            everywhere = bool(given) or self._frames % self._config.whole_every == 0
            logits_NHW, renewed, usage_M = self._look(code, sought_ids, update=update, everywhere=everywhere)
            assert self._memory is not None
            self._memory, self._sensory = self._memory.used(usage_M), self._sensory | renewed
            found_NHW, background_NHW = aggregated(logits_NHW.sigmoid_(), rivals_NN[sought][:, sought])
            if not given:
                return found_NHW, background_NHW
            share_NHW[sought] = found_NHW
        for object_id, mask_HW in given.items():
            cover_HW = self._tensor(canvas.cover(mask_HW))
            for place in sought:
                if not are_friends(self._told.friends, object_id, object_ids[place]):
                    share_NHW[place] *= cover_HW <= 0.5
            share_NHW[object_ids.index(object_id)] = cover_HW
        return aggregated(share_NHW, rivals_NN)

    def _look(
        self, code: FrameCode, object_ids: Sequence[int], *, update: bool, everywhere: bool
    ) -> tuple[Tensor, dict[int, Tensor], Tensor]:
        """Return logits_NHW of these objects by what is remembered, each for itself, their sensory memory after
        this frame where `update` asks for it, and how much the remembered cells were read. They are sought where
        they can be, or everywhere."""
        assert self._memory is not None
        reading = read(self._memory, code.keys, object_ids, self._config.top_k)
        regions = None
        if not everywhere:
            covers = [reading.covers[object_id].view(code.grid_hw) for object_id in object_ids]
            seen = [self._seen.get(object_id) for object_id in object_ids]
            regions = [regions_of(*each, self._config.margin) for each in zip(seen, covers, strict=True)]
        readout_NPV = torch.stack([reading.readouts[object_id] for object_id in object_ids])
        readout_NVhw = readout_NPV.view(len(object_ids), *code.grid_hw, -1).permute(0, 3, 1, 2)
        sensory_NShw = torch.stack([self._sensory[object_id] for object_id in object_ids])
        logits_NHW, renewed_NShw = self._network.decode(
            code,
            readout_NVhw,
            sensory_NShw,
            at_once=self._config.at_once,
            update=update,
            regions=regions,
        )
        return logits_NHW, dict(zip(object_ids, renewed_NShw, strict=True)), reading.usage_M

    def _remember(self, code: FrameCode, share_NHW: Tensor, rivals_NN: Tensor, told: Mapping[int, bool]) -> None:
        """Write the frame into memory; `told` says of each object whether a prompt showed it."""
        nothing_Shw = share_NHW.new_zeros((self._network.dims.sensory, *code.grid_hw))
        sensory_NShw = torch.stack([self._sensory.get(object_id, nothing_Shw) for object_id in told])
        value_NVhw, renewed_NShw = self._network.value(
            code, share_NHW, others(share_NHW, rivals_NN), sensory_NShw, at_once=self._config.at_once
        )
        self._sensory = dict(zip(told, renewed_NShw, strict=True))
        self._remembered = self._frames
        cover_NP = cover_of(share_NHW, code.grid_hw).flatten(1)
        frame = of_frame(self._frames, code.keys, value_NVhw.flatten(2).mT, cover_NP, told)
        shown = tuple(object_id for object_id, by_prompt in told.items() if by_prompt)
        self._prompted = self._still_needed((*self._prompted, PromptedFrame(self._frames, shown)))
        whole = frame if self._memory is None else self._memory.joined(frame)
        self._memory = bounded(whole, [each.number for each in self._prompted], self._config)

    def _still_needed(self, prompted: Sequence[PromptedFrame]) -> tuple[PromptedFrame, ...]:
        return still_needed(prompted, self._config.prompted)

    def _tensor(self, array: FloatArray) -> Tensor:
        """Return the tensor of an array, where and in what the network keeps keys, gates and masks."""
        return torch.from_numpy(array).to(self._network.device, self._network.wide)


def _shown(given: Mapping[int, BoolArray]) -> dict[int, bool]:
    """Return whether each prompted object is there at all."""
    return {object_id: bool(mask_HW.any()) for object_id, mask_HW in given.items()}
