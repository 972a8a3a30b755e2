import io
import json
import math
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import ModelError, OutputError, WeightsError  # noqa: E402
from masklet.training.checkpoint import read_checkpoint, read_weights  # noqa: E402
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.loop import train  # noqa: E402
from masklet.training.progress import Lines, Silent, StepReport  # noqa: E402
from masklet.training.ranks import Ranks  # noqa: E402
from training.tiny_task import TinyTask, config, rows  # noqa: E402

TESTS = Path(__file__).resolve().parents[1]


class Interrupt(Silent):
    """Sends this process a signal, or raises, after a step; keeps what is said."""

    def __init__(self, after, number=None):
        self.after, self.number, self.said = after, number, []

    def step(self, report):
        if report.step == self.after:
            if self.number is None:
                raise RuntimeError("the power is gone")
            os.kill(os.getpid(), self.number)

    def say(self, text):
        self.said.append(text)


def assert_same_run(first, second):
    """Two folders hold the same losses, figures and weights, bit by bit."""
    assert rows(first / "losses.csv") == rows(second / "losses.csv")
    if (first / "validation.csv").exists():
        assert rows(first / "validation.csv") == rows(second / "validation.csv")
    one, other = read_checkpoint(first / "last.pt"), read_checkpoint(second / "last.pt")
    for part in ("network", "ema"):
        assert all(torch.equal(value, other[part][name]) for name, value in one[part].items())
    assert one["best"] == other["best"]


@pytest.fixture
def straight(tmp_path):
    """A run of twelve steps that was never stopped."""
    train(TinyTask(), config(), tmp_path / "straight")
    return tmp_path / "straight"


@pytest.mark.parametrize(
    ("workers", "workers_after"),
    [pytest.param(0, 0, id="no workers"), pytest.param(0, 2, id="workers from then on")],
)
def test_a_run_that_lost_steps_goes_on_exactly(straight, tmp_path, workers, workers_after):
    out = tmp_path / "killed"
    first = config(workers=workers, checkpoint_every_steps=5)
    with pytest.raises(RuntimeError, match="power"):
        train(TinyTask(), first, out, progress=Interrupt(after=7))
    assert len(rows(out / "losses.csv")) == 7
    train(TinyTask(), config(workers=workers_after), out, resume=True)
    assert_same_run(straight, out)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_the_run_with_a_checkpoint(straight, tmp_path, number):
    before = signal.getsignal(number)
    progress = Interrupt(after=5, number=number)
    stopped = train(TinyTask(), config(), tmp_path / "stopped", progress=progress)
    assert (stopped.ended, signal.getsignal(number)) == ("stopped", before)
    assert number.name in progress.said[-1]
    assert "--resume" in progress.said[-1]
    train(TinyTask(), config(), tmp_path / "stopped", resume=True)
    assert_same_run(straight, tmp_path / "stopped")


