"""The parent, and how networks of objects are made of it and asked: what sessions share."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from masklet.core.arrays import AnyArray, FloatArray, UInt8Array
from masklet.models.osvos.config import OsvosConfig
from masklet.models.osvos.head import OsvosNetwork
from masklet.models.osvos.looking import Place, probabilities
from masklet.models.osvos.online import Learned, Progress, learn_online
from masklet.models.protocols import Example


@dataclass(frozen=True, eq=False)
class Learner:
    """A parent network and its settings; it never changes."""

    parent: OsvosNetwork
    config: OsvosConfig
    place: Place
    progress: Progress | None = None

    def learn(self, examples: Sequence[Example]) -> Learned:
        """Return the network of an object; raise what `online.learn_online` raises."""
        return learn_online(
            self.parent,
            examples,
            self.config.online,
            place=self.place,
            short_side=self.config.short_side,
            progress=self.progress,
        )

    def kept(self, examples: tuple[Example, ...]) -> tuple[Example, ...]:
        """Return the examples that are learned from on: the first, and the latest ones."""
        most = self.config.most_examples
        return examples if len(examples) <= most else (*examples[:1], *examples[len(examples) - most + 1 :])

    def probabilities(self, network: OsvosNetwork, images: Sequence[UInt8Array]) -> FloatArray:
        """Return probability_BHW of frames of one size."""
        config = self.config
        return probabilities(
            network, images, place=self.place, short_side=config.short_side, mirrored=config.mirrored
        )

    def network_of(self, weights: Mapping[str, AnyArray]) -> OsvosNetwork:
        """Return the network of these weights."""
        network = copy.deepcopy(self.parent)
        network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
        return network.to(self.place.device).eval()
