"""Trackers side by side, on a DAVIS of two tiny sequences whose objects are rectangles of one colour."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from fakes import RED, PaintedTracker, paint
from masklet.core.errors import EvaluationError
from masklet.experiments.following import COPY, PRINTED, Candidate, follow_davis
from masklet.experiments.learned_from import learned_from
from masklet.experiments.squares import square_mask

LENGTHS = {"bird": 5, "boat": 8}
STEPS = {"bird": 3, "boat": 0}
"""Pixels that the object moves from frame to frame."""


@pytest.fixture
def davis(tmp_path):
    root = tmp_path / "DAVIS"
    for name, length in LENGTHS.items():
        pictures, masks = (root / part / "480p" / name for part in ("JPEGImages", "Annotations"))
        pictures.mkdir(parents=True)
        masks.mkdir(parents=True)
        for index in range(length):
            image_HW3 = paint([(RED, 10 + STEPS[name] * index, 10, 30 + STEPS[name] * index, 40)])
            Image.fromarray(image_HW3).save(pictures / f"{index:05d}.png")
            Image.fromarray((image_HW3 == RED).all(axis=2).astype(np.uint8) * 255).save(masks / f"{index:05d}.png")
    (root / "ImageSets/2016").mkdir(parents=True)
    (root / "ImageSets/2016/val.txt").write_text("bird\nboat\n")
    return root


class CountingTracker(PaintedTracker):
    starts = 0

    def start(self):
        self.starts += 1
        return super().start()


@pytest.fixture
def painted():
    return Candidate(model="unet", tracker=CountingTracker())


def test_each_tracker_has_a_row_beside_the_first_mask_copied(davis, painted, tmp_path):
    copy, row = follow_davis(davis, tmp_path / "out", [painted])
    assert (copy.name, row.name) == (COPY, "unet")
    assert (row.j, row.f, row.j_and_f) == (1, 1, 1)
    moved = [20 - 3 * index for index in (1, 2, 3)]
    assert copy.j == pytest.approx((np.mean([each / (40 - each) for each in moved]) + 1) / 2)
    assert (row.printed, copy.printed) == (PRINTED["unet"], None)
    assert len(list((tmp_path / "out/unet/boat").glob("*.png"))) == 8
    assert json.loads((tmp_path / "out/unet/davis.json").read_text())["sequences"]["boat"]["J"]["mean"] == 1
    with (tmp_path / "out/table.csv").open(newline="") as file:
        assert [(each["row"], each["printed_J&F"]) for each in csv.DictReader(file)] == [
            (COPY, ""),
            ("unet", "0.3953"),
        ]


def test_a_mean_over_frames_weighs_sequences_by_their_length(davis, painted, tmp_path):
    by_sequence, by_frame = (
        follow_davis(davis, tmp_path / "out", [painted], mean=mean)[0].j for mean in ("sequences", "frames")
    )
    bird = 2 * by_sequence - 1
    assert by_frame == pytest.approx((3 * bird + 6) / 9)


def test_what_is_finished_is_not_done_again_and_other_weights_are_refused(davis, painted, tmp_path):
    weights = tmp_path / "unet.pt"
    weights.write_bytes(b"one")
    own = replace(painted, weights=weights)
    follow_davis(davis, tmp_path / "out", [own], sequences=["bird"])
    follow_davis(davis, tmp_path / "out", [own])
    assert own.tracker.starts == 2
    weights.write_bytes(b"another")
    with pytest.raises(EvaluationError, match="Expected results of these settings"):
        follow_davis(davis, tmp_path / "out", [own])


def test_two_rows_of_one_name_are_refused(davis, painted, tmp_path):
    with pytest.raises(EvaluationError, match="Expected rows of different names, got unet twice"):
        follow_davis(davis, tmp_path / "out", [painted, painted])
    assert not (tmp_path / "out").exists()


def test_an_empty_first_mask_is_named(davis, painted, tmp_path):
    Image.new("L", (80, 60)).save(davis / "Annotations/480p/bird/00000.png")
    with pytest.raises(EvaluationError, match="Expected an object in the first mask of bird"):
        follow_davis(davis, tmp_path / "out", [painted])


def test_squares_have_the_masks_of_the_released_code(davis, painted, tmp_path):
    follow_davis(davis, tmp_path / "out", [painted], sequences=["boat"], side=32)
    davis_32, masks = tmp_path / "out/square-32/davis", tmp_path / "out/square-32/unet/boat"
    with Image.open(davis_32 / "JPEGImages/square/boat/00003.png") as image:
        assert (image.size, image.mode) == ((32, 32), "RGB")
    with Image.open(masks / "00003.png") as image:
        assert image.size == (32, 32)
    truth_HW = np.zeros((60, 80), np.int32)
    truth_HW[10:40, 10:30] = 1
    with Image.open(davis_32 / "Annotations/square/boat/00003.png") as image:
        np.testing.assert_array_equal(np.asarray(image), square_mask(truth_HW, 32))
    assert square_mask(truth_HW, 32).mean() > 1.1 * truth_HW.mean()


def test_how_long_weights_learned_and_from_what_is_read_from_their_run(tmp_path):
    run, cache = tmp_path / "run", tmp_path / "clips"
    run.mkdir()
    assert learned_from(run / "run.pt") is None
    told = {"loop.batch_size": 4, "loop.accumulate": 2, "data.cache": str(cache), "data.validation": ["b"]}
    (run / "settings.json").write_text(json.dumps({"settings": told}))
    (run / "losses.csv").write_text("step,loss,seconds\n1,0.5,1800\n2,0.4,1800\n")
    assert learned_from(run / "run.pt").in_words() == "2 steps of 8 clips, 1.00 h, from the clips in clips"
    cache.mkdir()
    clips = [("a", "DAVIS", [[1]]), ("b", "DAVIS", [[1]]), ("c", "coco", [[2]]), ("d", "coco", [[]])]
    listed = [{"name": name, "source": source, "object_ids": ids} for name, source, ids in clips]
    (cache / "clips.json").write_text(json.dumps({"clips": listed}))
    assert learned_from(run / "run.pt").data == "1 of DAVIS, 1 of coco"
