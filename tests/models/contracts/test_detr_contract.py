"""Networks of transformers, small and with made-up weights, keep to the contract of detectors."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from masklet.models import load_detector
from masklet.models.detr.families import FAMILIES
from models.contracts.detector_contract import DetectorContract
from tiny_detr import MODEL_TYPES, save_tiny, say


@pytest.fixture(scope="module", params=MODEL_TYPES)
def detector(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    save_tiny(request.param, folder)
    if request.param != "rf_detr":
        say(folder, size={"height": 96, "width": 128})
    family = next(name for name, types in FAMILIES.items() if request.param in types)
    return load_detector(family, weights=folder)


class TestDetectorsOfTransformers(DetectorContract):
    pass
