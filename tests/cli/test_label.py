"""masklet label as its user calls it."""

import json

import numpy as np
import pytest
from PIL import Image

from fakes import GREEN, RED, PaintedDetector, PaintedSegmenter, PaintedTracker, paint
from masklet.masklets import open_masklets
from masklet.pipelines import label_job

Y_HW, X_HW = np.mgrid[:60, :80]


@pytest.fixture(autouse=True)
def painted(monkeypatch):
    """Painted stand-ins for networks, so that no weights are needed."""
    fakes = {"segmenter": PaintedSegmenter, "tracker": PaintedTracker, "detector": PaintedDetector}
    for kind, fake in fakes.items():
        load = getattr(label_job, f"load_{kind}")
        monkeypatch.setattr(
            label_job,
            f"load_{kind}",
            # a name that is none goes to the real door, which says so
            lambda name, load=load, fake=fake, **o: (
                load(name, **o) if name == "none" or name.endswith(".csv") else fake()
            ),
        )


@pytest.fixture
def frames(tmp_path):
    folder = tmp_path / "walk"
    folder.mkdir()
    for index in range(8):
        image_HW3 = paint([])
        image_HW3[(X_HW - 20 - 2 * index) ** 2 + (Y_HW - 18) ** 2 < 144] = RED
        image_HW3[(X_HW - 60) ** 2 + (Y_HW - 45) ** 2 < 121] = GREEN
        Image.fromarray(image_HW3).save(folder / f"{index:05d}.png")
    return folder


SHORT = ("--every", 4, "--length", 4, "--shortest", 2)


def test_a_folder_of_frames_becomes_clips(masklet, frames, tmp_path):
    code, out, _ = masklet("label", frames, "-o", tmp_path / "out", *SHORT)
    assert code == 0
    assert out.startswith("4 objects in 8 frames of 2 clips")
    assert "empty" in out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.json", "walk-00000", "walk-00004"}


def test_the_report_as_json(masklet, frames, tmp_path):
    _, out, _ = masklet("label", frames, "-o", tmp_path / "out", "--json", *SHORT)
    assert json.loads(out) == json.loads((tmp_path / "out/report.json").read_text())


def test_pictures_by_themselves(masklet, frames, tmp_path):
    masklet("label", frames, "--stills", "-o", tmp_path / "out", "-q")
    assert len(list((tmp_path / "out").glob("*/masklets.jsonl"))) == 8


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        pytest.param(["--detect", "thing"], {"thing"}, id="boxes alone"),
        pytest.param(["--grid", "6"], {None}, id="points alone"),
        pytest.param(["--detect", "thing", "--grid", "6", "--parts"], {"thing"}, id="points repeat the boxes"),
    ],
)
def test_prompts_are_boxes_or_points_or_both(masklet, frames, tmp_path, words, labels):
    masklet("label", frames, "-o", tmp_path / "out", *SHORT, *words)
    assert set(open_masklets(tmp_path / "out/walk-00000/masklets.jsonl").labels.values()) == labels


def test_a_clip_is_drawn_and_converted_like_a_run(masklet, frames, tmp_path):
    masklet("label", frames, "-o", tmp_path / "out", "-q", *SHORT)
    clip = tmp_path / "out/walk-00004"
    assert masklet("render", clip, "--sheet", tmp_path / "sheet.png")[0] == 0
    assert masklet("convert", clip, tmp_path / "pngs", "--to", "davis")[0] == 0
    assert [path.name for path in sorted((tmp_path / "pngs").iterdir())] == [f"{i:05d}.png" for i in range(4, 8)]


def test_finished_clips_are_left_alone(masklet, frames, tmp_path):
    words = ("label", frames, "-o", tmp_path / "out", *SHORT)
    masklet(*words)
    assert masklet(*words)[0] == 1
    assert masklet(*words, "--resume")[0] == 0
    assert masklet(*words, "--overwrite")[0] == 0


def test_what_was_left_out_is_said(masklet, frames, tmp_path):
    code, _, err = masklet("label", frames, tmp_path / "gone.mp4", "-o", tmp_path / "out", "-q", *SHORT)
    assert code == 0
    assert "gone.mp4 was not labelled: Expected a video" in err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(["--grid", "0"], 1, "something to ask for", id="nothing to ask"),
        pytest.param(["--resume", "--overwrite"], 2, "got both", id="resume and overwrite"),
        pytest.param(["--score", "1.5"], 2, "--score", id="no share"),
        pytest.param(["--length", "3", "--shortest", "5"], 1, "shortest up to length", id="too short"),
        pytest.param(["--check", "twice"], 2, "--check", id="no such check"),
        pytest.param(["--segmenter", "none"], 1, "name of a model", id="no such segmenter"),
    ],
)
def test_what_cannot_be_done_is_said(masklet, frames, tmp_path, words, code, says):
    got, _, err = masklet("label", frames, "-o", tmp_path / "out", *words)
    assert got == code
    assert says in " ".join(err.replace("│", " ").split())
    assert not (tmp_path / "out").exists()


def test_boxes_of_a_file_are_taken_for_one_video(masklet, frames, tmp_path):
    boxes = tmp_path / "boxes.csv"
    boxes.write_text("frame,x1,y1,x2,y2,label\n0,8,6,32,30,person\n4,16,6,40,30,person\n")
    words = ("--detector", boxes, "--detect", "person", "-o", tmp_path / "out")
    assert masklet("label", frames, *words, *SHORT)[0] == 0
    clip = json.loads((tmp_path / "out/walk-00000/run.json").read_text())
    assert [track["label"] for track in clip["tracks"]] == ["person"]
    assert clip["settings"]["detector_weights"] == [*clip["weights"][-1]["sha256"].values()]
    boxes.write_text("frame,x1,y1,x2,y2,label\n0,8,6,32,30,person\n")
    _, _, err = masklet("label", frames, *words, *SHORT, "--resume")
    assert "detector_weights" in err
    _, _, err = masklet("label", frames, frames.parent, *words, *SHORT, "--overwrite")
    assert "Expected one video with the boxes of" in err


def test_weights_of_a_detector_want_classes(masklet, frames, tmp_path):
    code, _, err = masklet("label", frames, "--detector-weights", "x.pth", "-o", tmp_path / "out")
    assert (code, "Expected classes to detect" in err) == (1, True)