def test_a_killed_process_goes_on_exactly_and_logs_no_step_twice(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from training.tiny_task import *; "
        "from masklet.training.loop import train; from masklet.training.progress import Silent\n"
        "class Kill(Silent):\n"
        "    def step(self, report): report.step == 8 and os.kill(os.getpid(), signal.SIGKILL)\n"
        "same = config(checkpoint_every_steps=3, precision='f32', threads=1)\n"
        "train(TinyTask(), same, Path(sys.argv[1]), progress=Kill())"
    )
    out = tmp_path / "killed"
    killed = subprocess.run([sys.executable, "-c", code, str(out)], cwd=TESTS, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(rows(out / "losses.csv")) == 8
    with (out / "losses.csv").open("a") as file:
        file.write("9,0.1")  # a row cut short
    train(TinyTask(), config(precision="f32", threads=1), out, resume=True)
    train(TinyTask(), config(precision="f32", threads=1), tmp_path / "straight")
    assert [int(row["step"]) for row in rows(out / "losses.csv")] == list(range(1, 13))
    assert_same_run(tmp_path / "straight", out)


def test_the_process_has_its_threads_again_after_a_run(tmp_path):
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        train(TinyTask(), config(threads=1), tmp_path / "whole")
        assert torch.get_num_threads() == 3
        with pytest.raises(RuntimeError, match="power"):
            train(TinyTask(), config(threads=1), tmp_path / "cut", progress=Interrupt(after=2))
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_a_run_stopped_where_a_validation_was_due_makes_it_up(tmp_path):
    figures = {"validate_every": 3, "keep_best": "score"}
    train(TinyTask(figures=[1, 3, 2, 2]), config(**figures), tmp_path / "straight")
    stopped = Interrupt(after=6, number=signal.SIGTERM)
    train(TinyTask(figures=[1]), config(**figures), tmp_path / "stopped", progress=stopped)
    train(TinyTask(figures=[3, 2, 2]), config(**figures), tmp_path / "stopped", resume=True)
    assert_same_run(tmp_path / "straight", tmp_path / "stopped")


def test_workers_change_nothing(straight, tmp_path):
    train(TinyTask(), config(workers=2), tmp_path / "workers")
    assert_same_run(straight, tmp_path / "workers")


def test_every_sample_is_taken_once_and_in_order(tmp_path):
    task = TinyTask()
    train(task, config(steps=3, accumulate=2), tmp_path)
    assert task.seen == list(range(3 * 2 * 4))


def test_two_passes_of_two_are_one_step_of_four(tmp_path):
    exact = {"precision": "f32", "gradient_clip": None}
    for name, changes in {"four": {}, "two": {"batch_size": 2, "accumulate": 2}}.items():
        train(TinyTask(dropout=0, statistics=False), config(**exact, **changes), tmp_path / name)
    losses = [[float(row["loss"]) for row in rows(tmp_path / name / "losses.csv")] for name in ("four", "two")]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_the_loss_goes_down(tmp_path):
    train(TinyTask(dropout=0, statistics=False), config(steps=150, schedule="constant"), tmp_path)
    losses = [float(row["loss"]) for row in rows(tmp_path / "losses.csv")]
    assert sum(losses[-20:]) < 0.3 * sum(losses[:20])


@pytest.mark.parametrize("optimiser", ["adamw", "adam", "rmsprop", "sgd"])
def test_every_optimiser_learns(tmp_path, optimiser):
    task = TinyTask(dropout=0)
    before = task.network[0].weight.clone()
    train(task, config(steps=2, optimiser=optimiser), tmp_path)
    assert not torch.equal(before, task.network[0].weight)


def test_a_groups_own_factor_is_in_its_learning_rate(tmp_path):
    train(TinyTask(), config(steps=4, schedule="constant", warm_up=0), tmp_path)
    groups = read_checkpoint(tmp_path / "last.pt")["optimiser"]["param_groups"]
    assert [group["lr"] for group in groups] == pytest.approx([0.001, 0.01])
    assert [group["weight_decay"] for group in groups] == [0.01, 0.0]


def test_validation_sees_the_average_and_the_best_is_kept(tmp_path):
    task = TinyTask(figures=[0.2, 0.6, 0.5])
    result = train(task, config(validate_every=4, keep_best="score"), tmp_path)
    assert (result.best.step, result.best.value, result.best.since) == (8, 0.6, 1)
    assert rows(tmp_path / "validation.csv")[1] == {"step": "8", "score": "0.6"}
    best, last = read_weights(tmp_path / "best.pt"), read_weights(tmp_path / "last.pt")
    for name, value in task.validated[1].items():
        assert torch.equal(best[name], value)
    for name, value in task.validated[2].items():
        assert torch.equal(last[name], value)
    assert not torch.equal(last["0.weight"], task.network[0].weight)


@pytest.mark.parametrize(
    ("figures", "best_is", "steps"),
    [
        pytest.param([0.5, 0.4, 0.5, 0.9], "highest", 6, id="two no better than the first"),
        pytest.param([0.5, 0.4, 0.6, 0.3], "lowest", 12, id="the lowest comes late"),
    ],
)
def test_a_run_ends_when_no_better_figure_comes(tmp_path, figures, best_is, steps):
    stopping = config(validate_every=2, keep_best="score", best_is=best_is, stop_after=2)
    result = train(TinyTask(figures=[*figures, 0.1, 0.05]), stopping, tmp_path)
    assert result.step == steps
    assert result.ended == ("finished" if steps == 12 else "no better figure")
    again = train(TinyTask(), stopping, tmp_path, resume=True)
    assert again.step == steps


def test_a_figure_that_no_validation_gives_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"Expected the figure 'J' of keep_best, got score\."):
        train(TinyTask(figures=[1]), config(validate_every=4, keep_best="J"), tmp_path)


