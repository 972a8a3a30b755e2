"""The tracker: network and settings that sessions share."""

from __future__ import annotations

from collections.abc import Mapping

from masklet.core.arrays import AnyArray
from masklet.models.unet.config import SessionConfig
from masklet.models.unet.runner import Runner
from masklet.models.unet.session import UNetSession


class UNetTracker:
    """A `Tracker` that draws every mask from the frame, the last mask, and the frames it remembers."""

    def __init__(self, runner: Runner, config: SessionConfig | None = None) -> None:
        self.config = config or SessionConfig()
        self._runner = runner

    def start(self) -> UNetSession:
        """Return a session that remembers nothing yet."""
        return UNetSession(self._runner, self.config)

    def restore(self, state: Mapping[str, AnyArray]) -> UNetSession:
        """Return a session that goes on exactly where the one that gave this state stood."""
        return UNetSession.from_state(self._runner, self.config, state)
