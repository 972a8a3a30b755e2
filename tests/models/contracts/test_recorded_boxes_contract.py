"""Boxes that were found before keep to the contract of detectors."""

import numpy as np
import pytest

from masklet.core.values import Detections
from masklet.models.recorded_boxes import RecordedBoxes
from models.contracts.detector_contract import DetectorContract


class TestRecordedBoxes(DetectorContract):
    @pytest.fixture
    def detector(self):
        boxes_N4 = np.array([[-5.0, 0, 40, 30], [0, 0, 900, 700], [100, 20, 130, 90], [2000, 0, 2050, 9]])
        labels = ("car", "person", "person", "dog")
        return RecordedBoxes({0: Detections(boxes_N4, np.array([0.9, 0.6, 0.4, 0.2]), labels)}, origin="boxes.csv")
