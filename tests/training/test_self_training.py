"""What a student is asked: pseudo-labels of the teacher, mixed and masked pictures."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.self_training import (  # noqa: E402
    HIDDEN_COLOUR,
    TeacherConfig,
    classes_to_paste,
    hide_blocks,
    mixed_labels,
    paste_classes,
    pseudo_labels,
)

VOID = 255
LABELS = np.repeat(np.array([[0, 1, 2, 3, VOID]], np.uint8), 6, axis=0)


def answers():
    """Two pictures of four pixels, sure of none and of two; of classes 0, 1, 1, 0; the last one is not there."""
    p = torch.tensor([[[[0.6, 0.4, 0.3, 0.7]]], [[[0.99, 0.4, 0.01, 0.99]]]])
    there = torch.tensor([[[True, True, True, False]]] * 2)
    return torch.cat([p, 1 - p], dim=1).log(), there


def test_pseudo_labels_are_the_best_classes_where_the_picture_is():
    logits, there = answers()
    assert pseudo_labels(logits, there, TeacherConfig()).labels_BHW.tolist() == [[[0, 1, 1, VOID]]] * 2


def test_pixels_count_as_much_as_the_share_of_their_picture_that_is_sure():
    logits, there = answers()
    sureness = pseudo_labels(logits, there, TeacherConfig(sure=0.9, weighing="share")).sureness_BHW
    assert sureness[:, 0, 0].tolist() == pytest.approx([0, 2 / 3])
    assert (sureness == sureness[:, :, :1]).all()


def test_or_only_pixels_that_are_sure_count():
    logits, there = answers()
    sureness = pseudo_labels(logits, there, TeacherConfig(sure=0.9, weighing="pixel")).sureness_BHW
    assert sureness.tolist() == [[[0, 0, 0, 0]], [[1, 0, 1, 0]]]


def test_half_of_the_classes_are_pasted_never_void():
    drawn = [np.unique(LABELS[classes_to_paste(LABELS, np.random.default_rng(seed))]) for seed in range(20)]
    assert {len(classes) for classes in drawn} == {2}
    assert {int(value) for classes in drawn for value in classes} == {0, 1, 2, 3}
    assert not classes_to_paste(np.full_like(LABELS, VOID), np.random.default_rng(0)).any()


def test_what_is_pasted_brings_its_picture_and_its_label_and_is_sure():
    rng = np.random.default_rng(0)
    pasted = classes_to_paste(LABELS, rng)
    source, target = np.full((*LABELS.shape, 3), 200, np.uint8), np.full((*LABELS.shape, 3), 10, np.uint8)
    mixed = paste_classes(source, target, pasted)
    assert (mixed[pasted] == 200).all()
    assert (mixed[~pasted] == 10).all()
    logits = torch.zeros(1, 4, *LABELS.shape)
    logits[:, 2] = 1.0
    pseudo = pseudo_labels(logits, torch.ones(1, *LABELS.shape, dtype=torch.bool), TeacherConfig())
    both = mixed_labels(torch.from_numpy(LABELS)[None], pseudo, torch.from_numpy(pasted)[None])
    assert (both.labels_BHW[0].numpy() == np.where(pasted, LABELS, 2)).all()
    assert (both.sureness_BHW[0].numpy() == pasted).all()


def test_so_many_blocks_are_hidden_whole():
    image = np.full((64, 80, 3), 255, np.uint8)
    shown = hide_blocks(image, np.random.default_rng(3), TeacherConfig(block=16, hidden=0.5))
    blocks = shown.reshape(4, 16, 5, 16, 3).transpose(0, 2, 1, 3, 4).reshape(20, -1, 3)
    hidden = [(block == HIDDEN_COLOUR).all() for block in blocks]
    assert all(is_hidden or (block == 255).all() for is_hidden, block in zip(hidden, blocks, strict=True))
    assert 4 <= sum(hidden) <= 16
    assert (hide_blocks(image, np.random.default_rng(3), TeacherConfig(hidden=0.0)) == image).all()


@pytest.mark.parametrize("wrong", [{"sure": 2.0}, {"block": 0}, {"mixed": 0.0}, {"masked": -1.0}], ids=str)
def test_settings_that_cannot_be_are_told_of(wrong):
    with pytest.raises(TrainingError, match="Expected"):
        TeacherConfig(**wrong)
