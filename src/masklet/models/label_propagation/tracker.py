"""The tracker: features, read and settings that sessions share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from masklet.core.arrays import AnyArray
from masklet.models.label_propagation.backbone import Backbone, load_backbone
from masklet.models.label_propagation.config import LabelPropagationConfig
from masklet.models.label_propagation.readout import Readout
from masklet.models.label_propagation.session import LabelPropagationSession, Parts
from masklet.models.runtime import Precision


class LabelPropagation:
    """A `Tracker` that carries masks from frame to frame by the likeness of features."""

    def __init__(
        self,
        backbone: Backbone,
        config: LabelPropagationConfig | None = None,
        *,
        threads: int | None = None,
        precision: Precision = "auto",
    ) -> None:
        self.config = config or LabelPropagationConfig()
        readout = Readout(
            matches=self.config.matches,
            temperature=self.config.temperature,
            threads=threads,
            precision=precision,
        )
        self._parts = Parts(backbone, readout, self.config)

    def start(self) -> LabelPropagationSession:
        """Return a session that remembers nothing yet."""
        return LabelPropagationSession(self._parts)

    def restore(self, state: Mapping[str, AnyArray]) -> LabelPropagationSession:
        """Return a session that goes on exactly where the one that gave this state stood."""
        return LabelPropagationSession.from_state(self._parts, state)


def load(
    weights: Path,
    *,
    threads: int | None = None,
    precision: Precision = "auto",
    config: LabelPropagationConfig | None = None,
) -> LabelPropagation:
    """Return the tracker on the features of PP-LCNetV2; raise WeightsError for another network."""
    backbone = load_backbone(weights, threads=threads, precision=precision)
    return LabelPropagation(backbone, config, threads=threads, precision=precision)
