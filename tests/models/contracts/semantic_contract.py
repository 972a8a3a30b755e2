"""What every network that labels pixels keeps to: a suite that inherits this gives a fixture `model`."""

import numpy as np
import pytest

from masklet.core.label_space import VOID, LabelSpace
from masklet.core.values import Frame
from masklet.models.protocols import SemanticModel
from models.semantic_parts import noise

SIZES = [(1, 1), (3, 210), (64, 96), (71, 33)]


class SemanticContract:
    """Inherit it and give a fixture `model`."""

    def test_it_is_a_semantic_model_with_classes(self, model):
        assert isinstance(model, SemanticModel)
        assert isinstance(model.label_space, LabelSpace)
        assert 0 < len(model.label_space) < VOID

    @pytest.mark.parametrize("size_HW", SIZES, ids=str)
    def test_scores_and_labels_have_the_size_of_the_frame(self, model, size_HW):
        scores_LHW, label_map_HW = model.scores(noise(size_HW)), model.label(noise(size_HW))
        assert (scores_LHW.shape, scores_LHW.dtype) == ((len(model.label_space), *size_HW), np.float32)
        assert (label_map_HW.shape, label_map_HW.dtype) == (size_HW, np.uint8)
        assert np.isfinite(scores_LHW).all()
        model.label_space.require(label_map_HW, "the answer")

    def test_the_label_is_the_best_of_the_scores(self, model):
        scores_LHW, label_map_HW = model.scores(noise((64, 96))), model.label(noise((64, 96)))
        best_2HW = np.sort(scores_LHW, axis=0)[-2:]
        clear_HW = (best_2HW[1] - best_2HW[0] > 0.05 * scores_LHW.std()) & (label_map_HW != VOID)
        assert clear_HW.mean() > 0.3
        np.testing.assert_array_equal(label_map_HW[clear_HW], scores_LHW.argmax(axis=0)[clear_HW])

    def test_what_it_says_depends_on_the_picture_alone(self, model):
        frame = noise((64, 96))
        first = model.scores(frame)
        assert not np.array_equal(model.scores(noise((64, 96), seed=1)), first)
        np.testing.assert_array_equal(model.scores(Frame(7, 0.3, frame.image_HW3)), first)

    def test_a_part_of_a_larger_picture_in_memory_is_a_picture(self, model):
        frame = noise((64, 96))
        larger_HW3 = np.zeros((80, 120, 3), np.uint8)
        larger_HW3[8:72, 12:108] = frame.image_HW3
        part = Frame(0, 0.0, larger_HW3[8:72, 12:108])
        np.testing.assert_array_equal(model.label(part), model.label(frame))

    def test_the_frame_is_left_as_it_is(self, model):
        frame = noise((64, 96))
        before = frame.image_HW3.copy()
        model.scores(frame)
        model.label(frame)
        np.testing.assert_array_equal(frame.image_HW3, before)
