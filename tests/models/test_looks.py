from itertools import pairwise

import numpy as np
import pytest

from labelled_samples import SPACE, ColourModel, painted, street
from masklet.core.errors import ModelError
from masklet.core.values import Frame
from masklet.models.layers.looks import PLAIN, LooksConfig, ManyLooks, windows, with_looks
from masklet.models.protocols import SemanticModel


def frame(index=0, size_HW=(24, 32)):
    return Frame(index, 0.0, painted(street(index, size_HW=size_HW)))


class Tilted(ColourModel):
    """Sees carts only in the left half of whatever it looks at."""

    def scores(self, frame):
        scores_LHW = super().scores(frame)
        scores_LHW[2, :, frame.size_HW[1] // 2 :] = -4
        return scores_LHW


def test_one_plain_look_is_the_model_itself():
    model = ColourModel()
    assert with_looks(model, PLAIN) is model
    looking = with_looks(model, LooksConfig(mirror=True))
    assert isinstance(looking, SemanticModel)
    assert looking.label_space is SPACE


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(LooksConfig(mirror=True), id="mirrored"),
        pytest.param(LooksConfig(window_HW=(10, 12)), id="windows"),
        pytest.param(LooksConfig(scales=(1.0, 2.0), mirror=True, window_HW=(16, 16)), id="all"),
    ],
)
def test_a_model_that_is_right_stays_right(config):
    looking = ManyLooks(ColourModel(), config)
    assert (looking.label(frame()) == street()).mean() > 0.98
    scores_LHW = looking.scores(frame())
    assert (scores_LHW.dtype, scores_LHW.shape) == (np.float32, (3, 24, 32))
    assert np.exp(scores_LHW).sum(axis=0) == pytest.approx(1, abs=1e-4)


def test_looks_are_averaged_as_probabilities():
    plain, looking = Tilted(), ManyLooks(Tilted(), LooksConfig(mirror=True))
    here = (16, 20)  # in the right half, where the plain model sees no cart, and the mirrored look does
    seen = Frame(0, 0.0, painted(street(6)))
    assert street(6)[here] == 2 != plain.label(seen)[here]
    softmax = [np.exp(s) / np.exp(s).sum(axis=0) for s in (plain.scores(seen),)]
    mirrored = Frame(0, 0.0, np.ascontiguousarray(seen.image_HW3[:, ::-1]))
    flipped_LHW = plain.scores(mirrored)[:, :, ::-1]
    softmax.append(np.exp(flipped_LHW) / np.exp(flipped_LHW).sum(axis=0))
    assert np.exp(looking.scores(seen)) == pytest.approx((softmax[0] + softmax[1]) / 2, abs=1e-5)


def test_each_scale_is_looked_at():
    model = ColourModel()
    ManyLooks(model, LooksConfig(scales=(0.5, 1.0, 1.5), mirror=True)).label(frame())
    assert model.seen == [(12, 16)] * 2 + [(24, 32)] * 2 + [(36, 48)] * 2


@pytest.mark.parametrize("size", [(40, 50), (16, 20), (15, 60)])
@pytest.mark.parametrize("overlap", [0, 1 / 3, 0.9])
def test_windows_cover_every_pixel_and_overlap(size, overlap):
    count_HW = np.zeros(size, dtype=int)
    spans = list(windows(size, (16, 20), overlap))
    for rows, columns in spans:
        assert rows.stop - rows.start == min(16, size[0])
        assert columns.stop - columns.start == min(20, size[1])
        count_HW[rows, columns] += 1
    assert count_HW.min() >= 1
    starts = sorted({columns.start for _, columns in spans})
    assert all(second - first <= max(20 * (1 - overlap) + 1e-9, 1) for first, second in pairwise(starts))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        pytest.param({"scales": ()}, "scales above 0", id="no scale"),
        pytest.param({"scales": (1, -1)}, "scales above 0", id="negative"),
        pytest.param({"overlap": 1.0}, "from 0 to below 1, got 1", id="overlap"),
        pytest.param({"window_HW": (0, 5)}, "at least 1x1, got 5x0", id="window"),
    ],
)
def test_looks_that_cannot_be_are_refused(settings, reason):
    with pytest.raises(ModelError, match=reason):
        LooksConfig(**settings)
