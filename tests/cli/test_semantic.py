import json

import pytest

from labelled_samples import SPACE, ColourModel, painted, street, write_folder, write_png
from masklet.core.errors import ModelError
from masklet.formats.class_folder import open_class_folder
from masklet.sources import open_source

MODEL = ("--model", "masklet-s")
"""A name whose weights are there; a fake stands in for the network."""


@pytest.fixture(autouse=True)
def colour_model(monkeypatch):
    def load(name, **_):
        if name != "masklet-s":
            raise ModelError(f"Expected the name of a model, got {name!r}.")
        return ColourModel(mistaken=[("cart", "road")])

    monkeypatch.setattr("masklet.models.load_semantic", load)
    monkeypatch.setattr("masklet.pipelines.pixel_labels.job.load_semantic", load)


@pytest.fixture
def frames(tmp_path):
    for index in range(4):
        write_png(tmp_path / f"frames/{index:05d}.png", painted(street(index)))
    return tmp_path / "frames"


@pytest.fixture
def space(tmp_path):
    (tmp_path / "space.json").write_text(json.dumps(SPACE.to_json()))
    return tmp_path / "space.json"


@pytest.fixture
def data(tmp_path):
    return write_folder(tmp_path / "data")


def test_frames_are_labelled(masklet, frames, tmp_path):
    code, out, _ = masklet("semantic", frames, "-o", tmp_path / "run", *MODEL)
    assert code == 0
    assert out.startswith("4 frames, ")
    assert "grass 50.0 %, road 50.0 % -> " in out
    assert len(open_class_folder(tmp_path / "run").paths) == 4
    code, _, err = masklet("semantic", frames, "-o", tmp_path / "run", *MODEL)
    assert code == 1
    assert "--resume" in err
    code, out, _ = masklet("semantic", frames, "-o", tmp_path / "run", *MODEL, "--resume", "--json")
    assert (code, json.loads(out)["status"]) == (0, "done")


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        pytest.param(("--scales", "1,x"), 2, "numbers as in 0.5,1,1.5", id="scales"),
        pytest.param(("--scales", "0"), 1, "scales above 0", id="no scale"),
        pytest.param(("--window", "5"), 1, "a size as WIDTHxHEIGHT", id="window"),
        pytest.param(("--to", "voc"), 1, "a way is known", id="label space"),
        pytest.param(("--to", "kitti"), 1, "the name of a label space", id="no such label space"),
        pytest.param(("--resume", "--overwrite"), 2, "got both", id="both"),
    ],
)
def test_words_that_cannot_be_are_said(masklet, frames, tmp_path, words, code, reason):
    got, _, err = masklet("semantic", frames, "-o", tmp_path / "run", *MODEL, *words)
    assert got == code
    assert reason in " ".join(err.replace("│", " ").split())


