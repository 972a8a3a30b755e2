"""SAM as a segmenter, with random weights; what its masks are worth is seen in the contract, with real ones."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.boxes import grown  # noqa: E402
from masklet.core.errors import PromptError  # noqa: E402
from masklet.core.values import Box, Frame, MaskPrompt, Points  # noqa: E402
from masklet.models.protocols import Segmenter  # noqa: E402
from masklet.models.sam.asked import Asked  # noqa: E402
from masklet.models.sam.loading import load  # noqa: E402
from masklet.models.sam.predictor import Predictor  # noqa: E402
from masklet.models.sam.segmenter import SamSegmenter, SegmenterConfig  # noqa: E402
from tiny_sam import random_sam  # noqa: E402

BOX = Box(0, 1, (10.0, 5.0, 70.0, 50.0))
BOX_OF_TWO = Box(0, 2, (10.0, 5.0, 70.0, 50.0))


def frame(seed=0, index=0):
    image_HW3 = np.random.default_rng(seed).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    return Frame(index, 0.0, image_HW3)


def click(x, y, *, object_id=1, label=1):
    return Points(0, object_id, np.array([[x, y]], dtype=float), np.array([label]))


def mask(object_id=1):
    mask_HW = np.zeros((60, 90), bool)
    mask_HW[10:40, 20:60] = True
    return MaskPrompt(0, object_id, mask_HW)


@pytest.fixture
def segmenter():
    return SamSegmenter(Predictor(random_sam()), SegmenterConfig(kept_embeddings=2))


@pytest.fixture
def encoded(segmenter, monkeypatch):
    pictures, embed = [], segmenter.predictor.embed
    monkeypatch.setattr(segmenter.predictor, "embed", lambda image: pictures.append(image) or embed(image))
    return pictures


def test_it_is_a_segmenter(segmenter):
    assert isinstance(segmenter, Segmenter)


def test_a_picture_is_encoded_once(segmenter, encoded):
    for prompts in ([BOX], [click(40, 30)], [BOX, click(40, 30, object_id=2)]):
        segmenter.segment(frame(index=3), prompts)  # equal pictures in arrays of their own
    assert len(encoded) == 1


def test_a_picture_that_was_changed_is_encoded_anew(segmenter, encoded):
    changing = frame()
    before = segmenter.segment(changing, [BOX])
    changing.image_HW3[:] = 255 - changing.image_HW3
    after = segmenter.segment(changing, [BOX])
    assert len(encoded) == 2
    assert before.scores_N != after.scores_N


def test_pictures_of_the_same_bytes_and_other_sizes_are_told_apart(segmenter, encoded):
    image_HW3 = frame().image_HW3
    segmenter.embedding(image_HW3)
    assert segmenter.embedding(image_HW3.reshape(90, 60, 3)).square.size_HW == (90, 60)
    assert len(encoded) == 2


def test_only_the_latest_embeddings_are_kept(segmenter, encoded):
    for seed in (0, 1, 0, 2, 0, 1):  # 0 is asked for again and stays; 1 goes when 2 comes
        segmenter.segment(frame(seed), [BOX])
    assert len(encoded) == 4


def test_a_picture_need_not_lie_in_one_piece_nor_be_writable(segmenter):
    whole = frame().image_HW3
    whole.flags.writeable = False
    mirrored = Frame(0, 0.0, whole[:, ::-1])
    expected = segmenter.segment(Frame(0, 0.0, mirrored.image_HW3.copy()), [BOX])
    np.testing.assert_array_equal(segmenter.segment(mirrored, [BOX]).masks_NHW, expected.masks_NHW)


def test_objects_come_in_order_of_first_mention_with_all_said_of_them(segmenter):
    prompts = [click(40, 30, object_id=7), Box(0, 2, BOX.xyxy), Box(0, 7, BOX.xyxy)]
    found = segmenter.segment(frame(), prompts)
    alone = segmenter.segment(frame(), [click(40, 30), BOX])
    assert (found.frame_index, found.object_ids) == (0, (7, 2))
    np.testing.assert_array_equal(found.masks_NHW[0], alone.masks_NHW[0])
    assert found.scores_N[0] == pytest.approx(alone.scores_N[0], abs=1e-5)
    assert found.scores_N[1] != found.scores_N[0]


@pytest.mark.parametrize("room", [0.0, 0.1])
def test_a_mask_reaches_no_further_beyond_its_box_than_there_is_room(segmenter, room):
    x1, y1, x2, y2 = (round(edge) for edge in grown(BOX.xyxy, room))
    free, bounded = (
        SamSegmenter(segmenter.predictor, SegmenterConfig(box_room=each)).segment(frame(), [BOX]).masks_NHW[0]
        for each in (None, room)
    )
    outside_HW = np.ones((60, 90), bool)
    outside_HW[y1:y2, x1:x2] = False
    assert (free & outside_HW).any()
    np.testing.assert_array_equal(bounded, free & ~outside_HW)


def test_a_mask_alone_is_its_own_answer_and_needs_no_network(segmenter, encoded):
    found = segmenter.segment(frame(), [mask()])
    np.testing.assert_array_equal(found.masks_NHW[0], mask().mask_HW)
    assert (found.scores_N.tolist(), encoded) == ([1.0], [])


def test_a_mask_with_points_is_where_the_network_starts(segmenter):
    found = segmenter.segment(frame(), [click(40, 30), mask(), mask(object_id=2)])
    without = segmenter.segment(frame(), [click(40, 30)])
    assert found.scores_N[0] != without.scores_N[0]
    np.testing.assert_array_equal(found.masks_NHW[1], mask().mask_HW)


def test_scores_are_shares(segmenter):
    segmenter.predictor.network.mask_decoder.iou_prediction_head.layers[2].bias.data += 100
    assert segmenter.segment(frame(), [BOX]).scores_N.tolist() == [1.0]


def test_an_empty_mask_scores_nothing(segmenter):
    segmenter.predictor.network.mask_decoder.output_upscaling[3].weight.data *= 0
    segmenter.predictor.network.mask_decoder.output_upscaling[3].bias.data *= 0
    found = segmenter.segment(frame(), [BOX])
    assert (found.masks_NHW.any(), found.scores_N.tolist()) == (False, [0.0])


def test_no_prompts_need_no_network(segmenter, encoded):
    assert segmenter.segment(frame(), []).masks_NHW.shape == (0, 60, 90)
    assert not encoded


def test_the_second_click_corrects_the_mask_of_the_first(segmenter):
    first = Asked(points_P2=np.array([[40.0, 30.0]]), labels_P=np.array([1]))
    embedding = segmenter.embedding(frame().image_HW3)
    known_hw = segmenter.predictor.predict(embedding, [first]).logits_NMhw[0, 0]
    both = Asked(points_P2=np.array([[40.0, 30.0], [5.0, 5.0]]), labels_P=np.array([1, 0]), logits_hw=known_hw)
    wanted = segmenter.predictor.predict(embedding, [both])
    found = segmenter.segment(frame(), [click(40, 30), click(5, 5, label=0), BOX_OF_TWO])
    assert (found.masks_NHW[0] == wanted.masks_NMHW[0, 0]).all()
    assert (found.masks_NHW[1] == segmenter.segment(frame(), [BOX_OF_TWO]).masks_NHW[0]).all()


def test_points_beside_an_object_are_refused_before_anything_is_computed(segmenter, encoded):
    with pytest.raises(PromptError, match="object 4"):
        segmenter.segment(frame(), [BOX, click(5, 5, object_id=4, label=0)])
    assert not encoded


@pytest.mark.parametrize("precision", ["auto", "bf16"])
def test_it_is_loaded_from_a_file(tmp_path, monkeypatch, precision):
    from tiny_sam import TINY_SAM

    torch.save(random_sam().state_dict(), tmp_path / "mine.pth")
    monkeypatch.setitem(load.__globals__["SIZES"], "toy", TINY_SAM)
    loaded = load(tmp_path / "mine.pth", size="toy", precision=precision, device="cpu")
    expected = SamSegmenter(Predictor(random_sam())).segment(frame(), [BOX])
    difference = abs(loaded.segment(frame(), [BOX]).scores_N - expected.scores_N)
    assert difference < (1e-4 if precision == "auto" else 0.2)
