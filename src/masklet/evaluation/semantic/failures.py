"""Where label maps fail, in the three kinds of PSPNet (Zhao et al., CVPR 2017, section 3.1), by rules that can be
measured.

A *wrong region* is a connected set of pixels (8 neighbours) of one true and one predicted class, at least
`least_area` of the picture. It is of the first kind whose rule holds:

- inconspicuous class: it lies in a true segment (connected pixels of its true class) that is small (at most
  `small_area` of the picture) or hard to see (at most `faint_area`, and its mean colour is within `faint_contrast`
  of that of the ring around it, in CIELAB); most of that segment is lost (less than `lost_below` of it is found);
  and the predicted class is one that the segment lies beside: what is around has swallowed it (streetlight, pillow
  on a bed).
- mismatched relationship: most of the predicted segment it belongs to is wrong, and the class that this segment
  borders on most in the prediction seldom lies beside it: less than `seldom` of the predicted class's borders in
  the truth of the whole data set are with that class (a car on a lake).
- confusion category: its two classes are often taken for each other in the whole data set: at least `often` of the
  true class's pixels are predicted to be the other, or at least `often` of the pixels that are predicted to be the
  other are of the true class (mountain and hill, skyscraper and building).
- other: none of these.

Shapes: H W pixels, L classes, M = L + 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import cv2
import numpy as np

from masklet.core.arrays import BoolArray, FloatArray, UInt8Array
from masklet.core.label_space import VOID, LabelSpace
from masklet.datasets.labelled import LabelledPictures
from masklet.evaluation.problems import Watch, unwatched
from masklet.evaluation.semantic.evaluate import Predict, SemanticReport
from masklet.metrics.neighbours import border_lengths, border_shares

Kind = Literal["inconspicuous", "mismatched", "confusion", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_RING = np.ones((7, 7), np.uint8)
"""Around a segment: pixels within 3 of it."""


@dataclass(frozen=True, kw_only=True)
class FailureConfig:
    """The numbers in the rules; shares are of 1."""

    least_area: float = 0.001
    small_area: float = 0.005
    faint_area: float = 0.05
    faint_contrast: float = 10.0
    """Delta E of CIELAB (1976); 2.3 is just noticed."""
    lost_below: float = 0.5
    seldom: float = 0.01
    often: float = 0.1
    kept: int = 12
    """Examples of each kind that are kept, the largest ones."""
    kept_alike: int = 3
    """Of these, how many may be of the same two classes."""


@dataclass(frozen=True)
class Failure:
    """One wrong region."""

    picture: str
    kind: Kind
    truth: int
    predicted: int
    """Values of the label space."""
    area: int
    box: tuple[int, int, int, int]
    """x1 y1 x2 y2 of the region, right and lower edge exclusive."""
    why: str
    """What of the rule was measured."""


@dataclass(frozen=True, eq=False)
class FailureReport:
    """All wrong regions of a data set: how many pixels each kind has, and examples."""

    label_space: LabelSpace
    config: FailureConfig
    wrong_pixels: int
    """Of all pictures, in regions of any size."""
    pixels: dict[Kind, int]
    regions: dict[Kind, int]
    examples: dict[Kind, tuple[Failure, ...]]

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        in_regions = sum(self.pixels.values())
        return {
            "wrong_pixels": self.wrong_pixels,
            "in_smaller_regions": self.wrong_pixels - in_regions,
            "kinds": {
                kind: {
                    "regions": self.regions[kind],
                    "pixels": self.pixels[kind],
                    "share": self.pixels[kind] / self.wrong_pixels if self.wrong_pixels else None,
                    "examples": [self._example(one) for one in self.examples[kind]],
                }
                for kind in KINDS
            },
        }

    def _example(self, one: Failure) -> dict[str, Any]:
        names = self.label_space.names
        return {
            "picture": one.picture,
            "truth": names[one.truth],
            "predicted": names[one.predicted],
            "area": one.area,
            "box": list(one.box),
            "why": one.why,
        }


def find_failures(
    pictures: LabelledPictures,
    predict: Predict,
    report: SemanticReport,
    *,
    config: FailureConfig | None = None,
    watch: Watch = unwatched,
) -> FailureReport:
    """Return the wrong regions of all pictures by their kind; `report` is that of the same predictions."""
    config = config or FailureConfig()
    known = _Known.of(report)
    tally = _Tally(config)
    for picture in watch(pictures, total=len(pictures)):
        truth_HW, predicted_HW = picture.read_labels(), predict(picture)
        tally.wrong_pixels += int(((truth_HW != predicted_HW) & (truth_HW != VOID)).sum())
        scene = _Scene(picture.read_image(), truth_HW, predicted_HW, known, config)
        for failure in scene.failures(picture.name):
            tally.add(failure)
    return tally.report(report.label_space)


@dataclass(frozen=True, eq=False)
class _Known:
    """What the whole data set says of its classes."""

    label_space: LabelSpace
    beside_LL: FloatArray
    """Share of each class's borders in the truth, by the other class."""
    taken_LM: FloatArray
    """Share of each true class's pixels, by what they were taken for."""
    meant_LM: FloatArray
    """Share of the pixels of each predicted class (column), by what they are in truth."""

    @classmethod
    def of(cls, report: SemanticReport) -> _Known:
        counts_LM = report.counts_LM
        return cls(
            report.label_space,
            border_shares(report.borders_LL),
            counts_LM / np.maximum(counts_LM.sum(axis=1, keepdims=True), 1),
            counts_LM / np.maximum(counts_LM.sum(axis=0, keepdims=True), 1),
        )


