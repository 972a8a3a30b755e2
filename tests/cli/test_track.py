"""masklet track as its user calls it: what is printed, what the exit code is, what is left on disk."""

import json

import pytest
from PIL import Image

from fakes import walkers
from masklet.masklets import open_masklets
from masklet.sources import write_video

BOX = "0:1:5,10,17,40"


@pytest.fixture
def frames(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for index, image in enumerate(walkers(6)):
        Image.fromarray(image).save(folder / f"{index:05d}.png")
    return folder


pytestmark = pytest.mark.usefixtures("painted_models")


def test_a_run_says_what_it_did_in_one_line(masklet, frames, tmp_path):
    code, out, _ = masklet("track", frames, "--box", BOX, "-o", tmp_path / "run", "--no-overlay")
    assert code == 0
    assert out.startswith("1 object in 6 frames")
    assert str(tmp_path / "run") in out


def test_a_report_for_programs_is_the_record(masklet, frames, tmp_path):
    _, out, _ = masklet("track", frames, "--detect", "thing", "-o", tmp_path / "run", "--no-overlay", "--json")
    assert json.loads(out) == json.loads((tmp_path / "run" / "run.json").read_text())


def test_an_object_is_removed_by_a_flag(masklet, frames, tmp_path):
    masklet("track", frames, "--box", BOX, "--remove", "3:1", "-o", tmp_path / "run", "--no-overlay")
    assert open_masklets(tmp_path / "run" / "masklets.jsonl").masklet(1).frame_indices == (0, 1, 2)


def test_quiet_is_quiet(masklet, frames, tmp_path):
    assert masklet("track", frames, "--box", BOX, "-o", tmp_path / "run", "--no-overlay", "-q") == (0, "", "")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param([], 2, "Expected something to follow", id="nothing to follow"),
        pytest.param(["--box", "0:1:5,10"], 1, "--box 0:1:5,10: Expected", id="half a box"),
        pytest.param(["--box", "0:1:5,10,17,400"], 1, "80x60 picture", id="box outside the picture"),
        pytest.param(["--points", "99:1:5,10,+"], 1, "from 0 to 5, got frame 99", id="past the last frame"),
        pytest.param(["--prompts", "{tmp}/p.json"], 1, "p.json", id="malformed JSON"),
        pytest.param(["--mask", "0:{tmp}/small.png"], 1, "80x60 pixels, got 3x3", id="mask of another size"),
        pytest.param(["--mask", "0:{tmp}/rgb.png"], 1, "indexed PNG", id="colours for ids"),
        pytest.param(["--mask", "0:{tmp}/none.png"], 1, "none.png", id="no such mask"),
        pytest.param(["--box", BOX, "--direction", "up"], 2, "direction", id="no such direction"),
        pytest.param(["--box", BOX, "--remove", "x"], 2, "FRAME:OBJECT", id="no such removal"),
        pytest.param(["--box", BOX, "--remove", "3:9"], 1, "got object 9", id="removal of a stranger"),
        pytest.param(["--box", BOX, "--resume", "--overwrite"], 2, "got both", id="resume and overwrite"),
        pytest.param(["--box", BOX, "--format", "gif"], 1, "formats among", id="no such format"),
        pytest.param(
            ["--detect", "thing", "--strategy", "per-frame", "--weights", "own.onnx"],
            1,
            "hybrid or first-frame with weights",
            id="weights of nothing",
        ),
        pytest.param(["--box", BOX, "--model", "nobody"], 1, "nobody", id="no such model"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(masklet, frames, tmp_path, words, code, says):
    (tmp_path / "p.json").write_text('{"prompts": [')
    Image.new("L", (3, 3), 255).save(tmp_path / "small.png")
    Image.effect_noise((80, 60), 90).convert("RGB").rotate(5, fillcolor=(1, 2, 3)).save(tmp_path / "rgb.png")
    words = [word.format(tmp=tmp_path) for word in words]
    got, out, err = masklet("track", frames, *words, "-o", tmp_path / "run", "--no-overlay")
    assert (got, out) == (code, "")
    said = " ".join(err.replace("│", " ").split())
    assert says in said
    assert "Traceback" not in err
    assert code == 2 or err.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("what", ["missing", "empty folder", "text as mp4", "no frames"])
def test_a_source_that_is_none_is_one_sentence(masklet, tmp_path, what):
    source = tmp_path / "video.mp4"
    if what == "empty folder":
        source.mkdir()
    elif what == "text as mp4":
        source.write_text("this is no video")
    elif what == "no frames":
        source.write_bytes(b"")
    code, out, err = masklet("track", source, "--box", BOX, "-o", tmp_path / "run")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "video.mp4" in err
    assert not (tmp_path / "run").exists()


def test_a_truncated_video_keeps_the_frames_before_the_damage(masklet, tmp_path):
    whole = tmp_path / "whole.mkv"
    write_video(whole, [image.repeat(4, 0).repeat(4, 1) for image in walkers(60)], frames_per_second=25, crf=1)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    code, _, err = masklet("track", cut, "--box", "0:1:20,40,68,160", "-o", tmp_path / "run", "-q")
    assert (code, err.count("\n")) == (1, 1)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["status"] == "stopped"
    assert 0 < len(open_masklets(tmp_path / "run" / "masklets.jsonl")) < 60


def test_an_existing_run_is_replaced_only_when_asked(masklet, frames, tmp_path):
    words = ("track", frames, "--box", BOX, "-o", tmp_path / "run", "--no-overlay", "-q")
    assert masklet(*words)[0] == 0
    code, _, err = masklet(*words)
    assert code == 1
    assert "--overwrite" in err
    assert masklet(*words, "--overwrite")[0] == 0
    assert masklet(*words, "--resume")[0] == 0


def test_a_folder_that_cannot_be_made_is_one_sentence(masklet, frames, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = masklet("track", frames, "--box", BOX, "-o", tmp_path / "file" / "run")
    assert (code, err.count("\n")) == (1, 1)
    assert "Expected to write to" in err