def test_a_model_is_evaluated(masklet, data, space, tmp_path):
    words = ("evaluate", "semantic", data, "--space", space, *MODEL, "--quiet")
    code, out, _ = masklet(*words, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["global"]["pixel-accuracy"] == pytest.approx(1 - 48 / (23 * 32))
    assert [row["class"] for row in report["classes"]] == ["grass", "road", "cart"]
    code, out, _ = masklet(*words, "--json", "-o", tmp_path / "out", "--mirror", "--scales", "1,2")
    assert (code, (tmp_path / "out/confusion.png").is_file()) == (0, True)
    assert json.loads(out)["failures"]["kinds"]["confusion"]["regions"] == 3


def test_the_report_as_a_table(masklet, data, space, tmp_path):
    code, out, _ = masklet("evaluate", "semantic", data, "--space", space, *MODEL, "-o", tmp_path / "out")
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["grass", "52.2", "100.0", "100.0", "100.0", "100.0"] in rows
    assert ["cart", "6.5", "0.0", "0.0", "0.0", "-"] in rows
    assert any(row[:2] == ["mean", "62.1"] for row in rows)
    assert "pixel accuracy 93.5" in out
    assert "confusion 100.0 % (3)" in out


def test_pngs_are_evaluated(masklet, data, space, tmp_path):
    code, out, _ = masklet("evaluate", "semantic", data, data / "labels", "--space", space, "--json", "--quiet")
    assert (code, json.loads(out)["global"]["mIoU"]) == (0, 1)
    (data / "labels2").mkdir()
    for index in range(2):
        write_png(data / f"labels2/frame_{index:03d}.png", street(index))
    code, out, err = masklet("evaluate", "semantic", data, data / "labels2", "--space", space)
    assert (code, out) == (1, "")
    assert "1 problem: frame_002 is missing" in err


@pytest.mark.parametrize("words", [(), ("labels", *MODEL)])
def test_either_predictions_or_a_model(masklet, data, words):
    code, _, err = masklet("evaluate", "semantic", data, *words)
    assert code == 2
    assert "one of the two" in err


def test_pngs_look_at_nothing(masklet, data):
    code, _, err = masklet("evaluate", "semantic", data, data / "labels", "--mirror")
    assert code == 2
    assert "with --model, got PREDICTIONS" in " ".join(err.replace("│", " ").split())


def test_videos_are_chosen(masklet, data, space, tmp_path):
    write_png(data / "images/drive/a.png", painted(street()))
    write_png(data / "labels/drive/a.png", street())
    words = ("evaluate", "semantic", data, "--space", space, *MODEL, "--json", "--quiet", "--video")
    code, out, _ = masklet(*words, "drive")
    assert (code, json.loads(out)["global"]["pictures"]) == (0, 1)
    code, _, err = masklet(*words, "ride")
    assert code == 1
    assert "videos among drive, got 'ride'" in err


def test_consistency_of_runs_and_of_a_model(masklet, frames, tmp_path):
    masklet("semantic", frames, "-o", tmp_path / "run", *MODEL, "--quiet")
    words = ("evaluate", "consistency", frames, f"mine={tmp_path / 'run'}", *MODEL, "--quiet")
    code, out, _ = masklet(*words, "--json")
    reports = json.loads(out)
    assert (code, list(reports)) == (0, ["mine", "masklet-s"])
    assert reports["mine"] == reports["masklet-s"]
    assert reports["mine"]["pairs"] == 3
    assert reports["mine"]["agreement"] > 0.95
    code, out, _ = masklet(*words[:-1], "--every", "2")
    assert (code, out.split().count("1")) == (0, 2)
    code, _, err = masklet("evaluate", "consistency", frames)
    assert code == 2
    assert "LABELS, --model or both" in err


def test_labels_are_drawn_side_by_side(masklet, frames, space, tmp_path):
    masklet("semantic", frames, "-o", tmp_path / "run", *MODEL, "--quiet")
    for index in (0, 2):
        write_png(tmp_path / f"truth/{index:05d}.png", street(index))
    words = ("render-labels", frames, f"model={tmp_path / 'run'}", tmp_path / "truth", "--space", space)
    video, sheet = tmp_path / "both.mp4", tmp_path / "sheet.png"
    code, out, _ = masklet(*words, "-o", video, "--sheet", sheet, "--fps", "2", "--at", "0,1.2", "--json", "-q")
    assert (code, json.loads(out)["frames"]) == (0, 4)
    (picture,) = open_source(sheet).read()
    heads, gap, rows = 30, 8, 2
    assert picture.size_HW[0] > heads + rows * (270 + gap)
    assert picture.size_HW[1] == gap + 3 * (360 + gap)
    assert next(open_source(video).read()).size_HW[1] == 2 * 32 + 4
    code, _, err = masklet(*words, "-o", video)
    assert code == 1
    assert "--overwrite" in err


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        pytest.param((), 2, "Expected --out, --sheet or both", id="nothing to write"),
        pytest.param(("--sheet", "sheet.gif"), 1, "ending in .png or .jpg", id="no picture"),
        pytest.param(("--sheet", "sheet.png", "--at", "now"), 2, "seconds as in 2,63,85", id="no time"),
    ],
)
def test_what_cannot_be_drawn_is_said(masklet, frames, space, tmp_path, monkeypatch, words, code, reason):
    monkeypatch.chdir(tmp_path)
    write_png(tmp_path / "truth/00000.png", street())
    got, _, err = masklet("render-labels", frames, "truth", "--space", space, *words)
    assert got == code
    assert reason in " ".join(err.replace("│", " ").split())


def test_names_are_there_once(masklet, frames, space, tmp_path):
    write_png(tmp_path / "truth/00000.png", street())
    code, _, err = masklet(
        "evaluate", "consistency", frames, tmp_path / "truth", tmp_path / "truth", "--space", space
    )
    assert code == 2
    assert "'truth' twice" in " ".join(err.replace("│", " ").split())
