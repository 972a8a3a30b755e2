"""OSVOS by annotated frames, steps and makers, on a DAVIS of two tiny sequences."""

import csv

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from masklet.core.errors import EvaluationError  # noqa: E402
from masklet.experiments.annotated import annotated_frames, evaluate_osvos, losses_of, rows_of  # noqa: E402
from masklet.models.osvos.config import OnlineConfig, OsvosConfig  # noqa: E402
from masklet.models.osvos.files import write_network  # noqa: E402
from masklet.models.osvos.mobile import MobileOsvos  # noqa: E402

QUICK = OsvosConfig(online=OnlineConfig(seconds=None, batch_size=1))


@pytest.fixture
def davis(tmp_path):
    root = tmp_path / "DAVIS"
    for number, name in enumerate(("bird", "boat")):
        pictures, masks = (root / part / "480p" / name for part in ("JPEGImages", "Annotations"))
        pictures.mkdir(parents=True)
        masks.mkdir(parents=True)
        for frame in range(5):
            image_HW3 = np.random.default_rng(number).integers(0, 99, (40, 64, 3), dtype=np.uint8)
            mask_HW = np.zeros((40, 64), np.uint8)
            mask_HW[10:30, 10 + 4 * frame : 30 + 4 * frame] = 255
            image_HW3[mask_HW > 0] = 220
            Image.fromarray(image_HW3).save(pictures / f"{frame:05d}.jpg")
            Image.fromarray(mask_HW).save(masks / f"{frame:05d}.png")
    lists = root / "ImageSets" / "2016"
    lists.mkdir(parents=True)
    (lists / "val.txt").write_text("bird\nboat\n")
    return root


@pytest.fixture
def parent(tmp_path):
    torch.manual_seed(0)
    write_network(MobileOsvos(), tmp_path / "parent.pt")
    return tmp_path / "parent.pt"


def test_every_row_is_learned_segmented_and_measured(davis, parent, tmp_path):
    rows = rows_of([0, 1, 2], [3], ["hand"])
    out = tmp_path / "out"
    measured = evaluate_osvos(davis, out, rows, weights=parent, config=QUICK)
    assert [each.row.name for each in measured] == ["parent", "1-frames-3-steps-hand", "2-frames-3-steps-hand"]
    assert [each.steps_taken for each in measured] == [0, 3, 3]
    assert all(0 <= each.j <= 1 and 0 <= each.f <= 1 for each in measured)
    assert len(list((out / "parent" / "boat").glob("*.png"))) == 5
    steps, losses = losses_of(out, rows[1], "bird")
    assert (steps, len(losses)) == ([0, 1, 2], 3)
    with (out / "table.csv").open(newline="") as file:
        assert [row["annotated"] for row in csv.DictReader(file)] == ["0", "1", "2"]


def test_what_is_finished_is_not_done_again_and_other_settings_are_refused(davis, parent, tmp_path):
    rows = rows_of([1], [2], ["hand"])
    evaluate_osvos(davis, tmp_path / "out", rows, weights=parent, config=QUICK)
    kept = tmp_path / "out" / rows[0].name / "bird.json"
    before = kept.stat().st_mtime_ns
    evaluate_osvos(davis, tmp_path / "out", rows, weights=parent, config=QUICK)
    assert kept.stat().st_mtime_ns == before
    with pytest.raises(EvaluationError, match="Expected results of these settings"):
        evaluate_osvos(
            davis, tmp_path / "out", rows, weights=parent, config=OsvosConfig(online=QUICK.online, short_side=32)
        )


@pytest.mark.parametrize(
    ("frames", "annotated", "expected"),
    [
        pytest.param(50, 1, [0], id="the first one"),
        pytest.param(50, 5, [0, 10, 20, 30, 40], id="evenly spread"),
        pytest.param(3, 10, [0, 1, 2], id="no more than there are"),
    ],
)
def test_annotated_frames(frames, annotated, expected):
    assert annotated_frames(frames, annotated) == expected