class Diverging(TinyTask):
    """A loss that is no number in one step."""

    def loss(self, batch, step):
        losses = super().loss(batch, step)
        return {**losses, "loss": losses["loss"] * (math.nan if step == 6 else 1)}


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_the_checkpoint(tmp_path):
    with pytest.raises(TrainingError, match=r"finite loss, got nan at step 7; the checkpoint of step 5 stays"):
        train(Diverging(), config(checkpoint_every_steps=5), tmp_path)
    checkpoint = read_checkpoint(tmp_path / "last.pt")
    assert checkpoint["step"] == 5
    assert all(value.isfinite().all() for value in checkpoint["network"].values())


def test_a_folder_with_a_run_is_not_touched_unless_one_says_so(straight):
    notes = straight / "notes.txt"
    notes.write_text("mine")
    with pytest.raises(OutputError, match=r"last\.pt; --resume goes on with it, --overwrite"):
        train(TinyTask(), config(), straight)
    train(TinyTask(), config(steps=2), straight, overwrite=True)
    assert len(rows(straight / "losses.csv")) == 2
    assert notes.read_text() == "mine"


def test_a_run_is_resumed_with_the_settings_it_began_with(straight):
    with pytest.raises(TrainingError, match=r"Expected loop\.learning_rate=0\.01, .*, got 0\.5\."):
        train(TinyTask(), config(learning_rate=0.5), straight, resume=True)
    longer = train(TinyTask(), config(steps=14, workers=0, validate_every=7), straight, resume=True)
    assert longer.step == 14


def test_resuming_where_nothing_is_begins(straight, tmp_path):
    train(TinyTask(), config(), tmp_path / "new", resume=True)
    assert_same_run(straight, tmp_path / "new")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"no zip", "one that cannot be read", id="damaged"),
        pytest.param(None, "of format 1 .* got format 99", id="newer"),
    ],
)
def test_a_checkpoint_that_is_none_is_said(straight, content, message):
    if content is None:
        torch.save({"format": 99}, straight / "last.pt")
    else:
        (straight / "last.pt").write_bytes(content)
    with pytest.raises(WeightsError, match=message):
        train(TinyTask(), config(), straight, resume=True)


class Refusing(TinyTask):
    """Has no sample 9."""

    def sample(self, index):
        if index == 9:
            raise TrainingError("Expected a clip, got none.")
        return super().sample(index)


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_of_a_sample_stays_one_sentence(tmp_path, workers):
    with pytest.raises(TrainingError, match=r"^Expected a clip, got none\.$"):
        train(Refusing(), config(workers=workers), tmp_path)


def test_the_settings_lie_beside_the_checkpoint(straight):
    record = json.loads((straight / "settings.json").read_text())
    assert record["settings"]["loop.steps"] == 12
    assert record["computed"]["precision"] in ("f32", "bf16")
    assert record["versions"]["torch"] == torch.__version__


