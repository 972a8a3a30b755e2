"""masklet probe as its user calls it."""

import json
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from sources.videos import encode, numbered, picture


def probe_json(masklet, path):
    code, out, _ = masklet("probe", path, "--json")
    assert code == 0
    return json.loads(out)


def test_a_video_is_described(masklet, tmp_path):
    path = numbered(tmp_path / "a.mp4", 30, options={"g": "10"}, rotation=270, pixel_aspect=Fraction(4, 3))
    report = probe_json(masklet, path)
    expected = {
        "kind": "video",
        "width": 48,
        "height": 64,
        "stored_width": 64,
        "stored_height": 48,
        "rotation": 90,
        "mirrored": False,
        "pixel_aspect": 0.75,
        "frames": 30,
        "seconds": 1.2,
        "frames_per_second": 25.0,
        "variable_rate": False,
        "codec": "h264",
        "pixel_format": "yuv420p",
        "bit_depth": 8,
        "interlaced": False,
        "audio": False,
        "key_frames": 3,
        "first_name": "00000",
        "last_name": "00029",
        "damage": None,
    }
    assert {name: report[name] for name in expected} == expected
    assert report["bit_rate"] == pytest.approx(path.stat().st_size * 8 / 1.2, rel=0.5)
    assert "mp4" in report["container"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(
            {"pts": [0, 1, 4, 5, 20], "options": {"bf": "0"}}, {"variable_rate": True}, id="variable rate"
        ),
        pytest.param(
            {"codec": "ffv1", "pix_fmt": "yuv422p10le"},
            {"bit_depth": 10, "pixel_format": "yuv422p10le", "codec": "ffv1"},
            id="10 bit",
        ),
        pytest.param({"options": {"flags": "+ildct+ilme"}}, {"interlaced": True}, id="interlaced"),
    ],
)
def test_what_is_unusual_is_found(masklet, tmp_path, settings, expected):
    report = probe_json(masklet, numbered(tmp_path / "a.mkv", 5, **settings))
    assert {name: report[name] for name in expected} == expected


def test_a_folder_is_described(masklet, tmp_path):
    for index in (0, 5, 10):
        Image.fromarray(picture(index)).save(tmp_path / f"{index:05d}.png")
    report = probe_json(masklet, tmp_path)
    expected = {"kind": "pictures", "width": 64, "height": 48, "frames": 3, "first_name": "00000", "codec": "png"}
    assert {name: report[name] for name in expected} == expected
    assert report["last_name"] == "00010"


def test_people_get_lines_without_what_is_not_known(masklet, tmp_path):
    _, out, _ = masklet("probe", numbered(tmp_path / "a.mp4", 30))
    lines = dict(line.split(maxsplit=1) for line in out.splitlines() if not line.startswith(("bit", "key")))
    assert lines["size"] == "64x48"
    assert lines["frames"] == "30, named 00000 to 00029"
    assert lines["rate"].startswith("25.000 frames/s")
    assert "rotation" not in lines


def test_check_reads_to_the_end(masklet, tmp_path):
    assert masklet("probe", numbered(tmp_path / "a.mp4", 30), "--check")[1].endswith("all 30 frames can be read\n")


def test_a_cut_off_file_is_described_and_check_fails(masklet, tmp_path):
    random = np.random.default_rng(0)
    noise = [random.integers(0, 256, (48, 64, 3), dtype=np.uint8) for _ in range(30)]
    path = encode(tmp_path / "a.mp4", noise, container_options={"movflags": "+faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cut off" in probe_json(masklet, path)["damage"]
    code, _, err = masklet("probe", path, "--check")
    assert code == 1
    assert err.startswith("masklet: Expected to read")
    assert err.count("\n") == 1


@pytest.mark.parametrize(("name", "text"), [("gone.mp4", None), ("notes.mp4", "not a video")])
def test_what_is_no_video_is_one_sentence(masklet, tmp_path, name, text):
    if text:
        (tmp_path / name).write_text(text)
    code, out, err = masklet("probe", tmp_path / name)
    assert (code, out) == (1, "")
    assert err.startswith("masklet: Expected a video")
    assert err.count("\n") == 1
    assert name in err
