"""From settings to a run's folder."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from fakes import GREEN, RED, walkers
from masklet.core.errors import MaskletError
from masklet.core.values import Box, MaskPrompt, Points
from masklet.formats import read_masklets
from masklet.masklets import open_masklets
from masklet.pipelines import Extras, TrackJob, run
from masklet.sources import write_video

pytestmark = pytest.mark.usefixtures("painted_models")
QUICK = Extras(overlay=False)


@pytest.fixture
def frames(tmp_path):
    """The walkers as a folder of pictures, whose colours are exact."""
    from PIL import Image

    folder = tmp_path / "frames"
    folder.mkdir()
    for index, image in enumerate(walkers()):
        Image.fromarray(image).save(folder / f"{index:05d}.png")
    return str(folder)


def mask_at(frame_index, colour=RED, object_id=1):
    return MaskPrompt(frame_index, object_id, (walkers()[frame_index] == colour).all(axis=2))


def test_a_run_leaves_everything_the_folder_promises(frames, tmp_path):
    record = run(TrackJob(source=frames, detect=("thing",)), tmp_path / "run")
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"run.json", "masklets.jsonl", "masks", "overlay.mp4", "sheet.png", "tracks.txt"} <= names
    assert record == json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["status"] == "done"
    assert (record["frames"], record["objects"]) == (12, 2)
    assert record["step_ms"] > 0
    assert record["peak_rss_mb"] > 10
    assert {weight["name"] for weight in record["weights"]} >= {"picodet-s-416"}


def test_masks_read_back_as_they_were_found(frames, tmp_path):
    run(TrackJob(source=frames, prompts={"mask": mask_at(0)}), tmp_path / "run", extras=QUICK)
    for index, masks in enumerate(read_masklets(tmp_path / "run" / "masks", "davis")):
        assert (masks.masks_NHW[0] == (walkers()[index] == RED).all(axis=2)).all()


def test_other_formats_are_written_when_asked_for(frames, tmp_path):
    run(TrackJob(source=frames, prompts={"m": mask_at(0)}), tmp_path / "run", extras=Extras(formats=("mot-txt",)))
    assert len(list((tmp_path / "run" / "exports").iterdir())) == 1


@pytest.mark.parametrize(
    ("direction", "frames_with_it"), [("forward", range(5, 12)), ("backward", range(6)), ("both", range(12))]
)
def test_from_the_middle(frames, tmp_path, direction, frames_with_it):
    job = TrackJob(source=frames, prompts={"m": mask_at(5)}, direction=direction)
    run(job, tmp_path / "run", extras=QUICK)
    masklet = open_masklets(tmp_path / "run" / "masklets.jsonl").masklet(1)
    assert masklet.frame_indices == tuple(frames_with_it)


def test_both_ways_for_one_leaves_the_other_to_its_own_prompt(frames, tmp_path):
    prompts = {"r": mask_at(6), "g": mask_at(4, GREEN, 2)}
    run(TrackJob(source=frames, prompts=prompts, direction="both"), tmp_path / "run", extras=QUICK)
    masklets = open_masklets(tmp_path / "run" / "masklets.jsonl")
    assert masklets.masklet(1).frame_indices == tuple(range(12))
    assert masklets.masklet(2).frame_indices == tuple(range(4, 9))


@pytest.mark.parametrize(
    "prompt",
    [Box(0, 1, (5, 10, 17, 40)), Points(0, 1, np.array([[10.0, 20.0]]), np.array([1]))],
    ids=["box", "click"],
)
def test_clicks_and_boxes_need_no_mask(frames, tmp_path, prompt):
    run(TrackJob(source=frames, prompts={"p": prompt}), tmp_path / "run", extras=QUICK)
    assert len(open_masklets(tmp_path / "run" / "masklets.jsonl").masklet(1).rles) == 12


def test_an_object_is_followed_no_further_when_removed(frames, tmp_path):
    job = TrackJob(source=frames, prompts={"m": mask_at(0)}, removals={6: [1]})
    run(job, tmp_path / "run", extras=QUICK)
    assert open_masklets(tmp_path / "run" / "masklets.jsonl").masklet(1).frame_indices == tuple(range(6))


def test_a_finished_run_is_not_done_again(frames, tmp_path):
    job = TrackJob(source=frames, prompts={"m": mask_at(0)})
    first = run(job, tmp_path / "run", extras=QUICK)
    before = (tmp_path / "run" / "masklets.jsonl").stat().st_mtime_ns
    assert run(job, tmp_path / "run", extras=QUICK, resume=True) == first
    assert (tmp_path / "run" / "masklets.jsonl").stat().st_mtime_ns == before


def test_a_run_killed_while_its_sheet_was_drawn_keeps_its_figures(frames, tmp_path, monkeypatch):
    job = TrackJob(source=frames, prompts={"m": mask_at(0)})

    def stopped(*args, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("masklet.pipelines.pictures.render_sheet", stopped)
        with pytest.raises(KeyboardInterrupt):
            run(job, tmp_path / "run")
    record = run(job, tmp_path / "run", resume=True)
    assert record["status"] == "done"
    assert record["step_ms"] > 0
    assert {"overlay.mp4", "sheet.png"} <= {path.name for path in (tmp_path / "run").iterdir()}


def test_a_run_on_another_video_is_not_gone_on_with(frames, tmp_path):
    job = TrackJob(source=frames, prompts={"m": mask_at(0)})
    run(job, tmp_path / "run", extras=QUICK)
    video = tmp_path / "other.mp4"
    write_video(video, list(walkers(9)), frames_per_second=25)
    with pytest.raises(MaskletError, match="others for input"):
        run(TrackJob(source=str(video), prompts={"m": mask_at(0)}), tmp_path / "run", resume=True)


def own_weights(folder, content=b"trained at home"):
    folder.mkdir(exist_ok=True)
    for name in ("own.pdmodel", "own.pdiparams"):
        (folder / name).write_bytes(content)
    return folder / "own.pdmodel"


def test_own_weights_are_told_by_their_digests(frames, tmp_path):
    own = own_weights(tmp_path / "home")
    box = Box(0, 1, (5, 10, 17, 40))
    record = run(
        TrackJob(source=frames, prompts={"b": box}, model="label-propagation", weights=own),
        tmp_path / "run",
        extras=QUICK,
    )
    digest = hashlib.sha256(b"trained at home").hexdigest()
    assert record["settings"]["weights"] == [digest, digest]
    tracker, segmenter = record["weights"]
    assert tracker == {
        "name": "own.pdmodel",
        "path": str(own),
        "sha256": {"own.pdmodel": digest, "own.pdiparams": digest},
    }
    assert segmenter["name"] == "eiseg-hrnet18-ocr64"


@pytest.mark.parametrize("harmed", ["own.pdmodel", "own.pdiparams"])
def test_a_run_goes_on_with_weights_of_the_same_content_only(frames, tmp_path, harmed):
    def go(weights):
        job = TrackJob(source=frames, prompts={"m": mask_at(0)}, model="label-propagation", weights=weights)
        return run(job, tmp_path / "run", extras=QUICK, resume=True)

    first = go(own_weights(tmp_path / "home"))
    assert go(own_weights(tmp_path / "moved")) == first
    (tmp_path / "home" / harmed).write_bytes(b"trained on")
    for other in (tmp_path / "home/own.pdmodel", None):
        with pytest.raises(MaskletError, match="others for weights"):
            go(other)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({}, "something to follow", id="nothing to follow"),
        pytest.param({"detect": ("thing",), "direction": "both"}, "direction forward", id="detect backward"),
        pytest.param(
            {"detect": ("thing",), "strategy": "per-frame", "weights": Path("own.onnx")},
            "strategy hybrid or first-frame with weights",
            id="weights of nothing",
        ),
        pytest.param({"prompts": {"p": Box(0, 1, (70, 50, 90, 70))}}, "p: .*80x60", id="box outside"),
        pytest.param({"prompts": {"p": Box(12, 1, (1, 1, 9, 9))}}, "from 0 to 11", id="past the last frame"),
        pytest.param({"prompts": {"p": Box(0, 1, (60, 0, 70, 5))}}, "found nothing there", id="box on nothing"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(frames, tmp_path, changes, says):
    with pytest.raises(MaskletError, match=says) as caught:
        run(TrackJob(source=frames, **changes), tmp_path / "run", extras=QUICK)
    assert "\n" not in str(caught.value)


def test_settings_are_checked_before_anything_is_written(frames, tmp_path):
    with pytest.raises(MaskletError, match="formats among"):
        run(TrackJob(source=frames, detect=("thing",)), tmp_path / "run", extras=Extras(formats=("gif",)))
    assert not (tmp_path / "run").exists()
