"""The training loop: steps by number, checkpoints that lose nothing, figures on the averaged weights.

Step k of a run takes samples by number and draws its randomness from (seed, k). A run that is stopped and resumed
therefore gives the same losses, bit by bit, as one that was not, on the same processor with the same threads.
"""

from __future__ import annotations

import json
import math
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

import masklet
from masklet.core.errors import WeightsError
from masklet.core.files import write_whole
from masklet.training.batches import Batch, BatchesByNumber, iterate
from masklet.training.checkpoint import read_checkpoint, write_checkpoint
from masklet.training.config import MAY_CHANGE, LoopConfig, Precision
from masklet.training.device import choose_device, choose_precision
from masklet.training.ema import MovingAverage
from masklet.training.errors import TrainingError
from masklet.training.logs import CsvLog, EventFiles
from masklet.training.optimiser import make_optimiser, set_learning_rate
from masklet.training.progress import Progress, Silent, StepReport
from masklet.training.randomness import seed_pass
from masklet.training.ranks import Ranks, joined
from masklet.training.run_files import RunFiles
from masklet.training.schedules import learning_rate_factor
from masklet.training.settings import flatten, plain
from masklet.training.signals import stop_requests
from masklet.training.task import Task

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


@dataclass(frozen=True)
class Best:
    """The best validation so far."""

    figure: str
    value: float
    step: int
    since: int
    """Validations after it."""


@dataclass(frozen=True)
class Result:
    """How a run ended."""

    step: int
    """Steps done."""
    ended: Literal["finished", "no better figure", "stopped"]
    best: Best | None
    figures: Mapping[str, float]
    """Figures of the last validation in this process."""


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
    device = choose_device(config.device)
    settings = flatten(config, prefix="loop.") if settings is None else settings
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    if device.type == "cuda":
        torch.cuda.set_device(device)
        torch.backends.cudnn.benchmark = True
    with joined(device) as ranks:
        files = RunFiles(Path(out))
        files.check(resume=resume, overwrite=overwrite)
        ranks.wait()  # for all to have looked before the first one writes
        if ranks.first:
            files.prepare(overwrite=overwrite and not resume)
        said = progress if progress is not None and ranks.first else Silent()
        run = _Run(task, config, files, device=device, ranks=ranks, settings=settings, progress=said)
        run.about = about or {}
        if resume and files.last.exists():
            run.load(read_checkpoint(files.last))
        return run.go()