@dataclass(frozen=True, eq=False)
class _Part:
    """Some connected pixels: a mask of the whole picture and its box."""

    mask_HW: BoolArray
    area: int
    box: tuple[int, int, int, int]

    def grown(self, pixels: int) -> tuple[slice, slice]:
        """Return rows and columns of the box with so many more pixels on each side."""
        x1, y1, x2, y2 = self.box
        return slice(max(y1 - pixels, 0), y2 + pixels), slice(max(x1 - pixels, 0), x2 + pixels)


def _parts(mask_HW: BoolArray, least: int) -> Iterator[_Part]:
    """Yield the connected parts of a mask with at least so many pixels."""
    count, number_HW, figures, _ = cv2.connectedComponentsWithStats(mask_HW.view(np.uint8), connectivity=8)
    for number in range(1, count):
        x, y, width, height, area = (int(value) for value in figures[number])
        if area >= least:
            yield _Part(number_HW == number, area, (x, y, x + width, y + height))


def _part_of(mask_HW: BoolArray, inside: _Part) -> _Part:
    """Return the connected part of a mask that holds a part of it."""
    y, x = np.argwhere(inside.mask_HW)[0]
    _, number_HW, figures, _ = cv2.connectedComponentsWithStats(mask_HW.view(np.uint8), connectivity=8)
    number = int(number_HW[y, x])
    left, top, width, height, area = (int(value) for value in figures[number])
    return _Part(number_HW == number, area, (left, top, left + width, top + height))


