import json

import numpy as np
import pytest

from masklet.core.values import FrameMasks
from masklet.training.held_out import part_of
from tiny_penn_fudan import write_penn_fudan


class LeftHalves:
    """Fills the left half of every box."""

    def segment(self, frame, prompts):
        masks_NHW = np.zeros((len(prompts), *frame.size_HW), bool)
        for mask_HW, prompt in zip(masks_NHW, prompts, strict=True):
            x1, y1, x2, y2 = map(int, prompt.xyxy)
            mask_HW[y1:y2, x1 : (x1 + x2) // 2] = True
        return FrameMasks(0, tuple(prompt.object_id for prompt in prompts), masks_NHW, np.ones(len(prompts)))


@pytest.fixture(autouse=True)
def halves(monkeypatch):
    monkeypatch.setattr("masklet.models.load_segmenter", lambda name, **_: LeftHalves())


def test_the_report_as_json(masklet, tmp_path):
    code, out, _ = masklet("evaluate", "segmenter", write_penn_fudan(tmp_path / "data"), "--json", "--quiet")
    report = json.loads(out)
    assert (code, report["images"], report["objects"]) == (0, 2, 4)
    assert report["objects_iou"]["FudanPed00002/1"] == 0.5
    assert report["objects_iou"]["PennPed00001/2"] == pytest.approx(1 / 3, abs=1e-6)
    assert report["IoU-Mean"] == pytest.approx((0.5 + 1 / 3) / 2)


def test_the_report_as_text(masklet, tmp_path):
    code, out, _ = masklet("evaluate", "segmenter", write_penn_fudan(tmp_path / "data"))
    assert code == 0
    assert out.startswith("4 people in 2 pictures, box to mask: mean IoU 0.4167, median 0.4167, ")


def test_another_folder_is_named(masklet, tmp_path):
    code, _, err = masklet("evaluate", "segmenter", tmp_path)
    assert code == 1
    assert "Expected pictures of people (penn-fudan with PedMasks" in err


def test_a_comparison_has_both_means_and_an_interval(masklet, tmp_path, monkeypatch):
    asked = []

    def load(name, *, weights, **_):
        asked.append((name, weights and weights.name))
        return LeftHalves()

    monkeypatch.setattr("masklet.models.load_segmenter", load)
    data = write_penn_fudan(tmp_path / "data")
    words = ("evaluate", "segmenter", data, "--model", "eiseg", "--against", "mobile-sam=old.pt")
    code, out, _ = masklet(*words, "--json", "--quiet")
    report = json.loads(out)
    assert (code, asked) == (0, [("eiseg", None), ("mobile-sam", "old.pt")])
    assert report["against"]["IoU-Mean"] == report["IoU-Mean"]
    assert (report["IoU-Difference"], report["interval_95"]) == (0, [0, 0])
    code, out, _ = masklet(*words)
    assert out.splitlines()[1].startswith("mobile-sam=old.pt: mean IoU 0.4167")
    assert "difference +0.0000 (95 % from +0.0000 to +0.0000)" in out


def test_only_pictures_that_a_run_left_out_count(masklet, tmp_path):
    data, run = write_penn_fudan(tmp_path / "data"), tmp_path / "run"
    run.mkdir()
    expected = {name for name in ("FudanPed00002", "PennPed00001") if part_of(name, held_out=0.5) == "held out"}
    (run / "settings.json").write_text(json.dumps({"settings": {"data.held_out": 0.5}}))
    code, out, _ = masklet("evaluate", "segmenter", data, "--held-out-of", run, "--json", "--quiet")
    assert code == 0
    assert {name.partition("/")[0] for name in json.loads(out)["objects_iou"]} == expected


def test_people_are_looked_for_without_prompts(masklet, tmp_path, monkeypatch):
    class WholePicture:
        def segment(self, frame, prompts):
            masks_NHW = np.ones((len(prompts), *frame.size_HW), bool)
            return FrameMasks(0, tuple(prompt.object_id for prompt in prompts), masks_NHW, np.ones(len(prompts)))

    monkeypatch.setattr("masklet.models.load_segmenter", lambda name, **_: WholePicture())
    data = write_penn_fudan(tmp_path / "data")
    code, out, _ = masklet("evaluate", "segmenter", data, "--prompt", "everything", "--json", "--quiet")
    report = json.loads(out)
    assert (code, report["objects"], report["IoU-Mean"]) == (0, 4, 0)  # a mask of the whole picture is not kept
