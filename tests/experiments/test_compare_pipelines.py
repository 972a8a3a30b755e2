"""Pipelines run on clips and measured, in a painted street."""

import json

import numpy as np
import pytest
from PIL import Image

from fakes import GREEN, RED, PaintedSegmenter, PaintedTracker, walkers
from masklet.core.boxes import box_of_mask
from masklet.core.errors import EvaluationError, OutputError
from masklet.evaluation.pedestrians import ClipLengths
from masklet.experiments import DEFAULT_SETUPS, PipelineSetup, compare_pipelines
from masklet.formats.mot import write_mot
from masklet.masklets import BoxTracks, FrameBoxes

pytestmark = pytest.mark.usefixtures("painted_models", "painted_clicks")
THINGS = PipelineSetup(name="", strategy="hybrid", classes=("thing",))
ALL = [PipelineSetup.parse(setup.name, THINGS) for setup in DEFAULT_SETUPS]


@pytest.fixture
def painted_clicks(monkeypatch):
    monkeypatch.setattr("masklet.experiments.pedestrians.load_segmenter", lambda name, **how: PaintedSegmenter())
    monkeypatch.setattr("masklet.experiments.pedestrians.load_tracker", lambda name, **how: PaintedTracker())


@pytest.fixture
def street(tmp_path):
    """Twelve frames: red walks through, green comes at frame 4 and goes at 9."""
    (tmp_path / "street/img1").mkdir(parents=True)
    (tmp_path / "street/gt").mkdir()
    frames = {}
    for index, image_HW3 in enumerate(walkers()):
        Image.fromarray(image_HW3).save(tmp_path / f"street/img1/{index + 1:06d}.png")
        found = [box_of_mask((image_HW3 == colour).all(axis=2)) for colour in (RED, GREEN)]
        seen = {number: box for number, box in enumerate(found, start=1) if box}
        frames[index] = FrameBoxes(
            tuple(seen), np.array(list(seen.values())), np.ones(len(seen)), (None,) * len(seen)
        )
    write_mot(BoxTracks(frames), tmp_path / "street/gt/gt.txt")
    return tmp_path / "street"


def compared(street, out, setups=ALL, *, seconds=1.2, **options):
    lengths = ClipLengths(seconds=seconds)
    return compare_pipelines(street, out, setups, lengths=lengths, frames_per_second=10, **options)


def test_all_four_pipelines_are_run_and_measured(street, tmp_path):
    runs = compared(street, tmp_path / "out")
    tracked = {name: pipeline.tables.tracking.tracked for name, pipeline in runs.report.pipelines.items()}
    assert tracked == {"hybrid": 2, "first-frame": 1, "per-frame": 2, "clicks": 1}
    assert all(pipeline.frames_per_second > 0 for pipeline in runs.report.pipelines.values())
    assert runs.to_json()["clicks"] == {"clicks": {"people": 1, "right after 1": 1}}


def test_a_run_lies_there_for_each_clip(street, tmp_path):
    compared(street, tmp_path / "out", ALL[:1], seconds=0.6)
    folders = sorted((tmp_path / "out/hybrid").iterdir())
    assert [folder.name for folder in folders] == ["street_0000", "street_0001"]
    record = json.loads((folders[1] / "run.json").read_text())
    assert (record["frames"], record["settings"]["span"]) == (6, [6, 12])


def test_clicks_are_kept_and_a_clip_without_anybody_is_empty(street, tmp_path):
    text = (street / "gt/gt.txt").read_text().splitlines()
    (street / "gt/gt.txt").write_text("\n".join(line for line in text if not line.startswith("1,")) + "\n")
    runs = compared(street, tmp_path / "out", ALL[3:])
    assert runs.clicks == {"clicks": []}
    assert json.loads((tmp_path / "out/clicks/clicks.json").read_text()) == []
    assert runs.report.pipelines["clicks"].tables.tracking.tracked == 0


def test_what_is_finished_is_not_run_again(street, tmp_path):
    compared(street, tmp_path / "out", ALL[:1])
    before = (tmp_path / "out/hybrid/street_0000/masklets.jsonl").stat().st_mtime_ns
    compared(street, tmp_path / "out")
    assert (tmp_path / "out/hybrid/street_0000/masklets.jsonl").stat().st_mtime_ns == before


def test_runs_of_other_settings_are_refused_unless_they_may_be_replaced(street, tmp_path):
    compared(street, tmp_path / "out", ALL[:1])
    changed = [PipelineSetup.parse("hybrid,every=5", THINGS)]
    with pytest.raises(OutputError, match=r"got others for detect_every; .*--overwrite"):
        compared(street, tmp_path / "out", changed)
    compared(street, tmp_path / "out", changed, overwrite=True)


def test_boxes_of_a_file_are_those_of_the_clip_s_frames(street, tmp_path):
    boxes = tmp_path / "boxes.csv"
    rows = [f"{index},{5 + 2 * index},10,{17 + 2 * index},40,0.9,thing" for index in range(12)]
    boxes.write_text("\n".join(["frame,x1,y1,x2,y2,score,label", *rows]) + "\n")
    setups = [PipelineSetup.parse(f"hybrid,detector={boxes}", THINGS)]
    runs = compared(street, tmp_path / "out", setups, seconds=0.6)
    clips = runs.report.pipelines["hybrid"].clips
    assert [clip.tables.tracking.tracked for clip in clips] == [1, 1]


def test_pictures_must_be_there(street, tmp_path):
    for path in (street / "img1").iterdir():
        path.unlink()
    with pytest.raises(EvaluationError, match="Expected the pictures of street"):
        compared(street, tmp_path / "out")


def test_two_pipelines_of_one_name_are_refused(street, tmp_path):
    with pytest.raises(EvaluationError, match="different names, got hybrid twice"):
        compared(street, tmp_path / "out", [ALL[0], ALL[0]])


@pytest.mark.parametrize(
    "text", ["slow", "a=slow", "hybrid,every", "hybrid,every=two", "hybrid,colour=red", "hybrid,threshold=2"]
)
def test_a_pipeline_that_is_none_is_refused(text):
    with pytest.raises(EvaluationError, match="Expected a"):
        PipelineSetup.parse(text, THINGS)


def test_a_name_must_do_as_a_folder(street, tmp_path):
    with pytest.raises(EvaluationError, match="name a folder"):
        compared(street, tmp_path / "out", [PipelineSetup.parse("a/b=hybrid", THINGS)])
