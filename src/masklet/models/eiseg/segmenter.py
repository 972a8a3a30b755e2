"""EISeg's HRNet-18 with OCR-64: points, boxes and masks to a mask.

The network knows clicks and a previous mask. How boxes become clicks was chosen by measurement; the table
is in docs/guides/models.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy.special import expit

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.boxes import box_of_mask, grown
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.eiseg.box_clicks import clicks_of_box, fit
from masklet.models.eiseg.clicks import Clicks
from masklet.models.eiseg.crop import Crop, CropBox, crop_around
from masklet.models.eiseg.look import Look
from masklet.models.layers.gathered import Edges, Given, gather
from masklet.models.runtime import Graph, Precision, load_graph

_OUTPUT = "save_infer_model/scale_0.tmp_1"
_OUTSIDE = -20.0
"""Logit of what was not looked at."""


@dataclass(frozen=True, kw_only=True)
class EISegConfig:
    """How much work goes into a mask; docs/guides/models.md has the price and the gain of each."""

    first_side: int = 192
    """Pixels of the longer side of what the network looks at to find what is in a box."""
    long_side: int = 320
    """Pixels of the longer side of what it looks at more closely."""
    margin: float = 0.25
    """Around the object's box, a share of the box on every side."""
    box_room: float = 0.0
    """How far a mask may reach beyond its box, on each side, in shares of the box."""
    near_looks: int = 2
    """Close looks at what was found, at least one, each given the mask of the one before."""
    least_probability: float = 0.55
    """From which a pixel belongs to the mask."""
    good_fit: float = 0.8
    """From this IoU of its own box with the prompt's on, a first mask is taken without trying other clicks."""


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
        if given.box_xyxy is not None:
            logits_HW = self._from_box(image_HW3, given.box_xyxy, given)
        elif given.region_xyxy is not None:
            logits_HW = self._near(image_HW3, given.region_xyxy, given)
        else:
            logits_HW = self._from_points(image_HW3, given)
        probability_HW = expit(logits_HW)
        mask_HW = probability_HW >= self.config.least_probability
        return mask_HW, float(probability_HW[mask_HW].mean()) if mask_HW.any() else 0.0

    def _from_points(self, image_HW3: UInt8Array, given: Given) -> FloatArray:
        """Return logits_HW of what is clicked on: found in the whole picture, then looked at closely."""
        height, width, _ = image_HW3.shape
        logits_HW = self._near(image_HW3, (0, 0, width, height), given)
        found = box_of_mask(logits_HW > 0)
        return logits_HW if found is None else self._near(image_HW3, given.around(found), given)

    def _near(self, image_HW3: UInt8Array, region: Edges, given: Given) -> FloatArray:
        """Return logits_HW of what is clicked on in a region; a mask given is where it starts from."""
        crop = self._crop(region, image_HW3, self.config.long_side)
        look = Look(self._graph, crop.take(image_HW3))
        clicks = _in_crop(given, crop)
        known_hw = look.nothing_hw if given.mask_HW is None else crop.take_mask(given.mask_HW)
        logits_hw = look.repeated(clicks, known_hw, times=self.config.near_looks)
        return crop.put_back(logits_hw, image_HW3.shape[:2], outside=_OUTSIDE)

    def _from_box(self, image_HW3: UInt8Array, box_xyxy: Edges, given: Given) -> FloatArray:
        """Return logits_HW of what is in a box: found at low resolution, then looked at closely."""
        far, near = (
            self._crop(box_xyxy, image_HW3, side) for side in (self.config.first_side, self.config.long_side)
        )
        found, found_hw = self._find(image_HW3, far, far.box(box_xyxy), _in_crop(given, far))
        if given.mask_HW is None:
            known_hw = np.asarray(cv2.resize(expit(found_hw), (near.width, near.height)), np.float32)
        else:
            known_hw = near.take_mask(given.mask_HW)
        box, room = near.box(box_xyxy), self.config.box_room
        clicks = clicks_of_box(box, _in_crop(given, near))[found]
        logits_hw = Look(self._graph, near.take(image_HW3)).repeated(
            clicks,
            known_hw,
            times=self.config.near_looks,
            within_hw=box.inside((near.height, near.width), grown=room),
        )
        logits_HW = near.put_back(logits_hw, image_HW3.shape[:2], outside=_OUTSIDE)
        return np.where(_within(grown(box_xyxy, room), image_HW3.shape[:2]), logits_HW, _OUTSIDE)

    def _find(self, image_HW3: UInt8Array, crop: Crop, box: CropBox, given: Clicks) -> tuple[int, FloatArray]:
        """Return which of `clicks_of_box` to take, and its logits_hw.

        That is the first whose mask fits the box well, or else the one that fits best.
        """
        look = Look(self._graph, crop.take(image_HW3))
        tried: list[FloatArray] = []
        for clicks in clicks_of_box(box, given):
            tried.append(look.at(clicks, look.nothing_hw))
            if fit(tried[-1], box) >= self.config.good_fit:
                return len(tried) - 1, tried[-1]
        best = int(np.argmax([fit(logits_hw, box) for logits_hw in tried]))
        return best, tried[best]

    def _crop(self, region: Edges, image_HW3: UInt8Array, long_side: int) -> Crop:
        return crop_around(region, image_HW3.shape[:2], margin=self.config.margin, long_side=long_side)


def load(weights: Path, *, threads: int | None = None, precision: Precision = "auto") -> EISeg:
    """Return the segmenter with the weights of a .pdmodel file; raise WeightsError for another network."""
    return EISeg(load_graph(weights, threads=threads, precision=precision, outputs=[_OUTPUT]))


def _in_crop(given: Given, crop: Crop) -> Clicks:
    return Clicks(crop.to_crop(given.positive_P2), crop.to_crop(given.negative_Q2))


def _within(box_xyxy: Edges, size_HW: tuple[int, int]) -> BoolArray:
    """Return within_HW: the pixels that a box touches."""
    x1, y1, x2, y2 = box_xyxy
    within_HW = np.zeros(size_HW, dtype=bool)
    within_HW[max(0, int(y1)) : int(np.ceil(y2)), max(0, int(x1)) : int(np.ceil(x2))] = True
    return within_HW
