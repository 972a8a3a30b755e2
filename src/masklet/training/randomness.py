"""Randomness that belongs to a step and not to the course of a run, so that a resumed run repeats it exactly."""

from __future__ import annotations

import random

import numpy as np
import torch


def seed_pass(seed: int, step: int, number: int = 0, rank: int = 0) -> None:
    """Seed the global generators of torch (all devices), numpy and Python for one pass of a step of a process."""
    words = np.random.SeedSequence((seed, step, number, rank)).generate_state(3)
    torch.manual_seed(int(words[0]) << 32 | int(words[1]))
    np.random.seed(words[2])
    random.seed(int(words[2]))
