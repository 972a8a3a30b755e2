"""A recipe that trains in no time; it notes what is called."""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn

from masklet.training.config import LoopConfig


@dataclass(frozen=True, kw_only=True)
class Data:
    """What is learnt from."""

    folder: Path | None = None
    """Folder of the data; none: none is made."""
    span: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything there is to set."""

    width: int = 4
    """Hidden units."""
    data: Data = field(default_factory=Data)
    loop: LoopConfig = field(default_factory=lambda: LoopConfig(steps=4, batch_size=2, tensorboard=False))


class Task:
    """Learn to say nothing."""

    def __init__(self, settings):
        self.network = nn.Sequential(nn.Linear(2, settings.width), nn.Dropout(0.5), nn.Linear(settings.width, 1))
        self.span = settings.data.span

    def sample(self, index):
        """Two numbers."""
        return {"x": torch.tensor([float(index), self.span])}

    def loss(self, batch, step):
        """How much it says."""
        return {"loss": self.network(batch["x"]).square().mean()}

    def parameter_groups(self):
        """All weights."""
        return [{"params": list(self.network.parameters())}]

    def validate(self, network):
        """How much it says to zeros."""
        return {"silence": -float(network(torch.zeros(1, 2)).abs())}


def PREPARE(settings):
    """Make the folder of the data; needs the core."""
    import cv2  # noqa: F401

    if settings.data.folder is not None:
        settings.data.folder.mkdir(exist_ok=True)


def build(settings):
    """Return the task."""
    return Task(settings)


def finish(settings, out):
    """Leave a note."""
    (out / "finished.txt").write_text(str(settings.width))
