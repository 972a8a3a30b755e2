"""The overlay and the sheet are the same pictures, whenever they are drawn, or are not there at all."""

import json

import pytest
from PIL import Image

from fakes import RED, walkers
from masklet.core.errors import OutputError, SourceError
from masklet.core.values import MaskPrompt
from masklet.masklets import open_masklets
from masklet.pipelines import Extras, TrackJob, run
from masklet.sources import open_source, write_video

pytestmark = pytest.mark.usefixtures("painted_models")


@pytest.fixture
def video(tmp_path):
    """The walkers, large enough to have a sheet whose tiles are scaled, as pictures whose colours are exact."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for index, image in enumerate(walkers(20).repeat(4, axis=1).repeat(4, axis=2)):
        Image.fromarray(image).save(folder / f"{index:05d}.png")
    return str(folder)


@pytest.fixture
def drawn(monkeypatch):
    """Every picture that went into an overlay, a list for each video written, and its times."""
    videos = []

    def write(path, frames, *, seconds, **options):
        pictures, times = list(frames), []
        times.extend(second for second, _ in zip(seconds, pictures, strict=False))
        videos.append((pictures, times))
        return write_video(path, pictures, seconds=times, **options)

    monkeypatch.setattr("masklet.render.video.write_video", write)
    return videos


def job_of(video, **options):
    mask_HW = (walkers(20)[0] == RED).all(axis=2).repeat(4, axis=0).repeat(4, axis=1)
    return TrackJob(source=video, prompts={"m": MaskPrompt(0, 1, mask_HW)}, detect=("thing",), **options)


def stop_after(count):
    def progress(steps, *, total):
        for number, step in enumerate(steps, start=1):
            yield step
            if number == count:
                raise KeyboardInterrupt

    return progress


def test_a_run_gone_on_with_shows_the_same_pictures(video, tmp_path, drawn):
    run(job_of(video), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(job_of(video), tmp_path / "stopped", progress=stop_after(7))
    assert not [path for path in (tmp_path / "stopped").iterdir() if "overlay" in path.name]
    run(job_of(video), tmp_path / "stopped", resume=True)
    whole, resumed = drawn
    assert len(whole[0]) == 20
    assert all((ours == theirs).all() for ours, theirs in zip(whole[0], resumed[0], strict=True))
    assert whole[1] == resumed[1]
    sheets = [(tmp_path / name / "sheet.png").read_bytes() for name in ("whole", "stopped")]
    assert sheets[0] == sheets[1]


@pytest.mark.parametrize("direction", ["forward", "backward", "both"])
def test_every_direction_has_all_frames_in_order(video, tmp_path, drawn, direction):
    mask_HW = (walkers(20)[19] == RED).all(axis=2).repeat(4, axis=0).repeat(4, axis=1)
    job = TrackJob(source=video, prompts={"m": MaskPrompt(19, 1, mask_HW)}, direction=direction)
    run(job, tmp_path / "run")
    ((pictures, times),) = drawn
    assert times == sorted(times)
    tinted = [
        bool((picture != frame.image_HW3).any())
        for picture, frame in zip(pictures, open_source(video).read(), strict=True)
    ]
    assert tinted == [direction != "forward"] * 19 + [True]


def test_the_frames_of_an_undisturbed_run_are_read_once(video, tmp_path, monkeypatch):
    read = []

    def open_counted(uri, **options):
        source = open_source(uri, **options)
        original = source.read
        source.read = lambda *span: (read.append(frame.index) or frame for frame in original(*span))
        return source

    monkeypatch.setattr("masklet.pipelines.job.open_source", open_counted)
    run(job_of(video), tmp_path / "run")
    assert read == list(range(20))


def test_a_run_that_breaks_off_leaves_its_masks_and_no_overlay(video, tmp_path):
    (tmp_path / "frames" / "00009.png").write_bytes(b"noise")
    with pytest.raises(SourceError):
        run(job_of(video), tmp_path / "run")
    assert len(open_masklets(tmp_path / "run" / "masklets.jsonl")) == 9
    assert not [path for path in (tmp_path / "run").iterdir() if "overlay" in path.name]


def test_an_overlay_that_cannot_be_written_stops_the_run_in_one_sentence(video, tmp_path, monkeypatch):
    def full(path, frames, **options):
        next(iter(frames))
        raise OutputError(f"Expected to write {path}, could not (No space left on device).")

    with monkeypatch.context() as patched:
        patched.setattr("masklet.render.video.write_video", full)
        with pytest.raises(OutputError, match="No space left on device"):
            run(job_of(video), tmp_path / "run")
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (record["status"], "No space" in record["reason"]) == ("stopped", True)
    finished = len(open_masklets(tmp_path / "run" / "masklets.jsonl"))
    assert len(list((tmp_path / "run" / "masks").iterdir())) == finished
    assert run(job_of(video), tmp_path / "run", resume=True)["status"] == "done"
    assert open_source(tmp_path / "run" / "overlay.mp4").info.frame_count == 20


def test_half_an_overlay_left_by_a_kill_is_cleared_away(video, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(job_of(video), tmp_path / "run", progress=stop_after(3))
    half = tmp_path / "run" / ".overlay.mp4.part"
    half.write_bytes(b"half")
    run(job_of(video), tmp_path / "run", resume=True, extras=Extras(overlay=False))
    assert not half.exists()
