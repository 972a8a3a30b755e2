"""EISeg's HRNet-18 with OCR-64: points, boxes and masks to a mask.

The network knows clicks and a previous mask. How boxes become clicks was chosen by measurement; the table
is in docs/guides/models.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.boxes import box_of_mask
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.eiseg.box_clicks import CropBox
from masklet.models.eiseg.clicks import Clicks
from masklet.models.eiseg.crop import Crop, crop_around
from masklet.models.eiseg.given import Edges, Given, gather
from masklet.models.eiseg.look import Look, probability
from masklet.models.runtime import Graph, Precision, load_graph

_OUTPUT = "save_infer_model/scale_0.tmp_1"
_OUTSIDE = -20.0
"""Logit of what was not looked at."""


@dataclass(frozen=True, kw_only=True)
class EISegConfig:
    """How much work goes into a mask; docs/guides/models.md has the price and the gain of each."""

    long_side: int = 400
    """Pixels of the longer side of what the network looks at."""
    margin: float = 0.25
    """Around the object's box, a share of the box on every side."""
    passes: int = 2
    """Looks in all; each but the first is given the mask of the one before."""
    good_fit: float = 0.8
    """From this IoU of its own box with the prompt's on, a first mask is taken without trying other clicks."""
    corrections: int = 2
    """Most looks with added clicks where the mask disagrees with its box."""


class EISeg:
    """A segmenter. Picture and clicks go through the network together, so it has no embedding to keep."""

    def __init__(self, graph: Graph, config: EISegConfig | None = None) -> None:
        self._graph = graph
        self.config = config or EISegConfig()

    def segment(self, frame: Frame, prompts: Sequence[Prompt]) -> FrameMasks:
        """Return one mask for each object id, in order of first mention; all prompts of one count together.

        A mask alone is its own answer; points with it correct it. A box bounds the mask. The score is the
        mean probability within the mask, 0 for an empty one. Raise PromptError for an object of which
        nothing but points beside it are given.
        """
        object_ids = tuple(dict.fromkeys(prompt.object_id for prompt in prompts))
        masks_NHW = np.zeros((len(object_ids), *frame.size_HW), dtype=bool)
        scores_N = np.zeros(len(object_ids))
        for position, object_id in enumerate(object_ids):
            given = gather([prompt for prompt in prompts if prompt.object_id == object_id])
            masks_NHW[position], scores_N[position] = self._mask_of(frame.image_HW3, given)
        return FrameMasks(frame.index, object_ids, masks_NHW, scores_N)

    def _mask_of(self, image_HW3: UInt8Array, given: Given) -> tuple[BoolArray, float]:
        """Return mask_HW of one object and its score."""
        if given.mask_HW is not None and given.box_xyxy is None and not given.has_points:
            return given.mask_HW, 1.0
        region = given.region_xyxy
        logits_HW = self._from_points(image_HW3, given) if region is None else self._at(image_HW3, region, given)
        mask_HW = logits_HW > 0
        if not mask_HW.any():
            return mask_HW, 0.0
        return mask_HW, float(probability(logits_HW[mask_HW]).mean())

    def _from_points(self, image_HW3: UInt8Array, given: Given) -> FloatArray:
        """Return logits_HW of what is clicked on: found in the whole picture, then looked at closely."""
        height, width, _ = image_HW3.shape
        logits_HW = self._at(image_HW3, (0, 0, width, height), given)
        found = box_of_mask(logits_HW > 0)
        return logits_HW if found is None else self._at(image_HW3, given.around(found), given)

    def _at(self, image_HW3: UInt8Array, region: Edges, given: Given) -> FloatArray:
        """Return logits_HW from a close look at one region of the picture."""
        config, size_HW = self.config, (image_HW3.shape[0], image_HW3.shape[1])
        crop = crop_around(region, size_HW, margin=config.margin, long_side=config.long_side)
        look = Look(self._graph, crop.take(image_HW3))
        clicks = Clicks(crop.to_crop(given.positive_P2), crop.to_crop(given.negative_Q2))
        if given.box_xyxy is None:
            previous_hw = None if given.mask_HW is None else crop.take_mask(given.mask_HW)
            logits_hw = look.from_clicks(clicks, previous_hw, passes=config.passes)
            return crop.put_back(logits_hw, size_HW, outside=_OUTSIDE)
        logits_hw = look.from_box(
            _in_crop(given.box_xyxy, crop),
            clicks,
            passes=config.passes,
            good_fit=config.good_fit,
            corrections=config.corrections,
        )
        logits_HW = crop.put_back(logits_hw, size_HW, outside=_OUTSIDE)
        return np.where(_within(given.box_xyxy, size_HW), logits_HW, _OUTSIDE)


def load(weights: Path, *, threads: int | None = None, precision: Precision = "auto") -> EISeg:
    """Return the segmenter with the weights of a .pdmodel file; raise WeightsError for another network."""
    return EISeg(load_graph(weights, threads=threads, precision=precision, outputs=[_OUTPUT]))


def _in_crop(box_xyxy: Edges, crop: Crop) -> CropBox:
    (x1, y1), (x2, y2) = crop.to_crop(np.reshape(box_xyxy, (2, 2))).tolist()
    return CropBox(x1, y1, x2, y2)


def _within(box_xyxy: Edges, size_HW: tuple[int, int]) -> BoolArray:
    """Return within_HW: the pixels that a box touches."""
    x1, y1, x2, y2 = box_xyxy
    within_HW = np.zeros(size_HW, dtype=bool)
    within_HW[max(0, int(y1)) : int(np.ceil(y2)), max(0, int(x1)) : int(np.ceil(x2))] = True
    return within_HW
