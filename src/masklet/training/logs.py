"""What a run writes down: losses.csv, validation.csv, settings.json, TensorBoard's files where it is installed."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import torch

import masklet
from masklet.core.files import write_whole
from masklet.training.csv_log import CsvLog
from masklet.training.progress import Progress, StepReport
from masklet.training.run_files import RunFiles

_TOLD = 16
"""Figures of a validation that are said; validation.csv has all."""


class Logs(Protocol):
    """Where a run writes down how it goes."""

    def step(self, report: StepReport) -> None:
        """Write down one step."""
        ...

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        """Write down one validation."""
        ...

    def close(self) -> None:
        """Write what is left."""
        ...


class NoLogs:
    """The logs of a process that is not the first: none."""

    def step(self, report: StepReport) -> None:
        """Write nothing."""

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        """Write nothing."""

    def close(self) -> None:
        """Nothing is left."""


class RunLogs:
    """The tables and event files in the folder of a run; progress is told as well."""

    def __init__(
        self, files: RunFiles, *, step: int, validated: int, tensorboard: bool, progress: Progress
    ) -> None:
        """Open them to go on after a step; rows that a killed run wrote after it go."""
        self._losses = CsvLog(files.losses, after_step=step)
        self._validation = CsvLog(files.validation, after_step=validated)
        self._progress = progress
        self._events = _event_files(files, step, progress) if tensorboard else None

    def step(self, report: StepReport) -> None:
        """Add a row of losses."""
        row = {
            "step": report.step,
            **report.losses,
            "learning_rate": report.learning_rate,
            "seconds": round(report.seconds, 4),
            "waiting_share": round(report.waiting_share, 3),
        }
        self._losses.append(row)
        self._add_events("training", row)
        self._progress.step(report)

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        """Add a row of figures."""
        row = {"step": step, **figures}
        self._validation.append(row)
        self._add_events("validation", row)
        named = ", ".join(f"{name} {value:.4g}" for name, value in list(figures.items())[:_TOLD])
        more = f" and {len(figures) - _TOLD} more" if len(figures) > _TOLD else ""
        self._progress.say(f"Validation after step {step}: {named or 'no figures'}{more}.")

    def close(self) -> None:
        """Write the events that are left."""
        if self._events is not None:
            self._events.close()

    def _add_events(self, kind: str, row: Mapping[str, float]) -> None:
        if self._events is not None:
            for name, value in row.items():
                if name != "step":
                    self._events.add_scalar(f"{kind}/{name}", value, int(row["step"]))


def write_settings(files: RunFiles, content: Mapping[str, Any]) -> None:
    """Write settings.json: what is given, and the versions that computed it."""
    versions = {
        "masklet": masklet.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }
    write_whole(files.settings, (json.dumps({**content, "versions": versions}, indent=1) + "\n").encode())


def _event_files(files: RunFiles, step: int, progress: Progress) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        progress.say("No event files are written: tensorboard is not installed.")
        return None
    return SummaryWriter(str(files.events), purge_step=step + 1)
