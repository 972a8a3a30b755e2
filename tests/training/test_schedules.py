import pytest

from masklet.training.config import LoopConfig
from masklet.training.errors import TrainingError
from masklet.training.schedules import learning_rate_factor


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({"schedule": "constant"}, [1, 1, 1, 1, 1], id="constant"),
        pytest.param({"schedule": "constant", "warm_up": 2}, [0.5, 1, 1, 1, 1], id="warm-up"),
        pytest.param({"schedule": "poly", "poly_power": 2.0}, [1, 0.5625, 0.25, 0.0625, 0], id="poly"),
        pytest.param(
            {"schedule": "poly", "poly_power": 1.0, "lowest_factor": 0.2}, [1, 0.8, 0.6, 0.4, 0.2], id="floor"
        ),
        pytest.param({"schedule": "cosine"}, [1, 0.853553, 0.5, 0.146447, 0], id="cosine"),
        pytest.param({"schedule": "step", "milestones": (1, 3)}, [1, 0.1, 0.1, 0.01, 0.01], id="stairs"),
        pytest.param(
            {"schedule": "step", "milestones": (1,), "warm_up": 4}, [0.25, 0.05, 0.075, 0.1, 0.1], id="both"
        ),
    ],
)
def test_the_learning_rate_follows_its_schedule(settings, expected):
    config = LoopConfig(steps=4, **settings)
    assert [learning_rate_factor(config, step) for step in range(5)] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"steps": 0}, "Expected steps of 1 or more, got 0", id="no steps"),
        pytest.param({"learning_rate": 0.0}, "learning_rate above 0", id="no learning rate"),
        pytest.param({"ema_decay": 1.0}, "below 1, got 1.0", id="an average that never moves"),
        pytest.param({"stop_after": 3}, "keep_best to name the figure", id="stops for nothing"),
        pytest.param({"keep_best": "J"}, "validate_every with keep_best='J'", id="never validated"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(settings, message):
    with pytest.raises(TrainingError, match=message):
        LoopConfig(**settings)
