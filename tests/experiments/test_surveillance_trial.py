"""People followed by their trajectories, in several ways, by one command."""

import json

import pytest

from masklet.core.errors import EvaluationError
from masklet.experiments.surveillance import SurveillanceTrial, compare_ways
from painted_people import FRAMES, boxes_at


@pytest.fixture
def sequence(street, monkeypatch):
    """The street in the layout of a sequence; its tracker gives everybody to the object."""
    from fakes import PaintedTracker

    monkeypatch.setattr("masklet.experiments.surveillance.load_tracker", lambda name, **options: PaintedTracker())
    (street / "frames").rename(street / "img1")
    (street / "people.txt").rename(street / "trajectories_world.txt")
    (street / "H.txt").rename(street / "H_image_to_world.txt")
    (street / "gt").mkdir()
    rows = [
        f"{index + 1},{person},{x1},{y1},{x2 - x1},{y2 - y1},1,-1,-1,-1\n"
        for index in range(FRAMES)
        for person, (x1, y1, x2, y2) in boxes_at(index).items()
    ]
    (street / "gt/gt.txt").write_text("".join(rows))
    return street


def test_both_ways_are_run_and_measured_and_not_run_again(sequence, tmp_path):
    trial = SurveillanceTrial(sequence=sequence, count=2, least_frames=20, examples=3)
    reports = compare_ways(trial, tmp_path / "out")
    assert list(reports) == ["plain", "others", "checked"]
    assert list(reports["checked"]["runs"]) == ["pID1", "pID2"]
    assert reports["checked"]["mean"]["box_iou"] > 0.75
    record = json.loads((tmp_path / "out/plain/pID1/run.json").read_text())
    assert record["settings"]["more"]["check"] is None
    written = (tmp_path / "out/checked/pID1/masklets.jsonl").stat().st_mtime_ns
    assert compare_ways(trial, tmp_path / "out") == reports
    assert (tmp_path / "out/checked/pID1/masklets.jsonl").stat().st_mtime_ns == written


def test_the_masks_that_runs_begin_with_are_made_once_for_each_person(sequence, tmp_path, monkeypatch):
    from masklet.pipelines.person_masks import job

    made, true_make = [], job.make
    monkeypatch.setattr(
        job, "make", lambda asked, *given: made.append(asked.person_id) or true_make(asked, *given)
    )
    compare_ways(SurveillanceTrial(sequence=sequence, people=(1, 3), examples=3), tmp_path / "out")
    assert made == [1, 3]
    kept = [(tmp_path / f"out/{way}/pID3/examples/person_masks.json").read_text() for way in ("plain", "checked")]
    assert kept[0] == kept[1]


def test_other_masks_are_made_where_they_are_asked_for(street):
    from dataclasses import replace

    from masklet.pipelines.person_masks import PersonMaskConfig
    from masklet.pipelines.person_masks.job import MadeOnce, PersonMaskJob
    from masklet.pipelines.person_scene import SceneFiles, open_scene
    from masklet.sources import open_source

    files = SceneFiles(trajectories=street / "people.txt", homography=street / "H.txt", convention="uv")
    job = PersonMaskJob(
        source=str(street / "frames"), scene=files, person_id=1, config=PersonMaskConfig(examples=2)
    )
    source = open_source(job.source)
    make, scene = MadeOnce(), open_scene(files, source.info)
    first = make(job, source, scene)
    assert make(replace(job), source, scene) is first
    assert len(make(replace(job, config=PersonMaskConfig(examples=3)), source, scene).kept) == 3
    assert make(replace(job, person_id=3), source, scene).person_id == 3


def test_the_lowest_ids_with_enough_frames_are_taken(sequence):
    assert SurveillanceTrial(sequence=sequence, count=2, least_frames=20).chosen() == (1, 2)
    assert SurveillanceTrial(sequence=sequence, people=(3,)).chosen() == (3,)
    with pytest.raises(EvaluationError, match="5 people with 100 annotated frames"):
        SurveillanceTrial(sequence=sequence).chosen()


def test_only_the_ways_that_are_asked_for_are_run(sequence, tmp_path):
    trial = SurveillanceTrial(sequence=sequence, people=(1,), examples=3, ways=("checked",))
    assert list(compare_ways(trial, tmp_path / "out")) == ["checked"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["checked"]


@pytest.mark.parametrize(
    ("way", "message"),
    [
        pytest.param("alone", "Expected ways of plain, others", id="unknown"),
        pytest.param("all", "Expected weights of a parent of several persons", id="no weights"),
    ],
)
def test_a_way_that_cannot_be_run_is_one_sentence(way, message):
    with pytest.raises(EvaluationError, match=message):
        SurveillanceTrial(sequence=None, ways=(way,)).chosen_ways()
