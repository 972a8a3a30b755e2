"""Every detector of the toolkit, with its trained weights, keeps to the contract."""

import pytest

from models.contracts.detector_contract import DetectorContract
from networks import loaded, names_of


@pytest.mark.weights
class TestDetectorsOfTheToolkit(DetectorContract):
    @pytest.fixture(params=names_of("detector"))
    def detector(self, request):
        return loaded(request.param)
