import cv2
import numpy as np
import pytest

from labelled_samples import SPACE, street, write_png
from masklet.core.errors import EvaluationError, ShapeError
from masklet.core.values import Frame
from masklet.evaluation.semantic import VideoLabels, evaluate_consistency
from masklet.formats.class_folder import open_class_folder
from masklet.sources import open_source

HEIGHT, WIDTH, STEP = 72, 96, 3


def frames(count=4):
    """A texture that moves right, so that flow has something to hold on to."""
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH + STEP * count, 3)).astype(np.uint8)
    wide = cv2.GaussianBlur(noise, (9, 9), 3)
    return [
        Frame(index, index / 25, np.ascontiguousarray(wide[:, STEP * (count - index) :][:, :WIDTH]))
        for index in range(count)
    ]


def stripes(offset):
    columns_W = (np.arange(WIDTH) - offset) // 24 % 2
    return np.broadcast_to(columns_W.astype(np.uint8), (HEIGHT, WIDTH)).copy()


def labels(of, space=SPACE):
    return VideoLabels(space, of)


def test_labels_that_move_with_the_picture_are_consistent():
    reports = evaluate_consistency(
        frames(),
        {
            "moving": labels(lambda frame: stripes(STEP * frame.index)),
            "still": labels(lambda _: stripes(0)),
            "flickering": labels(lambda frame: stripes(24 * frame.index)),
        },
    )
    assert reports["moving"].agreement > 0.98
    assert 0.75 < reports["still"].agreement < 0.92
    assert reports["flickering"].agreement < 0.2
    said = reports["moving"].to_json()
    assert (said["pairs"], said["missing_pairs"], len(said["agreement_per_pair"])) == (3, 0, 3)
    assert said["seen_again"] > 0.9
    assert said["classes"]["cart"] is None


def test_frames_without_labels_are_counted():
    some = labels(lambda frame: None if frame.index == 3 else stripes(STEP * frame.index))
    (report,) = evaluate_consistency(frames(6), {"some": some}).values()
    assert (report.pairs, report.missing) == (3, 2)


def test_labels_of_one_frame_cannot_be_compared():
    with pytest.raises(EvaluationError, match="two consecutive frames in lonely"):
        evaluate_consistency(frames(), {"lonely": labels(lambda frame: None if frame.index else stripes(0))})


def test_labels_of_another_size_are_refused():
    with pytest.raises(ShapeError, match="labels of 96x72 for frame 0, got 32x24"):
        evaluate_consistency(frames(), {"small": labels(lambda frame: street())})


def test_labels_come_from_a_folder_or_a_model(tmp_path):
    for frame in frames():
        write_png(tmp_path / f"frames/{frame.index:05d}.png", frame.image_HW3)
        if frame.index != 2:
            write_png(tmp_path / f"labels/{frame.index:05d}.png", stripes(STEP * frame.index))
    source = open_source(tmp_path / "frames")
    folder = VideoLabels.of_folder(open_class_folder(tmp_path / "labels", SPACE), source)
    assert [folder.of(frame) is None for frame in source.read()] == [False, False, True, False]

    class Still:
        label_space = SPACE

        def label(self, frame):
            return stripes(0)

    assert VideoLabels.of_model(Still()).of(frames()[0]).tolist() == stripes(0).tolist()
