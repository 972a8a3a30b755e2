"""Whole runs are measured as their user runs them."""

import json
import subprocess

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import EvaluationError
from masklet.evaluation.end_to_end import Footage, made_up, measure_jobs
from masklet.sources import open_source

RECORD = {
    "model": "label-propagation",
    "weights": [{"name": "own.pdmodel", "path": "home/own.pdmodel"}, {"name": "pp-lcnetv2-base"}],
    "input": {"size_HW": [120, 160]},
    "objects": 2,
    "frames": 30,
    "seconds": 1.4,
    "finish_seconds": 0.1,
    "step_ms": 21.0,
    "peak_rss_mb": 300.0,
}


@pytest.fixture
def commands(monkeypatch):
    """The commands run; each prints a record."""
    called = []

    def run(command, **options):
        called.append(command[1:])
        return subprocess.CompletedProcess(command, 0, stdout=json.dumps(RECORD), stderr="")

    monkeypatch.setattr("masklet.evaluation.end_to_end.subprocess.run", run)
    return called


def test_the_made_up_video_has_the_mask_of_its_first_frame(tmp_path):
    footage = made_up(tmp_path / "disks", objects=3, frames=4, size_HW=(120, 200))
    assert open_source(footage.video).info.frame_count == 4
    label_map_HW = np.asarray(Image.open(footage.mask))
    assert label_map_HW.shape == (120, 200)
    assert np.unique(label_map_HW).tolist() == [0, 1, 2, 3]


def test_frames_per_second_count_everything_but_the_start(commands):
    (row,) = measure_jobs(objects=(2,), frames=(30,), size_HW=(120, 160), threads=2, precision="f32")
    assert (row.frames_per_second, row.walk_seconds, row.finish_seconds) == (20.0, 1.4, 0.1)
    words = commands[0]
    assert words[:3] == ["-m", "masklet", "track"]
    assert words[words.index("--threads") + 1] == "2"
    assert "--no-overlay" not in words


def test_every_number_of_objects_and_frames_gives_a_row(commands):
    assert len(measure_jobs(objects=(1, 2), frames=(3, 4), size_HW=(60, 80))) == len(commands) == 4


def test_own_weights_are_handed_on_and_told(commands, tmp_path):
    own = tmp_path / "own.pdmodel"
    (row,) = measure_jobs(weights=own, objects=(1,), frames=(3,), size_HW=(60, 80))
    assert commands[0][commands[0].index("--weights") + 1] == str(own)
    assert row.weights == "own.pdmodel"


def test_footage_is_measured_as_it_is(commands, tmp_path):
    footage = Footage(video=tmp_path / "street.mp4", mask=tmp_path / "first.png")
    (row,) = measure_jobs(footage=footage)
    assert row.video == "street.mp4"
    assert commands[0][3:6] == [str(footage.video), "--mask", f"0:{footage.mask}"]


def test_a_run_that_fails_says_why(tmp_path):
    footage = Footage(video=tmp_path / "none.mp4", mask=tmp_path / "none.png")
    with pytest.raises(EvaluationError, match=r"Expected a mask in .*none\.png") as caught:
        measure_jobs(footage=footage)
    assert "\n" not in str(caught.value)


def test_a_true_run_is_measured():
    (row,) = measure_jobs(objects=(2,), frames=(4,), size_HW=(120, 160), threads=1)
    assert (row.objects, row.frames, row.height, row.width) == (2, 4, 120, 160)
    assert row.frames_per_second > 0
    assert row.start_seconds > 0
