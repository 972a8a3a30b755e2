"""R-CNNs of torchvision with made-up weights keep to the contract of detectors."""

import pytest

from models.contracts.detector_contract import DetectorContract
from models.rcnn_parts import looks_closely_at_little, needs_torchvision, save_made_up


@pytest.fixture(scope="module", params=["faster-rcnn-1", "faster-rcnn-2", "mask-rcnn-1", "mask-rcnn-2"])
def detector(request, tmp_path_factory):
    from masklet.models import load_detector

    name, layout = request.param[:-2], int(request.param[-1])
    file = tmp_path_factory.mktemp("weights") / "own.pth"
    save_made_up(name, layout, file)
    detector = load_detector(name, weights=file)
    looks_closely_at_little(detector.network)
    return detector


@needs_torchvision
class TestDetectorsOfTorchvision(DetectorContract):
    pass
