"""The training loop: steps by number, checkpoints that lose nothing, figures on the averaged weights.

Step k of a run takes samples by number and draws its randomness from (seed, k). A run that is stopped and resumed
therefore gives the same losses, bit by bit, as one that was not, on the same processor with the same threads.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from masklet.models.layers.device import choose_precision
from masklet.training.batches import BatchesByNumber, Waiting, iterate
from masklet.training.best import Best, best_so_far
from masklet.training.checkpoint import read_checkpoint, write_checkpoint
from masklet.training.config import MAY_CHANGE, LoopConfig
from masklet.training.device import describe_device, device_prepared, own_device
from masklet.training.errors import TrainingError
from masklet.training.learner import Learner
from masklet.training.logs import Logs, NoLogs, RunLogs, write_settings
from masklet.training.progress import Progress, Silent, StepReport
from masklet.training.ranks import Ranks, joined
from masklet.training.run_files import RunFiles
from masklet.training.settings import flatten, plain
from masklet.training.signals import StopRequest, stop_requests
from masklet.training.task import Task

Ending = Literal["finished", "no better figure", "stopped"]


@dataclass(frozen=True)
class Result:
    """How a run ended."""

    step: int
    """Steps done."""
    ended: Ending
    best: Best | None
    figures: Mapping[str, float]
    """Figures of the last validation, if there was one since the run was begun or resumed."""


def train(
    task: Task,
    config: LoopConfig,
    out: Path,
    *,
    resume: bool = False,
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Result:
    """Train a task's network into a folder (see `RunFiles`), and say how it ended.

    `settings` are the flat settings of the recipe; they are written down, and a resumed run must have the same but
    for paths and the fields of MAY_CHANGE. `about` is written down with them. A resumed run without a checkpoint
    begins at step 0. SIGINT and SIGTERM write a checkpoint and end the run after the step it is in.

    Raise TrainingError where the loss is not finite (the last checkpoint stays) or the settings changed,
    OutputError for a folder that cannot be used, WeightsError for a bad checkpoint.
    """
    device = own_device(config.device)
    precision = choose_precision(config.precision, device)
    settings = flatten(config, prefix="loop.") if settings is None else settings
    files = RunFiles(Path(out))
    with device_prepared(device, threads=config.threads), joined(device) as ranks:
        files.check(resume=resume, overwrite=overwrite)
        ranks.wait()  # for all to have looked before the first one writes
        if ranks.first:
            files.prepare(overwrite=overwrite and not resume)
        said = progress if progress is not None and ranks.first else Silent()
        learner = Learner(task, config, device=device, precision=precision, ranks=ranks)
        run = _Run(task, learner, files, ranks=ranks, settings=settings, progress=said)
        if resume and files.last.exists():
            run.load(read_checkpoint(files.last))
        if ranks.first:
            computed = {"device": describe_device(device), "precision": precision, "ranks": ranks.count}
            write_settings(files, {**(about or {}), "settings": plain(settings), "computed": computed})
        return run.go()


class _Run:
    """A learner on its way: where it is, what is due next, what is kept."""

    def __init__(
        self,
        task: Task,
        learner: Learner,
        files: RunFiles,
        *,
        ranks: Ranks,
        settings: Mapping[str, Any],
        progress: Progress,
    ) -> None:
        self.task = task
        self.learner = learner
        self.config = learner.config
        self.files = files
        self.ranks = ranks
        self.settings = settings
        self.progress = progress
        self.logs: Logs = NoLogs()
        self.step = self.validated = 0
        self.best: Best | None = None
        self.stale = 0
        self.figures: Mapping[str, float] = {}
        self.saved, self.saved_at = (0, 0), time.monotonic()

    def load(self, checkpoint: Mapping[str, Any]) -> None:
        """Take everything from a checkpoint; raise TrainingError where it is another run's."""
        self._require_same_settings(checkpoint["settings"])
        self.learner.load(checkpoint)
        self.step = checkpoint["step"]
        self.validated = checkpoint.get("validated", self.step)
        self.best = None if checkpoint["best"] is None else Best(**checkpoint["best"])
        self.stale = 0 if self.best is None else self.best.since
        self.saved = (self.step, self.validated)
        self.progress.say(f"Going on after step {self.step}.")

    def go(self) -> Result:
        """Run what is left of the steps."""
        size, accumulate = self.config.batch_size, self.config.accumulate
        dataset = BatchesByNumber(self.task.sample, size=size, rank=self.ranks.rank, ranks=self.ranks.count)
        numbers = range(self.step * accumulate, self.config.steps * accumulate)
        pinned = self.learner.device.type == "cuda"
        batches = Waiting(iterate(dataset, numbers, workers=self.config.workers, pinned=pinned))
        if self.ranks.first:
            self.logs = RunLogs(
                self.files,
                step=self.step,
                validated=self.validated,
                tensorboard=self.config.tensorboard,
                progress=self.progress,
            )
        try:
            with stop_requests() as request:
                ended = self._go_on(batches, request)
        finally:
            batches.close()
            self.logs.close()
        return Result(self.step, ended, self.best, self.figures)

    def _go_on(self, batches: Waiting, request: StopRequest) -> Ending:
        while True:
            asked = self.ranks.any(request.name is not None)
            if not asked and self._validation_is_due():
                self._save()
                self._validate()
                asked = self.ranks.any(request.name is not None)
            done = self.step >= self.config.steps
            if asked or done or self._no_better():
                self._save()
                break
            self._take_step(batches)
            if self._checkpoint_is_due():
                self._save()
        if not asked:
            return "finished" if done else "no better figure"
        self.progress.say(
            f"Stopped by {request.name or 'a signal'} after step {self.step} of {self.config.steps}; "
            f"the checkpoint is {self.files.last}, --resume goes on from it."
        )
        return "stopped"

    def _take_step(self, batches: Waiting) -> None:
        """Take a step and write it down; raise TrainingError where its numbers are not finite."""
        started = time.monotonic()
        batches.seconds = 0.0
        losses = self.learner.take_step(self.step, batches)
        self.step += 1
        bad = self.learner.first_bad(losses)
        if bad is not None:
            kept = f"the checkpoint of step {self.saved[0]} stays" if self.saved[0] else "there is no checkpoint"
            raise TrainingError(
                f"Expected a finite {bad.replace('_', ' ')}, got {losses[bad]} at step {self.step}; {kept}. "
                "A lower learning rate, a longer warm-up or precision f32 may help."
            )
        seconds = time.monotonic() - started
        rate = self.learner.learning_rate(self.step - 1)
        self.logs.step(
            StepReport(self.step, self.config.steps, losses, rate, seconds, batches.seconds / max(seconds, 1e-9))
        )

    def _validation_is_due(self) -> bool:
        every = self.config.validate_every
        if every is None or self.validated == self.step:
            return False
        return self.step % every == 0 or self.step == self.config.steps

    def _validate(self) -> None:
        """Measure the averaged weights on the first process, and tell the others what it means for the run."""
        stale = torch.zeros(1, device=self.learner.device)
        if self.ranks.first:
            average = self.learner.average.network
            with torch.no_grad():
                self.figures = {name: float(value) for name, value in self.task.validate(average).items()}
            average.eval()
            self._keep_best()
            self.logs.figures(self.step, self.figures)
            stale += 0 if self.best is None else self.best.since
        self.ranks.share([stale])
        self.stale = int(stale)
        self.validated = self.step
        self._save()

    def _keep_best(self) -> None:
        if self.config.keep_best is None:
            return
        self.best = best_so_far(
            self.best, self.figures, figure=self.config.keep_best, step=self.step, best_is=self.config.best_is
        )
        if self.best.step == self.step:
            content = {"step": self.step, "ema": self.learner.state()["ema"], "best": asdict(self.best)}
            write_checkpoint(self.files.best, content, plain(self.settings))

    def _no_better(self) -> bool:
        return self.config.stop_after is not None and self.stale >= self.config.stop_after

    def _checkpoint_is_due(self) -> bool:
        by_steps, by_seconds = self.config.checkpoint_every_steps, self.config.checkpoint_every_seconds
        if by_steps is not None and self.step % by_steps == 0:
            return True
        return by_seconds is not None and time.monotonic() - self.saved_at >= by_seconds

    def _save(self) -> None:
        """Write last.pt, if anything happened since the last time."""
        if self.ranks.first and self.saved != (self.step, self.validated):
            best = None if self.best is None else asdict(self.best)
            content = {"step": self.step, "validated": self.validated, "best": best, **self.learner.state()}
            write_checkpoint(self.files.last, content, plain(self.settings))
        self.saved, self.saved_at = (self.step, self.validated), time.monotonic()

    def _require_same_settings(self, before: Mapping[str, Any]) -> None:
        now = plain(self.settings)
        free = {f"loop.{name}" for name in MAY_CHANGE}
        free |= {name for name, value in self.settings.items() if isinstance(value, Path)}
        for name in sorted((now.keys() | before.keys()) - free):
            if now.get(name) != before.get(name):
                raise TrainingError(
                    f"Expected {name}={before.get(name)}, as the run in {self.files.root} began, to resume it, "
                    f"got {now.get(name)}."
                )
