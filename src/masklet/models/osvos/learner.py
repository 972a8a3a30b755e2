"""The parent, and how networks of objects are made of it and asked: what sessions share."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from masklet.core.arrays import AnyArray, FloatArray, UInt8Array
from masklet.models.osvos.config import OsvosConfig
from masklet.models.osvos.head import OsvosNetwork
from masklet.models.osvos.looking import Place, probabilities, with_coarser_look
from masklet.models.osvos.online import learn_online
from masklet.models.osvos.record import Learned
from masklet.models.protocols import Example, LearningProgress


@dataclass(frozen=True, eq=False)
class Learner:
    """A parent network and its settings; it never changes."""

    parent: OsvosNetwork
    config: OsvosConfig
    place: Place
    progress: LearningProgress | None = None
    """Is handed every step of learning."""
    keep: Callable[[int, Learned], None] | None = None
    """Is told what came of it."""

    def learn(self, object_id: int, examples: Sequence[Example]) -> Learned:
        """Return the network of an object; raise what `online.learn_online` raises."""
        learned = learn_online(
            self.parent,
            examples,
            self.config.online,
            place=self.place,
            short_side=self.config.short_side,
            progress=partial(self.progress, object_id) if self.progress else iter,
        )
        if self.keep:
            self.keep(object_id, learned)
        return learned

    def kept(self, examples: tuple[Example, ...]) -> tuple[Example, ...]:
        """Return the examples that are learned from on: the first, and the latest ones."""
        most = self.config.most_examples
        return examples if len(examples) <= most else (*examples[:1], *examples[len(examples) - most + 1 :])

    def probabilities(
        self, network: OsvosNetwork, images: Sequence[UInt8Array], area_share: float | None = None
    ) -> FloatArray:
        """Return probability_BHW of frames of one size; `area_share` is how much of its frames the object filled
        where it was learned (None: not known, and no coarser look is taken)."""
        config = self.config
        found_BHW = self._look(network, images, 1.0)
        pixels = images[0].shape[0] * images[0].shape[1]
        for scale in config.coarser if area_share else ():
            least_area = (area_share or 0) * pixels / scale**2
            coarser_BHW = self._look(network, images, scale)
            found_BHW = np.stack(
                [
                    with_coarser_look(fine_HW, coarse_HW, least_area=least_area, threshold=config.decided_at)
                    for fine_HW, coarse_HW in zip(found_BHW, coarser_BHW, strict=True)
                ]
            )
        return found_BHW

    def _look(self, network: OsvosNetwork, images: Sequence[UInt8Array], scale: float) -> FloatArray:
        config = self.config
        short_side = round(scale * min(config.short_side, *images[0].shape[:2]))
        return probabilities(network, images, place=self.place, short_side=short_side, mirrored=config.mirrored)

    def network_of(self, weights: Mapping[str, AnyArray]) -> OsvosNetwork:
        """Return the network of these weights."""
        network = copy.deepcopy(self.parent)
        network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
        return network.to(self.place.device).eval()
