import av
import numpy as np
import pytest

from masklet.core.errors import ModelError, WeightsError
from masklet.core.label_spaces.coco import COCO_THINGS
from masklet.core.values import Frame
from masklet.models.picodet import PicoDet, PicoDetConfig
from masklet.models.picodet.detector import detections_of, network_input
from masklet.weights import fetch
from networks import loaded

ROWS_N6 = np.array(
    [
        [0, 0.6, 10, 10, 20, 30],  # person
        [2, 0.9, -5, 5, 30, 500],  # car, leaves the picture
        [1, 0.3, 1, 1, 9, 9],  # bicycle
        [2, 0.8, 120, 5, 130, 50],  # car beside the picture
        [-1, 0.0, 0, 0, 0, 0],  # padding
    ],
    np.float32,
)


class Network:
    """Answers with ROWS and remembers what it was asked."""

    def __call__(self, **inputs):
        self.inputs = inputs
        return ROWS_N6, np.array([len(ROWS_N6)])


def test_detections_are_sorted_clipped_and_named():
    found = detections_of(ROWS_N6, (100, 120), PicoDetConfig(threshold=0.25))
    assert found.labels_N == ("car", "person", "bicycle")
    assert found.boxes_N4[0].tolist() == [0, 5, 30, 100]
    assert found.scores_N == pytest.approx([0.9, 0.6, 0.3])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"threshold": 0.5}, ("car", "person"), id="threshold"),
        pytest.param({"threshold": 0.0, "classes": ["bicycle"]}, ("bicycle",), id="classes"),
        pytest.param({"classes": ["dog"]}, (), id="nothing of the kind"),
    ],
)
def test_a_restricted_detector_returns_less(asked, expected):
    frame = Frame(0, 0.0, np.zeros((100, 120, 3), np.uint8))
    assert PicoDet(Network()).restricted(**asked).detect(frame).labels_N == expected


def test_the_network_is_told_how_the_picture_was_scaled():
    network = Network()
    PicoDet(network).detect(Frame(0, 0.0, np.zeros((104, 208, 3), np.uint8)))
    assert network.inputs["scale_factor"].tolist() == [[4.0, 2.0]]
    assert network.inputs["image"].shape == (1, 3, 416, 416)


def test_the_picture_is_normalised_by_the_means_of_imagenet():
    grey = np.full((10, 20, 3), 124, np.uint8)
    expected = (124 / 255 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225]
    assert network_input(grey)[0].mean(axis=(1, 2)) == pytest.approx(expected, abs=1e-4)


def test_there_are_80_classes():
    assert len(set(COCO_THINGS)) == 80


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param({"classes": ("bycicle",)}, r"such as bicycle.*'bycicle'", id="misspelt class"),
        pytest.param({"classes": ("zeppelin",)}, r"'zeppelin'", id="unknown class"),
        pytest.param({"threshold": 2.0}, r"between 0 and 1, got 2\.0", id="threshold"),
    ],
)
def test_what_cannot_be_asked_for_is_named(asked, message):
    with pytest.raises(ModelError, match=message):
        PicoDetConfig(**asked)


@pytest.mark.weights
def test_the_cyclist_of_the_sample_clip_is_found():
    detector = loaded("picodet-s").restricted(["person", "bicycle"])
    try:
        clip = fetch("sample-bikes")
    except WeightsError as error:
        pytest.skip(str(error))
    with av.open(clip) as video:
        image_HW3 = next(f for i, f in enumerate(video.decode(video=0)) if i == 125).to_ndarray(format="rgb24")
    found = detector.detect(Frame(125, 5.0, image_HW3))
    assert found.labels_N[0] == "person"
    assert "bicycle" in found.labels_N
    x1, y1, x2, y2 = found.boxes_N4[0]
    assert 335 < x1 < 365
    assert 475 < x2 < 510
    assert y2 - y1 > 230
