"""masklet demo: the clip is fetched, followed, and reported on."""

import json

import pytest

from fakes import walkers
from masklet.sources import write_video


@pytest.fixture
def painted_clip(painted_models, monkeypatch, tmp_path):
    clip = tmp_path / "clip.mkv"
    write_video(clip, [image.repeat(4, 0).repeat(4, 1) for image in walkers(4)], frames_per_second=25, crf=0)
    monkeypatch.setattr("masklet.weights.fetch", lambda name: clip)
    monkeypatch.setattr("masklet.cli.demo.CLASSES", ("thing",))


@pytest.mark.usefixtures("painted_clip")
def test_the_demo_leaves_a_run_and_says_what_it_found(masklet, tmp_path):
    code, out, err = masklet("demo", "-o", tmp_path / "demo")
    assert code == 0, err
    assert out.startswith("4 frames, ")
    assert "thing" in out
    assert (tmp_path / "demo" / "overlay.mp4").exists()
    assert (tmp_path / "demo" / "sheet.png").exists()


@pytest.mark.usefixtures("painted_clip")
def test_the_demo_s_record_for_programs(masklet, tmp_path):
    _, out, _ = masklet("demo", "-o", tmp_path / "demo", "--json", "-q")
    assert {
        "frames",
        "objects",
        "seconds",
        "frames_per_second",
        "step_ms",
        "peak_rss_mb",
        "model",
        "weights",
    } <= set(json.loads(out))