class _Scene:
    """One picture with its truth and its prediction."""

    def __init__(
        self,
        image_HW3: UInt8Array,
        truth_HW: UInt8Array,
        predicted_HW: UInt8Array,
        known: _Known,
        config: FailureConfig,
    ) -> None:
        self._image_HW3 = image_HW3
        self._truth_HW, self._predicted_HW = truth_HW, predicted_HW
        self._known, self._config = known, config

    def failures(self, name: str) -> Iterator[Failure]:
        """Yield the wrong regions."""
        truth_HW, predicted_HW = self._truth_HW, self._predicted_HW
        least = max(1, round(self._config.least_area * truth_HW.size))
        wrong_HW = (truth_HW != predicted_HW) & (truth_HW != VOID) & (predicted_HW != VOID)
        pairs_P2 = np.unique(np.stack([truth_HW[wrong_HW], predicted_HW[wrong_HW]], axis=1), axis=0)
        for truth, predicted in pairs_P2.tolist():
            for part in _parts((truth_HW == truth) & (predicted_HW == predicted), least):
                kind, why = self._kind(part, truth, predicted)
                yield Failure(name, kind, truth, predicted, part.area, part.box, why)

    def _kind(self, part: _Part, truth: int, predicted: int) -> tuple[Kind, str]:
        rules: tuple[tuple[Kind, str], ...] = (
            ("inconspicuous", self._inconspicuous(part, truth, predicted)),
            ("mismatched", self._mismatched(part, predicted)),
            ("confusion", self._confused(truth, predicted)),
        )
        return next(((kind, why) for kind, why in rules if why), ("other", ""))

    def _inconspicuous(self, part: _Part, truth: int, predicted: int) -> str:
        segment = _part_of(self._truth_HW == truth, part)
        found = float((self._predicted_HW[segment.mask_HW] == truth).mean())
        if found >= self._config.lost_below or predicted not in self._beside(self._truth_HW, segment):
            return ""
        share = segment.area / self._truth_HW.size
        if share <= self._config.small_area:
            return f"{100 * share:.2f} % of the picture, {100 * found:.0f} % of it found"
        contrast = self._contrast(segment)
        if share <= self._config.faint_area and contrast <= self._config.faint_contrast:
            return f"colour {contrast:.1f} from its surroundings, {100 * found:.0f} % of it found"
        return ""

    def _mismatched(self, part: _Part, predicted: int) -> str:
        segment = _part_of(self._predicted_HW == predicted, part)
        truth_P = self._truth_HW[segment.mask_HW]
        counted = truth_P[truth_P != VOID]
        beside = self._beside(self._predicted_HW, segment)
        if not beside or not counted.size or (counted != predicted).mean() < 0.5:
            return ""
        neighbour = max(beside, key=lambda value: beside[value])
        share = float(self._known.beside_LL[predicted, neighbour])
        if share >= self._config.seldom:
            return ""
        names = self._known.label_space.names
        return f"{names[predicted]} beside {names[neighbour]}: {100 * share:.1f} % of its borders"

    def _confused(self, truth: int, predicted: int) -> str:
        taken, meant = (float(each[truth, predicted]) for each in (self._known.taken_LM, self._known.meant_LM))
        if max(taken, meant) < self._config.often:
            return ""
        names = self._known.label_space.names
        if taken >= meant:
            return f"{100 * taken:.0f} % of {names[truth]} is taken for it"
        return f"{100 * meant:.0f} % of what is called {names[predicted]} is {names[truth]}"

    def _beside(self, label_map_HW: UInt8Array, segment: _Part) -> dict[int, int]:
        """Return the classes that a segment of a label map borders on, with the lengths of these borders."""
        rows, columns = segment.grown(1)
        inside_hw = segment.mask_HW[rows, columns]
        classes = len(self._known.label_space)
        own = int(label_map_HW[segment.mask_HW][0])
        around_hw = np.where(inside_hw | (label_map_HW[rows, columns] != own), label_map_HW[rows, columns], VOID)
        lengths_L = border_lengths(around_hw, classes)[own]
        return {value: int(length) for value, length in enumerate(lengths_L.tolist()) if length}

    def _contrast(self, segment: _Part) -> float:
        """Return how far the mean colour of a segment is from that of the ring around it."""
        rows, columns = segment.grown(_RING.shape[0] // 2)
        inside_hw = segment.mask_HW[rows, columns]
        ring_hw = cv2.dilate(inside_hw.view(np.uint8), _RING).astype(bool) & ~inside_hw
        if not ring_hw.any():
            return float("inf")
        part_hw3 = np.ascontiguousarray(self._image_HW3[rows, columns]).astype(np.float32) / 255
        lab_hw3 = cv2.cvtColor(part_hw3, cv2.COLOR_RGB2LAB)
        return float(np.linalg.norm(lab_hw3[inside_hw].mean(axis=0) - lab_hw3[ring_hw].mean(axis=0)))


@dataclass
class _Tally:
    config: FailureConfig
    wrong_pixels: int = 0
    pixels: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    regions: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    found: dict[Kind, list[Failure]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def add(self, failure: Failure) -> None:
        """Count a region."""
        self.pixels[failure.kind] += failure.area
        self.regions[failure.kind] += 1
        self.found[failure.kind].append(failure)

    def report(self, label_space: LabelSpace) -> FailureReport:
        """Return the counts and the largest regions of each kind."""
        examples = {kind: tuple(self._chosen(found)) for kind, found in self.found.items()}
        return FailureReport(label_space, self.config, self.wrong_pixels, self.pixels, self.regions, examples)

    def _chosen(self, found: list[Failure]) -> Iterator[Failure]:
        """Yield the largest regions, few of the same two classes, one of a picture and two classes."""
        alike: dict[tuple[int, int], set[str]] = {}
        chosen = 0
        for one in sorted(found, key=lambda one: (-one.area, one.picture, one.box)):
            pictures = alike.setdefault((one.truth, one.predicted), set())
            if len(pictures) < self.config.kept_alike and one.picture not in pictures:
                pictures.add(one.picture)
                chosen += 1
                yield one
            if chosen == self.config.kept:
                return
