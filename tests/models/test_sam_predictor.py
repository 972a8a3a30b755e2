"""A picture is encoded once; prompts of every kind go through the decoder together."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402

from masklet.core.errors import PromptError  # noqa: E402
from masklet.models.sam.asked import Asked  # noqa: E402
from masklet.models.sam.choice import one_of_four  # noqa: E402
from masklet.models.sam.predictor import Predictor  # noqa: E402
from masklet.models.sam.square import Square  # noqa: E402
from tiny_sam import random_sam  # noqa: E402

SIZE_HW = (60, 90)
IMAGE = np.random.default_rng(0).integers(0, 256, (*SIZE_HW, 3), dtype=np.uint8)
POINT, BOX = np.array([[40.0, 30.0]]), (10.0, 5.0, 70.0, 50.0)
KNOWN = np.random.default_rng(1).normal(size=(32, 32)).astype(np.float32)


def asked(points=(), labels=(), box=None, known=None):
    return Asked(
        points_P2=np.reshape(np.array(points, float), (-1, 2)),
        labels_P=np.array(labels, dtype=np.int64),
        box_xyxy=box,
        logits_hw=known,
    )


KINDS = {
    "point": asked([[40, 30]], [1]),
    "points": asked([[40, 30], [5, 8], [80, 50]], [1, 0, 1]),
    "box": asked(box=BOX),
    "point and box": asked([[40, 30]], [1], BOX),
    "mask": asked(known=KNOWN),
    "point and mask": asked([[40, 30]], [1], known=KNOWN),
    "box and mask": asked(box=BOX, known=-KNOWN),
    "all": asked([[40, 30], [5, 8]], [1, 0], BOX, KNOWN),
}


@pytest.fixture(scope="module")
def predictor():
    return Predictor(random_sam())


@pytest.fixture(scope="module")
def embedding(predictor):
    return predictor.embed(IMAGE)


@pytest.fixture
def decoder_runs(predictor, monkeypatch):
    runs, decode = [], predictor.network.decode
    monkeypatch.setattr(
        predictor.network, "decode", lambda feature, *rest: runs.append(len(feature)) or decode(feature, *rest)
    )
    return runs


@pytest.mark.parametrize("name", KINDS)
def test_an_object_is_the_same_alone_and_among_others(predictor, embedding, name):
    together = predictor.predict(embedding, list(KINDS.values()), multimask=True)
    alone = predictor.predict(embedding, [KINDS[name]], multimask=True)
    position = list(KINDS).index(name)
    np.testing.assert_allclose(alone.logits_NMhw[0], together.logits_NMhw[position], atol=1e-4)
    np.testing.assert_allclose(alone.scores_NM[0], together.scores_NM[position], atol=1e-4)


def test_every_part_of_a_prompt_counts(predictor, embedding):
    logits = predictor.predict(embedding, list(KINDS.values()), multimask=False).logits_NMhw
    for position, mine in enumerate(logits):
        for other in logits[position + 1 :]:
            assert np.abs(mine - other).max() > 0.1


@pytest.mark.parametrize(("multimask", "count"), [(True, 3), (False, 1), (None, 1)])
def test_masks_come_with_scores_and_logits(predictor, embedding, multimask, count):
    found = predictor.predict(embedding, [KINDS["point"], KINDS["box"]], multimask=multimask)
    assert found.masks_NMHW.shape == (2, count, *SIZE_HW)
    assert found.masks_NMHW.dtype == bool
    assert found.scores_NM.shape == (2, count)
    assert found.logits_NMhw.shape == (2, count, 32, 32)


def test_one_mask_of_three_is_chosen_for_a_single_point_alone(predictor, embedding):
    prompts = list(KINDS.values())
    one = predictor.predict(embedding, prompts, slack=0)
    sure = predictor.predict(embedding, prompts, multimask=False)
    best = predictor.predict(embedding, prompts, multimask=True).best()
    for position, name in enumerate(KINDS):
        expected = best if name in ("point", "point and mask") else sure
        np.testing.assert_array_equal(one.logits_NMhw[position], expected.logits_NMhw[position])
        np.testing.assert_array_equal(one.masks_NMHW[position], expected.masks_NMHW[position])


@pytest.mark.parametrize(
    ("scores", "areas", "expected"),
    [
        pytest.param([0.99, 0.98, 0.97], [2, 3, 9], 3, id="the whole is as good"),
        pytest.param([0.99, 0.95, 0.9], [2, 5, 9], 2, id="the whole is not as good"),
        pytest.param([0.7, 0.99, 0.7], [8, 3, 9], 2, id="one is best by far"),
        pytest.param([0.99, 0.99, 0.99], [9, 8, 7], 1, id="the largest comes first"),
    ],
)
def test_the_largest_of_the_masks_that_are_about_as_good_is_chosen(scores, areas, expected):
    logits_14hw = -torch.ones(1, 4, 4, 4)
    for mask, area in enumerate([16, *areas]):
        logits_14hw[0, mask].view(-1)[:area] = 1
    iou_14 = torch.tensor([[1.0, *scores]])
    assert one_of_four(logits_14hw, iou_14, torch.tensor([True])).tolist() == [expected]
    assert one_of_four(logits_14hw, iou_14, torch.tensor([False])).tolist() == [0]


def test_the_best_mask_is_that_of_the_highest_score(predictor, embedding):
    found = predictor.predict(embedding, list(KINDS.values()), multimask=True)
    best = found.best()
    assert best.scores_NM[:, 0].tolist() == found.scores_NM.max(axis=1).tolist()
    for position, choice in enumerate(found.scores_NM.argmax(axis=1)):
        np.testing.assert_array_equal(best.masks_NMHW[position, 0], found.masks_NMHW[position, choice])


def test_objects_of_one_kind_go_through_the_decoder_together(predictor, embedding, decoder_runs):
    predictor.predict(embedding, [KINDS["box"]] * 5 + [KINDS["point"], KINDS["box and mask"]])
    assert decoder_runs == [7]  # two tokens each


def test_many_objects_take_several_runs(predictor, embedding, decoder_runs):
    predictor.predict(embedding, [KINDS["box"]] * 20 + [KINDS["mask"]])
    assert decoder_runs == [8, 8, 4, 1]


def test_no_objects_have_no_masks(predictor, embedding):
    for multimask in (None, True):
        found = predictor.predict(embedding, [], multimask=multimask)
        assert found.masks_NMHW.shape[0::2] == (0, SIZE_HW[0])


def test_a_mask_found_can_be_asked_about_again(predictor, embedding):
    first = predictor.predict(embedding, [KINDS["point"]], multimask=True).best()
    again = asked([[40, 30], [70, 20]], [1, 0], known=first.logits_NMhw[0, 0])
    second = predictor.predict(embedding, [again])
    assert np.abs(second.logits_NMhw - first.logits_NMhw).max() > 1e-3


def test_the_mask_of_the_picture_is_that_of_the_network(predictor, embedding):
    found = predictor.predict(embedding, [KINDS["box"]])
    logits_hw = found.logits_NMhw[0, 0, : 32 * 60 // 90]  # the picture's part of the square
    for row, column in (np.unravel_index(at, logits_hw.shape) for at in (logits_hw.argmax(), logits_hw.argmin())):
        y, x = int((row + 0.5) * 90 / 32), int((column + 0.5) * 90 / 32)  # of a cell's middle in the picture
        assert found.masks_NMHW[0, 0, y, x] == (logits_hw[row, column] > 0)
    big = embedding.square.logits(torch.from_numpy(found.logits_NMhw[0]))
    np.testing.assert_array_equal(big[0] > 0, found.masks_NMHW[0, 0])


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda: asked(), "points, a box or a known mask", id="nothing"),
        pytest.param(lambda: asked([[1, 2]], [1, 0]), r"\(P, 2\).*got \(1, 2\)", id="labels too many"),
        pytest.param(lambda: asked([[1, 2]], [3]), r"label 1 or 0.*\[3\]", id="another label"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_sentence(make, expected):
    with pytest.raises(PromptError, match=expected):
        make()


def test_a_known_mask_of_another_size_is_named(predictor, embedding):
    with pytest.raises(PromptError, match=r"\(32, 32\), got \(60, 90\)"):
        predictor.predict(embedding, [asked(known=np.zeros(SIZE_HW))])


SIZES_HW = [(60, 90), (90, 60), (400, 300), (1, 1), (1, 500), (128, 128)]


@pytest.mark.parametrize("size_HW", SIZES_HW, ids=str)
def test_the_longer_side_fills_the_square(size_HW):
    square = Square(size_HW, 128)
    assert max(square.part_HW) == 128
    assert min(square.part_HW) == max(1, round(min(size_HW) * 128 / max(size_HW)))
    picture = square.picture(np.full((*size_HW, 3), 255, np.uint8), torch.device("cpu"))
    assert picture.shape == (1, 3, 128, 128)
    height, width = square.part_HW
    assert (picture[..., :height, :width] > 2).all()
    assert picture.ne(0).sum() == 3 * height * width


@pytest.mark.parametrize("size_HW", [size for size in SIZES_HW if min(size) > 1], ids=str)
def test_a_mask_of_the_picture_comes_back_from_the_square(size_HW):
    square = Square(size_HW, 128)
    height, width = size_HW
    mask_HW = np.zeros(size_HW, bool)
    mask_HW[height // 4 : height // 2, width // 5 :] = True
    back_HW = square.logits(torch.from_numpy(square.known(mask_HW))[None])[0].numpy() > 0
    edge = max(size_HW) / 32  # a pixel of the network's masks
    assert (back_HW != mask_HW).sum() <= edge * (height / 4 + width) * 2
    assert (back_HW & mask_HW).sum() / (back_HW | mask_HW).sum() > 0.8


@pytest.mark.parametrize("size_HW", [(60, 90), (400, 300)], ids=str)
def test_points_lie_on_the_same_thing_in_the_square(size_HW):
    square = Square(size_HW, 128)
    y, x = size_HW[0] // 3, size_HW[1] // 2
    image_HW3 = np.zeros((*size_HW, 3), np.uint8)
    image_HW3[y - 4 : y + 5, x - 4 : x + 5] = 255
    bright = square.picture(image_HW3, torch.device("cpu"))[0].sum(dim=0)
    (moved,) = square.points(np.array([[x + 0.5, y + 0.5]]))
    rows, columns = torch.nonzero(bright > bright.max() / 2).float().mean(dim=0) + 0.5
    np.testing.assert_allclose(moved, [columns, rows], atol=0.6)


@pytest.mark.parametrize("size_HW", [(60, 90), (400, 300)], ids=["grown", "shrunk"])
def test_the_picture_is_resized_as_pillow_does(size_HW):
    image_HW3 = np.random.default_rng(2).integers(0, 256, (*size_HW, 3), dtype=np.uint8)
    square = Square(size_HW, 128)
    height, width = square.part_HW
    ours = square.picture(image_HW3, torch.device("cpu"))[0, 1, :height, :width] * 57.12 + 116.28
    expected = np.asarray(Image.fromarray(image_HW3).resize((width, height), Image.Resampling.BILINEAR))[..., 1]
    assert np.abs(ours.numpy() - expected).max() <= 1.01
    assert np.abs(ours.numpy() - expected).mean() < 0.1
