import numpy as np
import pytest

from masklet.core.errors import ShapeError
from masklet.metrics.overlap import FrameOverlap


def test_every_pair_needs_its_iou():
    with pytest.raises(ShapeError, match=r"\(2, 1\) objects, got \(1, 2\)"):
        FrameOverlap((1, 2), (1,), np.zeros((1, 2)))
