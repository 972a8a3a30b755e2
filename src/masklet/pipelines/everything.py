"""Masks of everything in one picture: a segmenter is asked at boxes and at a grid of points; what is sure stays.

Source: automatic mask generation of Segment Anything (Kirillov et al., 2023, arXiv:2304.02643, section 5 and
appendix B): a grid of points, also in zoomed parts of the picture; masks filtered by score and stability;
duplicates removed. Points that masks cover already are not asked here, as a question may be a run of the network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from masklet.core.arrays import BoolArray, FloatArray
from masklet.core.errors import PromptError
from masklet.core.masks import mask_iou, without_fragments
from masklet.core.values import Box, Frame, FrameMasks, Points, Prompt
from masklet.models.protocols import Detector, Segmenter
from masklet.pipelines.sureness import (
    Reason,
    border_share,
    inner_parts,
    probes,
    straightest_side,
    touches_inner_edge,
)

__all__ = ["Everything", "EverythingConfig", "Reason", "everything", "grid_points"]


@dataclass(frozen=True, kw_only=True)
class EverythingConfig:
    """What is asked and what is believed; figures are in docs/guides/data_engine.md.

    Areas are shares of the picture.
    """

    grid: int = 8
    """Points along each side of the picture; 0: none, boxes alone."""
    crops: int = 1
    """The picture is also looked at in crops x crops parts, each with a grid of its own; 1: it is not."""
    crop_overlap: float = 0.25
    """Share of a part that it has in common with its neighbour."""
    least_score: float = 0.75
    """Of the segmenter."""
    least_stability: float = 0.8
    """Mean IoU of a mask with those that its probes give."""
    probes: int = 1
    """Times a mask is asked for in another way; 0: it is not."""
    least_area: float = 0.001
    most_area: float = 0.7
    most_border: float = 0.5
    """Share of the picture's border that a mask may take up."""
    most_straight: float = 0.85
    """Share of a side of its box that a mask may fill from end to end; more looks cut off, 1 allows any."""
    fragment: float = 0.1
    """Connected parts smaller than this share of the largest are cut off."""
    same_from: float = 0.7
    """IoU from which two masks are one; the earlier stays."""
    parts: bool = False
    """Whether masks inside others are kept, and points that others cover are asked."""
    part_from: float = 0.85
    """Share of a mask in another from which it is part of it."""

    def __post_init__(self) -> None:
        shares = (
            "crop_overlap",
            "least_score",
            "least_stability",
            "least_area",
            "most_area",
            "most_border",
            "most_straight",
        )
        for name in (*shares, "fragment", "same_from", "part_from"):
            if not 0 <= getattr(self, name) <= 1:
                raise PromptError(f"Expected {name} from 0 to 1, got {getattr(self, name)}.")
        for name, least in (("grid", 0), ("probes", 0), ("crops", 1)):
            if getattr(self, name) < least:
                raise PromptError(f"Expected {name} to be at least {least}, got {getattr(self, name)}.")


@dataclass(frozen=True, eq=False)
class Everything:
    """What was found in a picture, and what became of all that was asked."""

    masks: FrameMasks
    """Ids from 1 in the order found; scores are the segmenter's; labels where a detector named them."""
    stability_N: FloatArray
    prompts: int
    """Boxes and points that there were to ask."""
    covered: int
    """Points not asked, as a mask covered them already."""
    questions: int
    """Masks that the segmenter was asked for, probes counted in."""
    dropped: Counter[Reason] = field(default_factory=Counter)
    """Masks turned away, by reason."""


