"""What a tracker that learns online leaves in a run's folder: each object once, whatever the run went through."""

import csv

import pytest

torch = pytest.importorskip("torch")

from fakes import GREEN, RED, PaintedTracker, walkers  # noqa: E402
from masklet.core.values import MaskPrompt  # noqa: E402
from masklet.models.osvos.config import OnlineConfig, OsvosConfig  # noqa: E402
from masklet.models.osvos.files import read_network  # noqa: E402
from masklet.models.osvos.mobile import MobileOsvos  # noqa: E402
from masklet.models.osvos.tracker import Osvos  # noqa: E402
from masklet.pipelines import Extras, TrackJob, run  # noqa: E402
from masklet.pipelines.learned import losses_of, watched  # noqa: E402

QUICK = {"extras": Extras(overlay=False)}


@pytest.fixture(autouse=True)
def osvos(monkeypatch):
    """Runs take an OSVOS that learns in two steps."""
    torch.manual_seed(0)
    online = OnlineConfig(steps=2, seconds=None, batch_size=1, augmentation="none")
    tracker = Osvos(MobileOsvos(), OsvosConfig(online=online, coarser=()))
    monkeypatch.setattr("masklet.pipelines.job.load_tracker", lambda name, **options: tracker)
    monkeypatch.setattr("masklet.pipelines.track.SNAPSHOT_EVERY_SECONDS", 0.0)
    return tracker


@pytest.fixture
def frames(tmp_path):
    from PIL import Image

    (tmp_path / "frames").mkdir()
    for index, image in enumerate(walkers(6)):
        Image.fromarray(image).save(tmp_path / f"frames/{index:05d}.png")
    return str(tmp_path / "frames")


def job_of(frames, direction="forward", **prompts):
    return TrackJob(source=frames, prompts=prompts, model="osvos", direction=direction)


def red(frame_index=0):
    return MaskPrompt(frame_index, 1, (walkers()[frame_index] == RED).all(axis=2))


def green(frame_index=4):
    return MaskPrompt(frame_index, 2, (walkers()[frame_index] == GREEN).all(axis=2))


def kept(folder):
    """Names in learned/, but for TensorBoard's, whose files are counted."""
    paths = sorted(path for path in (folder / "learned").rglob("*") if path.is_file())
    names = [path.name for path in paths if "tensorboard" not in path.parts]
    return names, sum("tensorboard" in path.parts for path in paths)


def test_a_run_keeps_networks_and_losses_of_the_objects_it_was_shown(frames, tmp_path):
    pytest.importorskip("tensorboard")
    pytest.importorskip("matplotlib")
    run(job_of(frames, red=red(), green=green()), tmp_path / "run", **QUICK)
    assert kept(tmp_path / "run") == (["1.csv", "1.pt", "2.csv", "2.pt", "losses.png"], 2)
    assert losses_of(tmp_path / "run/learned/2.csv")[0] == [0, 1]
    assert isinstance(read_network(tmp_path / "run/learned/2.pt"), MobileOsvos)


def stopping(at):
    """A progress that breaks off before a frame is finished."""

    def progress(steps, *, total):
        for number, step in enumerate(steps):
            if number == at:
                raise KeyboardInterrupt
            yield step

    return progress


@pytest.mark.parametrize("at", [0, 4])
def test_a_run_that_is_gone_on_with_keeps_what_a_run_without_a_break_keeps(frames, tmp_path, at):
    job = job_of(frames, red=red(), green=green())
    run(job, tmp_path / "whole", **QUICK)
    with pytest.raises(KeyboardInterrupt):
        run(job, tmp_path / "stopped", progress=stopping(at), **QUICK)
    run(job, tmp_path / "stopped", resume=True, **QUICK)
    assert kept(tmp_path / "stopped") == kept(tmp_path / "whole")
    for number in (1, 2):
        whole, stopped = (read_network(tmp_path / f"{name}/learned/{number}.pt") for name in ("whole", "stopped"))
        assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), stopped.parameters(), strict=True))


def test_what_is_walked_backward_and_forward_is_kept_once(frames, tmp_path):
    run(job_of(frames, direction="both", red=red(3)), tmp_path / "once", **QUICK)
    run(job_of(frames, red=red()), tmp_path / "forward", **QUICK)
    assert kept(tmp_path / "once") == kept(tmp_path / "forward")


def test_a_run_that_is_done_anew_keeps_nothing_of_the_one_before(frames, tmp_path):
    run(job_of(frames, red=red(), green=green()), tmp_path / "run", **QUICK)
    run(job_of(frames, red=red()), tmp_path / "run", overwrite=True, **QUICK)
    assert not (tmp_path / "run/learned/2.pt").exists()
    assert (tmp_path / "run/learned/1.pt").is_file()


def test_an_object_that_is_learned_anew_replaces_what_was_kept_of_it(frames, tmp_path):
    run(job_of(frames, red=red()), tmp_path / "once", **QUICK)
    run(job_of(frames, red=red(), again=red(2)), tmp_path / "twice", **QUICK)
    assert kept(tmp_path / "twice") == kept(tmp_path / "once")
    once, twice = ((tmp_path / f"{name}/learned/1.csv").read_text() for name in ("once", "twice"))
    assert len(list(csv.reader(twice.splitlines()))) == 3
    assert once != twice


def test_a_tracker_that_learns_nothing_is_taken_as_it_is(tmp_path):
    tracker = PaintedTracker()
    assert watched(tracker, tmp_path / "learned", None) is tracker