def test_event_files_are_written_where_tensorboard_is(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with pytest.raises(RuntimeError, match="power"):
        train(
            TinyTask(), config(checkpoint_every_steps=5, tensorboard=True), tmp_path, progress=Interrupt(after=7)
        )
    train(TinyTask(), config(tensorboard=True), tmp_path, resume=True)
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [event.step for event in events.Scalars("training/loss")] == list(range(1, 13))


def test_missing_tensorboard_is_said_once(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    progress = Interrupt(after=-1)
    train(TinyTask(), config(tensorboard=True), tmp_path, progress=progress)
    assert progress.said == ["No event files are written: tensorboard is not installed."]


def test_plain_lines_say_rate_and_time_left(tmp_path, capsys):
    train(TinyTask(), config(), tmp_path, progress=Lines(every_seconds=0))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 12
    assert "step 12/12" in lines[-1]
    assert "steps/s, 0:00:00 left" in lines[-1]
    assert "% waiting for data, loss " in lines[-1]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_has_one_line_that_renews_itself(monkeypatch):
    monkeypatch.setattr("masklet.training.progress.time.monotonic", iter(range(9)).__next__)
    terminal = Terminal()
    lines = Lines(terminal)
    for step in (1, 2):
        lines.step(StepReport(step, 2, {"loss": 0.5}, 0.1, 0.25, 0.5))
    first, second = terminal.getvalue().removeprefix("\r\x1b[K").split("\r\x1b[K")
    assert first.startswith("step 1/2, 4.00 steps/s, 0:00:00 left, 50% waiting for data")
    assert second.endswith("\n")


def test_half_precision_on_a_processor_is_refused(tmp_path):
    with pytest.raises(ModelError, match="f16, which needs a GPU"):
        train(TinyTask(), config(precision="f16"), tmp_path)


def test_a_gradient_that_no_process_has_stays_missing():
    class Pretended(Ranks):
        """Two processes of which the other has a gradient of the second parameter alone."""

        def mean(self, values):
            return values if values.numel() != 3 else torch.tensor([1.0, 0.5, 0.0])

    parameters = [torch.nn.Parameter(torch.ones(2, 2)) for _ in range(3)]
    parameters[0].grad = torch.full((2, 2), 3.0)
    Pretended(count=2).average_gradients(parameters)
    assert [None if p.grad is None else p.grad.flatten()[0].item() for p in parameters] == [3.0, 0.0, None]


@pytest.mark.slow
def test_two_processes_with_two_samples_are_one_with_four(tmp_path):
    code = (
        "import sys; from pathlib import Path; from training.tiny_task import *; "
        "from masklet.training.loop import train\n"
        "task = TinyTask(dropout=0, statistics=False, figures=[1, 1, 1])\n"
        "exact = config(batch_size=int(sys.argv[2]), precision='f32', validate_every=4, keep_best='score')\n"
        "print(train(task, exact, Path(sys.argv[1])).step, len(task.validated))"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    group = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": "2"}
    call = [sys.executable, "-c", code]
    started = [
        subprocess.Popen(
            [*call, str(tmp_path / "two"), "2"],
            cwd=TESTS,
            env={**os.environ, **group, "RANK": rank},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in "01"
    ]
    said = [process.communicate(timeout=120)[0].split() for process in started]
    assert said == [["12", "3"], ["12", "0"]]
    train(TinyTask(dropout=0, statistics=False), config(precision="f32"), tmp_path / "one")
    for row, expected in zip(rows(tmp_path / "two/losses.csv"), rows(tmp_path / "one/losses.csv"), strict=True):
        assert float(row["loss"]) == pytest.approx(float(expected["loss"]), rel=1e-4)
    weights = [read_checkpoint(tmp_path / run / "last.pt")["network"] for run in ("two", "one")]
    for name, value in weights[0].items():
        torch.testing.assert_close(value, weights[1][name], rtol=1e-3, atol=1e-4)