def everything(
    frame: Frame,
    segmenter: Segmenter,
    config: EverythingConfig | None = None,
    *,
    detector: Detector | None = None,
) -> Everything:
    """Return the masks of all that a detector finds or that is at a point of the grid, as far as they are sure.

    The detector is asked as it is; `restricted` chooses classes and scores. Objects of detections come first.
    """
    search = _Search(frame, segmenter, config or EverythingConfig())
    whole = Window(0, 0, frame.size_HW[1], frame.size_HW[0])
    if detector is not None:
        found = detector.detect(frame)
        for box_4, label in zip(found.boxes_N4, found.labels_N, strict=True):
            x1, y1, x2, y2 = box_4.tolist()
            if x2 > x1 and y2 > y1:
                search.try_prompt(Box(frame.index, 1, (x1, y1, x2, y2)), whole, label)
    for window in windows(frame.size_HW, search.config.crops, search.config.crop_overlap):
        for xy_2 in grid_points(search.config.grid, window.size_HW):
            search.try_prompt(Points(frame.index, 1, xy_2[None], np.array([1])), window)
    return search.result()


@dataclass(frozen=True)
class Window:
    """A rectangle of the picture, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size_HW(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return (self.bottom - self.top, self.right - self.left)

    def of(self, frame: Frame) -> Frame:
        """Return what the window shows of a frame; the frame itself where it shows all."""
        if self.size_HW == frame.size_HW:
            return frame
        part_HW3 = np.ascontiguousarray(frame.image_HW3[self.top : self.bottom, self.left : self.right])
        return Frame(frame.index, frame.seconds, part_HW3)

    def put_back(self, mask_hw: BoolArray, size_HW: tuple[int, int]) -> BoolArray:
        """Return a mask of the window as one of the whole picture."""
        if mask_hw.shape == size_HW:
            return mask_hw
        mask_HW = np.zeros(size_HW, dtype=bool)
        mask_HW[self.top : self.bottom, self.left : self.right] = mask_hw
        return mask_HW


def windows(size_HW: tuple[int, int], crops: int, overlap: float) -> Iterator[Window]:
    """Yield the whole picture, then its parts row by row; parts that would be all of it are left out.

    >>> [(w.left, w.right) for w in windows((10, 100), 2, 0.2)][:3]
    [(0, 100), (0, 56), (44, 100)]
    """
    height, width = size_HW
    whole = Window(0, 0, width, height)
    yield whole
    for top, bottom in _spans(height, crops, overlap):
        for left, right in _spans(width, crops, overlap):
            part = Window(left, top, right, bottom)
            if part != whole:
                yield part


def grid_points(count: int, size_HW: tuple[int, int]) -> FloatArray:
    """Return xy_P2 of count x count points in the middles of equal cells, row by row.

    >>> grid_points(2, (4, 8)).tolist()
    [[2.0, 1.0], [6.0, 1.0], [2.0, 3.0], [6.0, 3.0]]
    """
    shares = (np.arange(count) + 0.5) / max(count, 1)
    y_GG, x_GG = np.meshgrid(shares * size_HW[0], shares * size_HW[1], indexing="ij")
    return np.stack([x_GG.ravel(), y_GG.ravel()], axis=1)


class _Search:
    """The masks kept so far, and the count of everything else."""

    def __init__(self, frame: Frame, segmenter: Segmenter, config: EverythingConfig) -> None:
        self.config = config
        self._frame = frame
        self._segmenter = segmenter
        self._views: dict[Window, Frame] = {}
        self._masks: list[BoolArray] = []
        self._figures: list[tuple[float, float, str | None]] = []
        self._prompts = self._covered = self._questions = 0
        self._dropped: Counter[Reason] = Counter()

    def try_prompt(self, prompt: Prompt, window: Window, label: str | None = None) -> None:
        """Ask at a prompt (in pixels of the window) and keep the mask, or count why not."""
        self._prompts += 1
        if not self.config.parts and self._is_covered(prompt, window):
            self._covered += 1
            return
        (mask_hw,), (score,) = self._ask([prompt], window)
        mask_hw = without_fragments(mask_hw, self.config.fragment)
        mask_HW = window.put_back(mask_hw, self._frame.size_HW)
        reason = self._against(mask_HW, score, window)
        stability = 1.0
        if reason is None and self.config.probes:
            stability = self._stability(prompt, mask_hw, window)
            reason = "unstable" if stability < self.config.least_stability else None
        if reason is not None:
            self._dropped[reason] += 1
            return
        self._masks.append(mask_HW)
        self._figures.append((score, stability, label))

    def result(self) -> Everything:
        """Return what is kept, without parts where they are not wanted."""
        masks_NHW = np.array(self._masks, dtype=bool).reshape(-1, *self._frame.size_HW)
        is_kept_N = np.ones(len(masks_NHW), dtype=bool)
        if not self.config.parts:
            is_kept_N = ~inner_parts(masks_NHW, self.config.part_from)
            self._dropped.update({"part": int((~is_kept_N).sum())} if not is_kept_N.all() else {})
        kept = [figures for figures, is_kept in zip(self._figures, is_kept_N, strict=True) if is_kept]
        labels = tuple(label for _, _, label in kept)
        masks = FrameMasks(
            frame_index=self._frame.index,
            object_ids=tuple(range(1, len(kept) + 1)),
            masks_NHW=masks_NHW[is_kept_N],
            scores_N=np.array([score for score, _, _ in kept], dtype=np.float64),
            labels_N=labels if any(labels) else (),
        )
        return Everything(
            masks=masks,
            stability_N=np.array([stability for _, stability, _ in kept], dtype=np.float64),
            prompts=self._prompts,
            covered=self._covered,
            questions=self._questions,
            dropped=self._dropped,
        )

    def _is_covered(self, prompt: Prompt, window: Window) -> bool:
        if not isinstance(prompt, Points):
            return False
        x, y = prompt.xy_P2[0].astype(int).tolist()
        return any(mask_HW[y + window.top, x + window.left] for mask_HW in self._masks)

    def _ask(self, prompts: Sequence[Prompt], window: Window) -> tuple[BoolArray, list[float]]:
        """Return a mask of the window and a score for each prompt, which are of different objects."""
        self._questions += len(prompts)
        view = self._views.setdefault(window, window.of(self._frame))  # one object, so that embeddings can be kept
        answer = self._segmenter.segment(view, prompts)
        return answer.masks_NHW, answer.scores_N.tolist()

    def _against(self, mask_HW: BoolArray, score: float, window: Window) -> Reason | None:
        """Return what speaks against a mask, the cheapest objection first."""
        config, area = self.config, float(mask_HW.mean())
        if area == 0:
            return "empty"
        if score < config.least_score:
            return "score"
        if area < config.least_area:
            return "small"
        if area > config.most_area:
            return "large"
        if touches_inner_edge(mask_HW, (window.left, window.top, window.right, window.bottom)):
            return "cut"
        if straightest_side(mask_HW) > config.most_straight:
            return "cut"
        if border_share(mask_HW) > config.most_border:
            return "border"
        if any(_iou(mask_HW, other_HW) >= config.same_from for other_HW in self._masks):
            return "duplicate"
        return None

    def _stability(self, prompt: Prompt, mask_hw: BoolArray, window: Window) -> float:
        """Return the mean IoU of a mask with those its probes give; 1 where there is none to give."""
        asked = probes(prompt, mask_hw, self.config.probes)
        if not asked:
            return 1.0
        answers_PHW, _ = self._ask(asked, window)
        fragment = self.config.fragment
        return float(np.mean([_iou(mask_hw, without_fragments(answer_hw, fragment)) for answer_hw in answers_PHW]))


def _iou(first_HW: BoolArray, second_HW: BoolArray) -> float:
    return float(mask_iou(first_HW[None], second_HW[None])[0, 0])


def _spans(length: int, count: int, overlap: float) -> list[tuple[int, int]]:
    """Return where equal parts of a length begin and end that share `overlap` of themselves with the next."""
    size = min(length, round(length / (count - (count - 1) * overlap)))
    starts = np.linspace(0, length - size, count).round().astype(int).tolist()
    return [(start, start + size) for start in starts]
