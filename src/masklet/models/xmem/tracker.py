"""The tracker: network and settings that sessions share."""

from __future__ import annotations

from collections.abc import Mapping

from masklet.core.arrays import AnyArray
from masklet.models.xmem.config import XMemConfig
from masklet.models.xmem.network import XMemNetwork
from masklet.models.xmem.session import XMemSession


class XMemTracker:
    """A `Tracker` that matches every frame with what it remembers of the objects."""

    def __init__(self, network: XMemNetwork, config: XMemConfig | None = None) -> None:
        self.config = config or XMemConfig()
        self._network = network

    def start(self) -> XMemSession:
        """Return a session that remembers nothing yet."""
        return XMemSession(self._network, self.config)

    def restore(self, state: Mapping[str, AnyArray]) -> XMemSession:
        """Return a session that goes on exactly where the one that gave this state stood."""
        return XMemSession.from_state(self._network, self.config, state)
