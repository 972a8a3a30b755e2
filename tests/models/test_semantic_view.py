import numpy as np
import pytest

from masklet.core.errors import ModelError
from masklet.models.layers.semantic_view import InputSize, restored


def picture(height, width):
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(("size", "frame_HW", "canvas_HW"), [
    pytest.param(InputSize(multiple=32), (360, 480), (384, 480), id="padded"),
    pytest.param(InputSize(multiple=8), (360, 480), (360, 480), id="as it is"),
    pytest.param(InputSize(multiple=8, beyond=1), (360, 481), (361, 481), id="one beyond"),
    pytest.param(InputSize(multiple=8, beyond=1), (1, 2), (9, 9), id="never less than a cell"),
    pytest.param(InputSize(shorter_side=512, multiple=32), (1080, 1920), (512, 928), id="smaller"),
    pytest.param(InputSize(shorter_side=100, multiple=4), (50, 80), (100, 160), id="larger"),
    pytest.param(InputSize(shorter_side=100, multiple=4), (1, 900), (4, 400), id="a line stays a line"),
])  # fmt: skip
def test_the_canvas_has_the_sides_that_are_wanted(size, frame_HW, canvas_HW):
    canvas, shown = size.canvas_of(picture(*frame_HW))
    assert canvas.shape == (*canvas_HW, 3)
    assert all(part <= side for part, side in zip(shown, canvas_HW, strict=True))


def test_the_frame_lies_top_left_and_beside_it_is_the_mean_colour():
    image_HW3 = picture(30, 40)
    canvas, shown = InputSize(multiple=32).canvas_of(image_HW3)
    assert shown == (30, 40)
    np.testing.assert_array_equal(canvas[:30, :40], image_HW3)
    assert (canvas[30:] == (124, 116, 104)).all()
    assert (canvas[:, 40:] == (124, 116, 104)).all()


def test_logits_come_back_without_what_was_padded():
    logits_Lhw = np.random.default_rng(0).normal(size=(3, 32, 64)).astype(np.float32)
    np.testing.assert_array_equal(restored(logits_Lhw, (30, 40), (30, 40)), logits_Lhw[:, :30, :40])


def test_logits_come_back_at_the_size_of_the_frame():
    ramp_Lhw = np.broadcast_to(np.arange(20, dtype=np.float32), (2, 10, 20))
    back_LHW = restored(ramp_Lhw, (10, 16), (20, 32))
    assert (back_LHW.shape, back_LHW.dtype) == ((2, 20, 32), np.float32)
    np.testing.assert_allclose(back_LHW[0, 5, 1:-1], (np.arange(32) / 2 - 0.25)[1:-1], atol=1e-5)


@pytest.mark.parametrize("words", [{"shorter_side": 0}, {"multiple": 0}, {"multiple": 8, "beyond": 8}], ids=str)
def test_sizes_that_cannot_be_are_refused(words):
    with pytest.raises(ModelError, match=r"Expected .* got "):
        InputSize(**words)
