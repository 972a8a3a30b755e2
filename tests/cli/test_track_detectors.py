"""masklet track with boxes of a file in place of a detector, and with weights of each of its networks."""

import json

import pytest
from PIL import Image

from fakes import walkers
from masklet.masklets import open_masklets

HEAD = "frame,x1,y1,x2,y2,score,track_id,label\n"
RED_BOX = "5,10,17,40,0.9,,walker"


@pytest.fixture
def frames(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for index, image in enumerate(walkers(6)):
        Image.fromarray(image).save(folder / f"{index:05d}.png")
    return folder


@pytest.fixture
def boxes(tmp_path):
    path = tmp_path / "boxes.csv"
    path.write_text(f"{HEAD}0,{RED_BOX}\n")
    return path


@pytest.fixture
def track(masklet, frames, tmp_path):
    def call(*words):
        return masklet("track", frames, *words, "--no-overlay", "-o", tmp_path / "run")

    return call


@pytest.fixture
def record(tmp_path):
    return lambda: json.loads((tmp_path / "run/run.json").read_text())


@pytest.mark.usefixtures("painted_models")
class TestBoxesOfAFile:
    @pytest.mark.parametrize("words", [(), ("--detect", "walker")], ids=["all classes", "one class"])
    def test_they_are_followed(self, track, boxes, tmp_path, record, words):
        code, out, _ = track("--detector", boxes, *words, "--strategy", "first-frame")
        assert (code, out.startswith("1 object in 6 frames")) == (0, True)
        assert record()["weights"][-2]["name"] == "boxes.csv"
        assert record()["settings"]["detect"] == ["walker"]
        assert open_masklets(tmp_path / "run/masklets.jsonl").masklet(1).frame_indices == (0, 1, 2, 3, 4, 5)

    def test_a_run_is_not_gone_on_with_other_boxes(self, track, boxes):
        words = ("--detector", boxes, "--strategy", "first-frame", "-q")
        assert track(*words)[0] == 0
        assert track(*words, "--resume")[0] == 0
        boxes.write_text(f"{HEAD}0,6,{RED_BOX[2:]}\n")
        code, _, err = track(*words, "--resume")
        assert (code, "detector_weights" in err) == (1, True)

    def test_boxes_of_another_video_are_refused(self, track, boxes, tmp_path):
        boxes.write_text(f"{HEAD}90,{RED_BOX}\n")
        code, _, err = track("--detector", boxes)
        assert (code, err.count("\n")) == (1, 1)
        assert "Expected boxes of frames 0 to 5 in" in err
        assert not (tmp_path / "run").exists()

    def test_boxes_of_mot_are_persons(self, track, tmp_path):
        (tmp_path / "det.txt").write_text("1,-1,5,10,12,30,0.9,-1,-1,-1\n")
        code, out, _ = track("--detector", tmp_path / "det.txt", "--detect", "person", "--strategy", "per-frame")
        assert (code, out.startswith("1 object")) == (0, True)

    @pytest.mark.parametrize(("words", "told"), [
        pytest.param(["--detect", "dog"], "(such as walker), got 'dog'", id="class"),
        pytest.param(["--detector-weights", "own.pth"], "Expected weights of a network", id="weights"),
    ])  # fmt: skip
    def test_what_they_do_not_have_is_refused(self, track, boxes, words, told):
        code, _, err = track("--detector", boxes, *words)
        assert (code, told in err) == (1, True)


@pytest.mark.usefixtures("painted_models")
class TestWeightsOfEveryNetwork:
    @pytest.fixture
    def own(self, tmp_path):
        for name in ("d.pdmodel", "d.pdiparams", "s.pdmodel", "s.pdiparams"):
            (tmp_path / name).write_bytes(name.encode())
        return "--detector-weights", tmp_path / "d.pdmodel", "--segmenter-weights", tmp_path / "s.pdmodel"

    def test_their_digests_are_told(self, track, own, record):
        assert track("--detect", "thing", "--detector", "picodet-s", *own)[0] == 0
        rows = {row["name"]: row for row in record()["weights"]}
        assert set(rows["d.pdmodel"]["sha256"]) == {"d.pdmodel", "d.pdiparams"}
        assert record()["settings"]["segmenter_weights"] == [*rows["s.pdmodel"]["sha256"].values()]

    def test_a_run_is_not_gone_on_with_others(self, track, own, tmp_path):
        words = ("--detect", "thing", *own, "-q")
        assert track(*words)[0] == 0
        (tmp_path / "s.pdiparams").write_bytes(b"others")
        code, _, err = track(*words, "--resume")
        assert (code, "segmenter_weights" in err) == (1, True)

    def test_weights_of_what_takes_no_part_are_refused(self, track, own):
        code, _, err = track("--box", "0:1:5,10,17,40", *own[:2])
        assert (code, "Expected classes to detect with weights of a detector" in err) == (1, True)


def test_own_weights_reach_the_network(masklet, frames, tmp_path):
    words = ("track", frames, "--box", "0:1:5,10,17,40", "-o", tmp_path / "run")
    code, _, err = masklet(*words, "--segmenter-weights", tmp_path / "gone.pdmodel")
    assert (code, err.count("\n")) == (1, 1)
    assert "gone.pdmodel" in err
    code, _, err = masklet("detect", frames, "--weights", tmp_path / "gone.pdmodel")
    assert (code, "gone.pdmodel" in err) == (1, True)
