"""masklet gaze as its user calls it."""

import json

import pytest

from gaze_clip import write_recording


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clip")
    write_recording(folder)
    return folder


def words(clip, *more):
    return ("gaze", clip / "frames", clip / "export", "--masks", clip / "masks.jsonl", "--no-overlay", *more)


def test_a_job_says_what_was_looked_at(masklet, clip, tmp_path):
    code, out, err = masklet(*words(clip, "-o", tmp_path / "out", "--radius", "5%", "--dispersion", "25"))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "samples" in lines[0]
    assert "fixations (detected)" in lines[1]
    assert any(line.startswith("  person 1: ") for line in lines)
    assert lines[-1] == f"-> {tmp_path / 'out'}"


def test_a_report_for_programs_is_the_record(masklet, clip, tmp_path):
    _, out, _ = masklet(*words(clip, "-o", tmp_path / "out", "--name", "3=Rex", "--json"))
    assert json.loads(out) == json.loads((tmp_path / "out/gaze.json").read_text())
    assert "Rex 3" in json.loads(out)["transitions"]["names"]


def test_results_are_replaced_only_when_asked(masklet, clip, tmp_path):
    given = words(clip, "-o", tmp_path / "out", "-q")
    assert masklet(*given) == (0, "", "")
    code, _, err = masklet(*given)
    assert (code, err.count("\n")) == (1, 1)
    assert "--resume or replace it by --overwrite" in err
    assert masklet(*given, "--resume")[0] == 0
    assert masklet(*given, "--offset", "0.1", "--resume")[0] == 1
    assert masklet(*given, "--offset", "0.1", "--overwrite")[0] == 0


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        pytest.param(["--radius", "far"], 1, "Expected a length as 30", id="no length"),
        pytest.param(["--gaze-size", "big"], 2, "WIDTHxHEIGHT", id="no size"),
        pytest.param(["--name", "cup"], 2, "OBJECT=NAME", id="no name"),
        pytest.param(["--resume", "--overwrite"], 2, "got both", id="resume and overwrite"),
        pytest.param(["--offset", "99"], 1, "while the video runs", id="clocks that do not meet"),
        pytest.param(["--model", "masklet-s"], 1, "Expected a semantic", id="a model of another kind"),
        pytest.param(["--to", "yesterday"], 2, "--to", id="no rule"),
    ],
)
def test_bad_words_are_one_sentence(masklet, clip, tmp_path, more, code, says):
    got, out, err = masklet(*words(clip, "-o", tmp_path / "out", *more))
    assert (got, out) == (code, "")
    assert says in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err
