"""A task of some dozens of weights, with dropout and batch statistics, that trains in milliseconds a step."""

from __future__ import annotations

import csv
from dataclasses import replace

import torch
from torch import nn

from masklet.training.config import LoopConfig

CONFIG = LoopConfig(
    steps=12, batch_size=4, learning_rate=0.01, schedule="cosine", warm_up=3, ema_decay=0.9, tensorboard=False
)


class TinyTask:
    """Learn the sum of four numbers; `validate` gives the figures of a list, one after the other."""

    def __init__(self, *, dropout=0.3, figures=(), statistics=True):
        torch.manual_seed(0)
        norm = nn.BatchNorm1d(8) if statistics else nn.Identity()
        self.network = nn.Sequential(nn.Linear(4, 8), norm, nn.ReLU(), nn.Dropout(dropout), nn.Linear(8, 1))
        self.figures = list(figures)
        self.validated = []
        self.seen = []

    def sample(self, index):
        self.seen.append(index)
        x_4 = torch.randn(4, generator=torch.Generator().manual_seed(index))
        return {"x": x_4, "sum": x_4.sum()[None]}

    def loss(self, batch, step):
        error = (self.network(batch["x"]) - batch["sum"]).float()
        return {"loss": error.square().mean(), "error": error.abs().mean()}

    def parameter_groups(self):
        first, *rest = self.network.parameters()
        return [{"params": [first], "lr_factor": 0.1}, {"params": rest, "weight_decay": 0.0}]

    def validate(self, network):
        assert not network.training
        self.validated.append({name: value.clone() for name, value in network.state_dict().items()})
        return {"score": self.figures[len(self.validated) - 1]} if self.figures else {}


def config(**changes):
    """The tests' configuration with changes."""
    return replace(CONFIG, **changes)


def rows(path):
    """The rows of a table, without what time has to do with."""
    with path.open(newline="") as file:
        return [
            {name: value for name, value in row.items() if name not in ("seconds", "waiting_share")}
            for row in csv.DictReader(file)
        ]
