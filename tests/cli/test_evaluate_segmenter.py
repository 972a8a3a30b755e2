import json

import numpy as np
import pytest

from masklet.core.values import FrameMasks
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
    assert "Expected Penn-Fudan's folder PNGImages" in err
