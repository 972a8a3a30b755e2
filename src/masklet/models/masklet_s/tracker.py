"""The tracker: graphs and settings that sessions share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from masklet.core.arrays import AnyArray
from masklet.models.masklet_s.config import SessionConfig
from masklet.models.masklet_s.graphs import Graphs, load_graphs
from masklet.models.masklet_s.session import MaskletSSession
from masklet.models.runtime import Backend, Precision


class MaskletSTracker:
    """A `Tracker` that matches every frame with what it remembers of the objects."""

    def __init__(self, graphs: Graphs, config: SessionConfig | None = None) -> None:
        self.config = config or SessionConfig()
        self._graphs = graphs

    def start(self) -> MaskletSSession:
        """Return a session that remembers nothing yet."""
        return MaskletSSession(self._graphs, self.config)

    def restore(self, state: Mapping[str, AnyArray]) -> MaskletSSession:
        """Return a session that goes on exactly where the one that gave this state stood."""
        return MaskletSSession.from_state(self._graphs, self.config, state)


def load(
    weights: Path,
    *,
    threads: int | None = None,
    precision: Precision = "auto",
    backend: Backend = "openvino",
    config: SessionConfig | None = None,
) -> MaskletSTracker:
    """Return the tracker of exported graphs; `weights` is NAME.encode.onnx, with the others beside it."""
    graphs = load_graphs(weights, threads=threads, precision=precision, backend=backend)
    return MaskletSTracker(graphs, config)
