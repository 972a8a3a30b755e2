"""What every detector keeps to: a suite that inherits this gives a fixture `detector`."""

import numpy as np
import pytest

from masklet.core.errors import MaskletError
from masklet.core.values import Detections, Frame
from masklet.models.protocols import Detector

SIZES = [(1, 1), (3, 900), (240, 320), (333, 217)]


def noise(size_HW, seed=0):
    coarse = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    rows, columns = (np.arange(length) * 8 // length for length in size_HW)
    return Frame(0, 0.0, coarse[rows][:, columns])


class DetectorContract:
    def test_it_is_a_detector_with_classes(self, detector):
        assert isinstance(detector, Detector)
        assert len(set(detector.classes)) == len(detector.classes) > 0

    @pytest.mark.parametrize("size_HW", SIZES, ids=str)
    def test_detections_keep_to_the_picture_and_come_best_first(self, detector, size_HW):
        found = detector.restricted(threshold=0).detect(noise(size_HW))
        height, width = size_HW
        assert isinstance(found, Detections)
        assert set(found.labels_N) <= set(detector.classes)
        assert (found.boxes_N4 >= 0).all()
        assert (found.boxes_N4 <= [width, height, width, height]).all()
        assert (found.boxes_N4[:, 2:] > found.boxes_N4[:, :2]).all()
        assert (np.diff(found.scores_N) <= 0).all()
        assert ((found.scores_N >= 0) & (found.scores_N <= 1)).all()

    def test_the_same_picture_gives_the_same_bits(self, detector):
        everything, frame = detector.restricted(threshold=0), noise((240, 320))
        first, second = everything.detect(frame), everything.detect(frame)
        np.testing.assert_array_equal(first.boxes_N4, second.boxes_N4)
        np.testing.assert_array_equal(first.scores_N, second.scores_N)

    def test_a_restricted_detector_returns_a_part_of_the_same(self, detector):
        everything = detector.restricted(threshold=0).detect(noise((240, 320)))
        wanted, least = everything.labels_N[0], float(np.median(everything.scores_N))
        part = detector.restricted([wanted], least)
        found = part.detect(noise((240, 320)))
        expected = [
            score
            for label, score in zip(everything.labels_N, everything.scores_N, strict=True)
            if label == wanted and score >= least
        ]
        assert part.classes == (wanted,)
        assert found.scores_N.tolist() == expected

    @pytest.mark.parametrize(
        "words",
        [{"classes": ["no such thing"]}, {"threshold": -0.1}, {"threshold": 1.5}],
        ids=["class", "low", "high"],
    )
    def test_what_cannot_be_asked_for_is_refused(self, detector, words):
        with pytest.raises(MaskletError, match=r"Expected .* got "):
            detector.restricted(**words)

    def test_the_frame_is_left_as_it_is(self, detector):
        frame = noise((240, 320))
        before = frame.image_HW3.copy()
        detector.detect(frame)
        np.testing.assert_array_equal(frame.image_HW3, before)
