"""masklet render."""

import json
import sys

import cv2
import numpy as np
import pytest

from masklet.cli import main
from masklet.formats.davis import write_label_pngs
from masklet.masklets import MaskletWriter
from masklet.render import colour_of
from masklet.sources import open_source, write_video
from samples import random_masklets

FRAMES, HEIGHT, WIDTH = 6, 40, 56


@pytest.fixture
def masklet(monkeypatch, capsys, tmp_path):
    """Run the command line in a folder with video.mp4, masks/ and run/; return exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    masklets = random_masklets(frames=FRAMES, objects=3, size_HW=(HEIGHT, WIDTH))
    write_video(tmp_path / "video.mp4", np.full((FRAMES, HEIGHT, WIDTH, 3), 90, np.uint8), frames_per_second=25)
    write_label_pngs(masklets, tmp_path / "masks")
    (tmp_path / "run").mkdir()
    (tmp_path / "run/run.json").write_text(json.dumps({"input": {"uri": "video.mp4"}}))
    with MaskletWriter(tmp_path / "run/masklets.jsonl") as writer:
        for frame in masklets:
            writer.append(frame, seconds=frame.frame_index / 25, name=f"{frame.frame_index:05d}")

    def run(words):
        monkeypatch.setattr(sys, "argv", ["masklet", *words.split()])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.parametrize("given", ["video.mp4 masks", "video.mp4 run", "video.mp4 run/masklets.jsonl", "run"])
def test_masks_and_a_run_folder_give_a_video_and_a_sheet(masklet, tmp_path, given):
    code, out, _ = masklet(f"render {given} -o overlay.mp4 --sheet sheet.png --json")
    assert (code, json.loads(out)) == (0, {"frames": FRAMES, "video": "overlay.mp4", "sheet": "sheet.png"})
    assert open_source(tmp_path / "overlay.mp4").info.frame_count == FRAMES
    assert cv2.imread(str(tmp_path / "sheet.png")).shape[1] == 12 + 4 * 492


def mean_of_object(path, object_id):
    """The mean colour that the first frame has where this object is."""
    inside = random_masklets(frames=FRAMES, objects=3, size_HW=(HEIGHT, WIDTH)).frame(0).label_map() == object_id
    (frame,) = open_source(path).read(0, 1)
    return frame.image_HW3[:, :WIDTH][cv2.erode(inside.astype(np.uint8), np.ones((3, 3))) == 1].mean(axis=0)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        pytest.param("--style mask", colour_of(1), id="masks alone"),
        pytest.param("--style mask --objects 2,3", (0, 0, 0), id="of other objects"),
        pytest.param("--style cutout", (90, 90, 90), id="objects alone"),
        pytest.param("--alpha 1 --no-ids", colour_of(1), id="full tint"),
        pytest.param("--alpha 1 --no-ids --beside masks", colour_of(1), id="beside others"),
    ],
)
def test_flags_change_the_picture(masklet, tmp_path, flags, expected):
    assert masklet(f"render video.mp4 masks -o out.mp4 -q {flags}") == (0, "", "")
    np.testing.assert_allclose(mean_of_object(tmp_path / "out.mp4", 1), expected, atol=45)


def test_masks_of_some_frames_are_matched_by_name(masklet, tmp_path):
    for index in (0, 1, 2, 4, 5):
        (tmp_path / f"masks/{index:05d}.png").unlink()
    assert masklet("render video.mp4 masks -o out.mp4 --style mask -q")[0] == 0
    marked = [frame.image_HW3.max() > 60 for frame in open_source(tmp_path / "out.mp4").read()]
    assert marked == [False, False, False, True, False, False]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        pytest.param("video.mp4 masks", 2, "--out, --sheet", id="nothing to write"),
        pytest.param("video.mp4 masks -o o.mp4 --style art", 2, "overlay, mask, cutout", id="unknown style"),
        pytest.param("video.mp4 masks -o o.mp4 --objects 9", 2, "1, 2, 3", id="unknown object"),
        pytest.param("video.mp4 masks -o o.mp4 --objects a", 2, "1, 2, 3", id="no id"),
        pytest.param("video.mp4 masks -o video.mp4", 1, "--overwrite", id="file exists"),
        pytest.param("video.mp4 missing -o o.mp4", 1, "missing", id="no masks"),
        pytest.param("missing.mp4 masks -o o.mp4", 1, "missing.mp4", id="no video"),
        pytest.param("masks -o o.mp4", 1, "run.json", id="no run folder"),
        pytest.param("video.mp4 masks -o o.gif", 1, ".mp4", id="no video name"),
        pytest.param("video.mp4 masks -o o.mp4 --sheet o.gif", 1, ".png", id="no picture name"),
        pytest.param("video.mp4 masks -o nowhere/o.mp4", 1, "nowhere", id="no folder"),
        pytest.param("masks video.mp4 -o o.mp4", 1, "Expected", id="the wrong way round"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(masklet, tmp_path, words, code, message):
    before = sorted(tmp_path.rglob("*"))
    exit_code, out, err = masklet(f"render {words}")
    assert (exit_code, out) == (code, "")
    assert message in " ".join(err.replace("│", "").split())
    assert "Traceback" not in err
    assert sorted(tmp_path.rglob("*")) == before
