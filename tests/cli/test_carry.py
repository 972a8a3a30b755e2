"""masklet carry as its user calls it."""

import json

import numpy as np
import pytest
from PIL import Image

from fakes import BLUE, GREEN, GROUND, paint
from masklet.formats.davis import write_label_png

pytestmark = pytest.mark.usefixtures("painted_models")


@pytest.fixture
def folder(tmp_path):
    """Sky and ground, and a green thing that is gone in frame 2."""
    (tmp_path / "frames").mkdir()
    (tmp_path / "truth").mkdir()
    for index in range(4):
        thing = [] if index == 2 else [(GREEN, 30, 30, 50, 50)]
        image_HW3 = paint([(BLUE, 0, 0, 80, 20), *thing])
        Image.fromarray(image_HW3).save(tmp_path / f"frames/{index:05d}.png")
        labels_HW = np.select([(image_HW3 == colour).all(axis=2) for colour in (GROUND, BLUE)], [0, 1], 2)
        write_label_png(tmp_path / f"truth/{index:05d}.png", labels_HW)
    (tmp_path / "classes.txt").write_text("ground\nsky\nthing\n")
    return tmp_path


def words(folder, *more):
    return ("carry", folder / "frames", "-o", folder / "run", "--no-overlay", *more)


def labelled(folder, *more):
    first, classes = folder / "truth/00000.png", folder / "classes.txt"
    return words(folder, "--labels", first, "--classes", classes, "--truth", folder / "truth", *more)


def test_a_run_says_what_was_gone_and_how_good_it_is(masklet, folder):
    code, out, err = masklet(*labelled(folder))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("3 objects in 4 frames")
    assert lines[1] == "thing: gone in frames 2-2"
    assert lines[2].startswith("mIoU 100.0 % of the first frame's classes, 100.0 % of pixels, in 3 frames")


def test_a_report_for_programs_has_the_figures(masklet, folder):
    _, out, _ = masklet(*labelled(folder, "--json"))
    report = json.loads(out)
    assert report["evaluation"]["IoU"] == {"ground": 1.0, "sky": 1.0, "thing": 1.0}
    assert {row["name"] for row in report["carried"]} == {"ground", "sky", "thing"}


def test_truth_of_other_frames_is_said_before_anything_is_carried(masklet, folder):
    write_label_png(folder / "truth/00009.png", np.zeros((60, 80), np.uint8))
    code, out, err = masklet(*labelled(folder))
    assert (code, out) == (1, "")
    assert "names of the video's 4 frames" in err
    assert not (folder / "run").exists()


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        pytest.param("camvid", {"Sky", "Building", "Pole"}, id="a label space of the field"),
        pytest.param("space.json", {"ground", "sky", "thing"}, id="a JSON"),
    ],
)
def test_what_values_mean_is_a_name_or_a_file(masklet, folder, classes, names):
    space = {"name": "mine", "classes": [{"name": n, "colour": [1, 2, 3]} for n in ("ground", "sky", "thing")]}
    (folder / "space.json").write_text(json.dumps(space))
    given = folder / classes if classes.endswith(".json") else classes
    code, out, err = masklet(*words(folder, "--labels", folder / "truth/00000.png", "--classes", given, "--json"))
    assert (code, err) == (0, "")
    assert {row["name"] for row in json.loads(out)["carried"]} == names


def test_a_box_alone_is_followed(masklet, folder):
    code, out, _ = masklet(*words(folder, "--box", "thing=0:28,28,52,52", "--step", "1"))
    assert code == 0
    assert "thing: gone in frames 2-2" in out


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        pytest.param([], 1, "Expected labels of the first frame, a model", id="nothing to carry"),
        pytest.param(["--box", "0:1,2,3,4"], 2, "NAME=FRAME:X1,Y1,X2,Y2", id="a box without a name"),
        pytest.param(["--box", "a=0:1,2"], 1, "--box a=0:1,2: Expected four numbers", id="half a box"),
        pytest.param(
            ["--box", "a=0:1,2,3,4", "--truth", "."], 2, "--label-model with --truth", id="truth of nothing"
        ),
        pytest.param(
            ["--box", "a=0:1,2,3,4", "--resume", "--overwrite"], 2, "got both", id="resume and overwrite"
        ),
        pytest.param(
            ["--labels", "x.png", "--classes", "camvids"], 1, "the name of a label space (", id="no space"
        ),
        pytest.param(["--label-model", "masklet-s"], 1, "Expected a semantic", id="a model of another kind"),
    ],
)
def test_bad_words_are_one_sentence(masklet, folder, more, code, says):
    got, out, err = masklet(*words(folder, *more))
    assert (got, out) == (code, "")
    assert says in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err
    assert not (folder / "run").exists()
