"""Every tracker of the toolkit, with its trained weights, keeps to the contract."""

import pytest

from models.contracts.tracker_contract import TrackerContract
from networks import loaded, names_of


@pytest.mark.weights
@pytest.mark.slow
class TestTrackersOfTheToolkit(TrackerContract):
    long = 60

    @pytest.fixture(params=names_of("tracker"))
    def tracker(self, request):
        return loaded(request.param)
