"""SAM as a `Segmenter`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from masklet.core.arrays import BoolArray, UInt8Array
from masklet.core.boxes import grown, mask_of_box
from masklet.core.values import Frame, FrameMasks, Prompt
from masklet.models.layers.gathered import Given, gather
from masklet.models.sam.asked import Asked
from masklet.models.sam.choice import SLACK
from masklet.models.sam.predictor import Embedding, Prediction, Predictor
from masklet.models.sam.square import Square


@dataclass(frozen=True, kw_only=True)
class SegmenterConfig:
    """What is kept, and what a box means."""

    kept_embeddings: int = 4
    """Of the pictures asked about last, at least 1; one takes 4 MB."""
    box_room: float | None = 0.1
    """How far a mask may reach beyond its box, on each side, in shares of the box; None: as far as it does."""
    slack: float = SLACK
    """What the score of a whole may lack of its parts' where a single point is all there is (`choice`)."""


class SamSegmenter:
    """A segmenter. A picture is encoded when it is first asked about and known by its content afterwards."""

    def __init__(self, predictor: Predictor, config: SegmenterConfig | None = None) -> None:
        self.predictor = predictor
        self.config = config or SegmenterConfig()
        self._kept: OrderedDict[bytes, Embedding] = OrderedDict()

    def segment(self, frame: Frame, prompts: Sequence[Prompt]) -> FrameMasks:
        """Return one mask for each object id, in order of first mention; all prompts of one count together.

        Objects go through the decoder together. A single point gives one of three masks (whole, part, part of a
        part; `choice`); anything else gives the mask that is meant for prompts that leave no doubt. Of several
        points alone the first on the object is asked about by itself, and its mask is what the others correct. A
        mask alone is its own answer; with points or a box it is where the network starts. A box bounds its mask,
        but for `box_room`. The score is what the network thinks the mask's IoU is, 0 for an empty one. Raise
        PromptError for an object of which nothing but points beside it are given.
        """
        object_ids = tuple(dict.fromkeys(prompt.object_id for prompt in prompts))
        given = [
            gather([prompt for prompt in prompts if prompt.object_id == object_id]) for object_id in object_ids
        ]
        masks_NHW = np.zeros((len(object_ids), *frame.size_HW), dtype=bool)
        scores_N = np.zeros(len(object_ids))
        unknown = []
        for position, one in enumerate(given):
            if one.mask_HW is not None and one.box_xyxy is None and not one.has_points:
                masks_NHW[position], scores_N[position] = one.mask_HW, 1.0
            else:
                unknown.append(position)
        if unknown:
            embedding = self.embedding(frame.image_HW3)
            asked = [asked_of(given[position], embedding.square) for position in unknown]
            found = self._predict(embedding, self._after_first_clicks(embedding, asked))
            for position, mask_HW, score in zip(
                unknown, found.masks_NMHW[:, 0], found.scores_NM[:, 0].tolist(), strict=True
            ):
                masks_NHW[position] = self._bounded(mask_HW, given[position])
                scores_N[position] = min(max(score, 0.0), 1.0) if masks_NHW[position].any() else 0.0
        return FrameMasks(frame.index, object_ids, masks_NHW, scores_N)

    def _after_first_clicks(self, embedding: Embedding, asked: Sequence[Asked]) -> list[Asked]:
        """Return what is asked, several points alone with the mask that the first of them gives."""
        several = [place for place, one in enumerate(asked) if one.is_clicks and len(one.labels_P) > 1]
        first = [
            replace(asked[place], points_P2=asked[place].points_P2[:1], labels_P=np.ones(1, np.int64))
            for place in several
        ]
        known = self._predict(embedding, first).logits_NMhw[:, 0] if several else ()
        begun = dict(zip(several, known, strict=True))
        return [replace(one, logits_hw=begun.get(place, one.logits_hw)) for place, one in enumerate(asked)]

    def _predict(self, embedding: Embedding, asked: Sequence[Asked]) -> Prediction:
        return self.predictor.predict(embedding, asked, slack=self.config.slack)

    def embedding(self, image_HW3: UInt8Array) -> Embedding:
        """Return the embedding of a picture; those asked for last are kept."""
        content = np.ascontiguousarray(image_HW3)
        key = blake2b(content.data, digest_size=16, salt=f"{content.shape[1]}".encode()).digest()
        if key not in self._kept:
            self._kept[key] = self.predictor.embed(content)
        self._kept.move_to_end(key)
        while len(self._kept) > max(self.config.kept_embeddings, 1):
            self._kept.popitem(last=False)
        return self._kept[key]

    def _bounded(self, mask_HW: BoolArray, given: Given) -> BoolArray:
        if given.box_xyxy is None or self.config.box_room is None:
            return mask_HW
        return mask_HW & mask_of_box(
            grown(given.box_xyxy, self.config.box_room), (mask_HW.shape[0], mask_HW.shape[1])
        )


def asked_of(given: Given, square: Square) -> Asked:
    """Return what the network is asked about an object of which points, a box or a mask are given."""
    on, beside = len(given.positive_P2), len(given.negative_Q2)
    return Asked(
        points_P2=np.concatenate([given.positive_P2, given.negative_Q2]),
        labels_P=np.repeat([1, 0], [on, beside]),
        box_xyxy=given.box_xyxy,
        logits_hw=None if given.mask_HW is None else square.known(given.mask_HW),
    )
