"""The tracker: a parent and settings that sessions share, and the objects it has learned already."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import torch

from masklet.core.arrays import AnyArray
from masklet.models.osvos.config import OsvosConfig
from masklet.models.osvos.head import OsvosNetwork
from masklet.models.osvos.learner import Learner
from masklet.models.osvos.looking import Place
from masklet.models.osvos.record import Learned
from masklet.models.osvos.session import Known, OsvosSession
from masklet.models.protocols import Example, LearningProgress


class Osvos:
    """A `Tracker` that learns each object by online training and segments every frame by itself."""

    def __init__(
        self,
        parent: OsvosNetwork,
        config: OsvosConfig | None = None,
        *,
        place: Place | None = None,
    ) -> None:
        place = place or Place(torch.device("cpu"), torch.float32)
        self._learner = Learner(parent.to(place.device).eval(), config or OsvosConfig(), place)
        self._known: dict[int, Known] = {}
        self.learned: Mapping[int, Learned] = {}
        """By object: the networks that `learn` made, and how."""

    @property
    def config(self) -> OsvosConfig:
        """The settings."""
        return self._learner.config

    def watched(
        self, progress: LearningProgress | None = None, keep: Callable[[int, Learned], None] | None = None
    ) -> Osvos:
        """Return the same tracker; every step of its online training is handed through `progress`, and `keep` is
        called with what came of it whenever an object has been learned, here or in a session."""
        return self._with(replace(self._learner, progress=progress, keep=keep))

    def learn(self, object_id: int, examples: Sequence[Example]) -> Osvos:
        """Return a tracker whose sessions follow the object from their first frame on.

        Raise PromptError where no example shows the object, ModelError where the loss was no number.
        """
        made = self._learner.learn(object_id, examples)
        other = self._with(self._learner)
        other._known = self._known | {object_id: Known(made.network, tuple(examples))}
        other.learned = {**self.learned, object_id: made}
        return other

    def unlearned(self, object_id: int) -> Osvos:
        """Return a tracker whose sessions segment by the parent, which knows no object: all that is foreground.

        Parents learn by a balanced loss, and are cut accordingly where the settings name no threshold.
        """
        balanced = replace(self.config, threshold=self.config.threshold_after(1.0))
        other = self._with(replace(self._learner, config=balanced))
        other._known = self._known | {object_id: Known(self._learner.parent, ())}
        return other

    def start(self) -> OsvosSession:
        """Return a session that knows what the tracker has learned."""
        return OsvosSession(self._learner, self._known)

    def restore(self, state: Mapping[str, AnyArray]) -> OsvosSession:
        """Return a session that goes on exactly where the one that gave this state stood."""
        return OsvosSession.from_state(self._learner, state)

    def _with(self, learner: Learner) -> Osvos:
        other = copy.copy(self)
        other._learner = learner
        return other