class _Run:
    """What changes while a network learns."""

    def __init__(
        self,
        task: Task,
        config: LoopConfig,
        files: RunFiles,
        *,
        device: torch.device,
        ranks: Ranks,
        settings: Mapping[str, Any],
        progress: Progress,
    ) -> None:
        self.task = task
        self.config = config
        self.files = files
        self.device = device
        self.ranks = ranks
        self.settings = settings
        self.progress = progress
        self.precision: Precision = choose_precision(config.precision, device)
        self.network = task.network.to(device).train()
        ranks.share(self.network.state_dict().values())
        self.optimiser = make_optimiser(task.parameter_groups(), config)
        self.parameters = [p for group in self.optimiser.param_groups for p in group["params"]]
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.precision == "f16")
        self.average = MovingAverage(self.network, decay=config.ema_decay)
        self.step = 0
        self.best: Best | None = None
        self.stale = 0
        self.about: Mapping[str, Any] = {}
        self.figures: Mapping[str, float] = {}
        self.saved_step, self.saved_at = -1, time.monotonic()

    def load(self, checkpoint: Mapping[str, Any]) -> None:
        """Take everything from a checkpoint; raise TrainingError where it is another run's."""
        self._require_same_settings(checkpoint["settings"])
        try:
            self.network.load_state_dict(checkpoint["network"])
            self.average.network.load_state_dict(checkpoint["ema"])
            self.optimiser.load_state_dict(checkpoint["optimiser"])
        except (RuntimeError, ValueError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise WeightsError(
                f"Expected a checkpoint of this network in {self.files.last}, got: {reason}"
            ) from error
        if checkpoint["scaler"]:
            self.scaler.load_state_dict(checkpoint["scaler"])
        self.step = self.saved_step = checkpoint["step"]
        self.best = None if checkpoint["best"] is None else Best(**checkpoint["best"])
        self.stale = 0 if self.best is None else self.best.since

    def save(self) -> None:
        """Write last.pt, if anything happened since the last time."""
        if self.ranks.first and self.step != self.saved_step:
            content = {
                "step": self.step,
                "network": self.network.state_dict(),
                "ema": self.average.network.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "scaler": self.scaler.state_dict(),
                "best": None if self.best is None else asdict(self.best),
            }
            write_checkpoint(self.files.last, content, plain(self.settings))
        self.saved_step, self.saved_at = self.step, time.monotonic()

    def go(self) -> Result:
        """Run the steps that are left."""
        self._open_logs()
        begin = self.step
        numbers = range(begin * self.config.accumulate, self.config.steps * self.config.accumulate)
        dataset = BatchesByNumber(
            self.task.sample, size=self.config.batch_size, rank=self.ranks.rank, ranks=self.ranks.count
        )
        batches = _Waiting(
            iterate(dataset, numbers, workers=self.config.workers, pinned=self.device.type == "cuda")
        )
        if begin:
            self.progress.say(f"Going on after step {begin}.")
        try:
            with stop_requests() as request:
                while self.step < self.config.steps and not self._no_better():
                    asked = self._one_step(batches, asked=request.name is not None)
                    if asked:
                        self.save()
                        self.progress.say(
                            f"Stopped by {request.name or 'a signal'} after step {self.step} of "
                            f"{self.config.steps}; the checkpoint is {self.files.last}, resume goes on from it."
                        )
                        return self._result("stopped")
                    self._after_step()
            self.save()
        finally:
            batches.close()
            self._close_logs()
        return self._result("no better figure" if self.step < self.config.steps else "finished")

    def _one_step(self, batches: _Waiting, *, asked: bool) -> bool:
        """Take a step of the optimiser; return whether any process was asked to stop."""
        started = time.monotonic()
        batches.seconds = 0.0
        rate = self.config.learning_rate * learning_rate_factor(self.config, self.step)
        set_learning_rate(self.optimiser, rate)
        parts = self._backward(batches)
        self.ranks.average_gradients(self.parameters)
        self.scaler.unscale_(self.optimiser)
        clip = math.inf if self.config.gradient_clip is None else self.config.gradient_clip
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.average.update(self.network, self.step)
        values = self.ranks.mean(
            torch.stack([*parts.values(), norm.float(), norm.new_tensor(float(asked))])
        ).tolist()
        losses = dict(zip([*parts, "gradient_norm"], values[:-1], strict=True))
        self.step += 1
        self._require_finite(losses)
        seconds = time.monotonic() - started
        self._report(StepReport(self.step, self.config.steps, losses, rate, seconds, batches.seconds / seconds))
        return bool(values[-1] > 0)

    def _backward(self, batches: _Waiting) -> dict[str, Tensor]:
        """Add up the gradients of all passes of a step; return the mean of each part of the loss."""
        self.optimiser.zero_grad(set_to_none=True)
        means: dict[str, Tensor] = {}
        for number in range(self.config.accumulate):
            batch = {name: value.to(self.device, non_blocking=True) for name, value in next(batches).items()}
            seed_pass(self.config.seed, self.step, number, self.ranks.rank)
            with torch.autocast(self.device.type, DTYPES[self.precision], enabled=self.precision != "f32"):
                parts = self.task.loss(batch, self.step)
            if "loss" not in parts:
                raise TrainingError(f"Expected 'loss' among what the task's loss returns, got {', '.join(parts)}.")
            torch.autograd.backward(self.scaler.scale(parts["loss"] / self.config.accumulate))
            for name, part in parts.items():
                means[name] = means.get(name, 0) + part.detach().float() / self.config.accumulate
        return means

    def _require_finite(self, losses: Mapping[str, float]) -> None:
        checked = (
            ("loss",) if self.precision == "f16" else ("loss", "gradient_norm")
        )  # the scaler skips such steps
        for name in checked:
            if not math.isfinite(losses[name]):
                kept = (
                    f"the checkpoint of step {self.saved_step} is kept" if self.saved_step > 0 else "none is saved"
                )
                raise TrainingError(
                    f"Expected a finite {name.replace('_', ' ')}, got {losses[name]} at step {self.step}; {kept}. "
                    "A lower learning rate, a longer warm-up or precision f32 may help."
                )

    def _after_step(self) -> None:
        every = self.config.validate_every
        validated = every is not None and (self.step % every == 0 or self.step == self.config.steps)
        if validated:
            self._validate()
        by_steps, by_seconds = self.config.checkpoint_every_steps, self.config.checkpoint_every_seconds
        due = by_steps is not None and self.step % by_steps == 0
        due = due or (by_seconds is not None and time.monotonic() - self.saved_at >= by_seconds)
        if validated or due:
            self.save()

    def _validate(self) -> None:
        """Measure the averaged weights on the first process, and tell the others what it means for the run."""
        stale = torch.zeros(1, device=self.device)
        if self.ranks.first:
            with torch.no_grad():
                self.figures = {
                    name: float(value) for name, value in self.task.validate(self.average.network).items()
                }
            self.average.network.eval()
            self._keep_best()
            self._report_figures()
            stale += 0 if self.best is None else self.best.since
        self.ranks.share([stale])
        self.stale = int(stale)

    def _keep_best(self) -> None:
        figure = self.config.keep_best
        if figure is None:
            return
        if figure not in self.figures:
            raise TrainingError(
                f"Expected the figure {figure!r} of keep_best, got {', '.join(self.figures) or 'none'}."
            )
        value = self.figures[figure]
        sign = 1 if self.config.best_is == "highest" else -1
        if self.best is not None and not sign * value > sign * self.best.value:
            self.best = Best(figure, self.best.value, self.best.step, self.best.since + 1)
            return
        self.best = Best(figure, value, self.step, 0)
        content = {"step": self.step, "ema": self.average.network.state_dict(), "best": asdict(self.best)}
        write_checkpoint(self.files.best, content, plain(self.settings))

    def _no_better(self) -> bool:
        patience = self.config.stop_after
        return patience is not None and self.stale >= patience

    def _result(self, ended: Literal["finished", "no better figure", "stopped"]) -> Result:
        return Result(self.step, ended, self.best, self.figures)

    def _require_same_settings(self, before: Mapping[str, Any]) -> None:
        now = plain(self.settings)
        free = {f"loop.{name}" for name in MAY_CHANGE}
        free |= {name for name, value in self.settings.items() if isinstance(value, Path)}
        for name in (now.keys() | before.keys()) - free:
            if now.get(name) != before.get(name):
                raise TrainingError(
                    f"Expected {name}={before.get(name)}, as the run in {self.files.root} began, to resume it, "
                    f"got {now.get(name)}."
                )

    def _open_logs(self) -> None:
        self.events: EventFiles | None = None
        if not self.ranks.first:
            return
        self.losses_csv = CsvLog(self.files.losses, after_step=self.step)
        self.validation_csv = CsvLog(self.files.validation, after_step=self.step)
        self._write_settings()
        if self.config.tensorboard:
            try:
                self.events = EventFiles(self.files.events, after_step=self.step)
            except ImportError:
                self.progress.say("No event files are written: tensorboard is not installed.")

    def _close_logs(self) -> None:
        if self.events is not None:
            self.events.close()

    def _report(self, report: StepReport) -> None:
        if not self.ranks.first:
            return
        row = {
            "step": report.step,
            **report.losses,
            "learning_rate": report.learning_rate,
            "seconds": round(report.seconds, 4),
            "waiting_share": round(report.waiting_share, 3),
        }
        self.losses_csv.append(row)
        if self.events is not None:
            self.events.append("training", row)
        self.progress.step(report)

    def _report_figures(self) -> None:
        row = {"step": self.step, **self.figures}
        self.validation_csv.append(row)
        if self.events is not None:
            self.events.append("validation", row)
        named = ", ".join(f"{name} {value:.4g}" for name, value in self.figures.items())
        self.progress.say(f"Validation after step {self.step}: {named or 'no figures'}.")

    def _write_settings(self) -> None:
        gpu = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else None
        record = {
            **self.about,
            "settings": plain(self.settings),
            "computed": {
                "device": gpu or str(self.device),
                "precision": self.precision,
                "ranks": self.ranks.count,
            },
            "versions": {
                "masklet": masklet.__version__,
                "python": platform.python_version(),
                "torch": torch.__version__,
                "numpy": np.__version__,
            },
        }
        write_whole(self.files.settings, (json.dumps(record, indent=1) + "\n").encode())


class _Waiting:
    """Batches, with the seconds that were spent waiting for them."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self.seconds = 0.0

    def __next__(self) -> Batch:
        started = time.monotonic()
        batch = next(self._batches)
        self.seconds += time.monotonic() - started
        return batch

    def close(self) -> None:
        """End the workers."""
        close = getattr(self._batches, "close", None)
        if close is not None:
            close()
