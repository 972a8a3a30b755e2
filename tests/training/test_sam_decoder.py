"""Tuning SAM's mask decoder on embeddings that are kept on disk."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from masklet.core.errors import FormatError  # noqa: E402
from masklet.datasets import PennFudan  # noqa: E402
from masklet.models.sam.config import SIZES  # noqa: E402
from masklet.models.sam.loading import load, load_network  # noqa: E402
from masklet.models.sam.network import Sam  # noqa: E402
from masklet.training.config import LoopConfig  # noqa: E402
from masklet.training.embeddings import (  # noqa: E402
    EmbeddingFolder,
    encoder_digest,
    mirror,
    write_embeddings,
)
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.held_out import left_out  # noqa: E402
from masklet.training.loop import train  # noqa: E402
from masklet.training.recipes.sam_decoder import (  # noqa: E402
    PREPARE,
    Data,
    Settings,
    Sources,
    build,
    finish,
    jittered,
    parse_losses,
)
from tiny_penn_fudan import write_penn_fudan  # noqa: E402
from tiny_sam import TINY_MOBILE_SAM, random_sam  # noqa: E402

TINY = TINY_MOBILE_SAM


@pytest.fixture(autouse=True)
def _a_small_network(monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setitem(SIZES, "tiny", TINY)


@pytest.fixture
def people(tmp_path):
    return write_penn_fudan(tmp_path / "PennFudanPed")


@pytest.fixture
def weights(tmp_path):
    torch.save(random_sam(TINY).state_dict(), tmp_path / "released.pt")
    return tmp_path / "released.pt"


@pytest.fixture
def settings(tmp_path, people, weights):
    loop = LoopConfig(steps=3, batch_size=2, learning_rate=1e-3, ema_decay=0.0, precision="f32", validate_every=3)
    return Settings(
        weights=weights,
        side=128,
        sources=Sources(penn_fudan=people),
        data=Data(cache=tmp_path / "embeddings", held_out=0.5),
        loop=loop,
    )


def test_an_embedding_is_kept_with_the_people_of_its_picture(people, tmp_path):
    network = Sam(TINY).eval()
    folder = write_embeddings(PennFudan(people), network, tmp_path / "e")
    assert [(picture.name, picture.people) for picture in folder] == [("FudanPed00002", 2), ("PennPed00001", 2)]
    kept = folder[0].read()
    assert kept.feature_Chw.shape == (32, 8, 8)
    # 16 columns fill 128 pixels of the square: 8 pixels each, 2 of its masks'
    assert kept.box_N4[0].tolist() == [16, 8, 48, 72]
    assert kept.truth_NHW[0, 2:18, 4:12].min() == 1
    assert kept.truth_NHW[0].sum() == 16 * 8
    assert kept.known_HW.sum() == 32 * 24


def test_what_is_there_is_not_encoded_again(people, tmp_path, monkeypatch):
    network = Sam(TINY).eval()
    write_embeddings(PennFudan(people), network, tmp_path / "e")
    monkeypatch.setattr(Sam, "encode", lambda *_: pytest.fail("encoded again"))
    assert len(write_embeddings(PennFudan(people), network, tmp_path / "e")) == 2


def test_embeddings_of_another_encoder_are_refused(people, tmp_path):
    write_embeddings(PennFudan(people), Sam(TINY).eval(), tmp_path / "e")
    with pytest.raises(TrainingError, match="those of another one"):
        EmbeddingFolder(tmp_path / "e", encoder=encoder_digest(Sam(TINY)))


def test_a_damaged_embedding_is_named(people, tmp_path):
    folder = write_embeddings(PennFudan(people), Sam(TINY).eval(), tmp_path / "e")
    folder[1].path.write_bytes(b"half")
    with pytest.raises(FormatError, match=folder[1].path.name):
        folder[1].read()


def test_only_the_decoder_learns_and_the_rest_stays_as_it_was_released(settings, weights, tmp_path):
    PREPARE(settings)
    result = train(build(settings), settings.loop, tmp_path / "tuned")
    finish(settings, tmp_path / "tuned")
    before, after = load_network(weights, TINY), load_network(tmp_path / "tuned/tuned.pth", TINY)
    changed = {
        name.split(".")[0]
        for name, value in after.state_dict().items()
        if not torch.equal(value, before.state_dict()[name])
    }
    assert changed == {"mask_decoder"}
    assert set(result.figures) == {"IoU", "loss", "relative", "zero-shot IoU"}
    assert load(tmp_path / "tuned/tuned.pth", size="tiny").segment is not None


def test_the_loss_is_told_against_that_of_the_untuned_network(settings, tmp_path):
    PREPARE(settings)
    task = build(settings)
    assert task.validate(task.network)["relative"] == pytest.approx(1)
    tuned = train(
        build(settings), replace(settings.loop, steps=40, validate_every=40, learning_rate=1e-3), tmp_path / "run"
    )
    assert tuned.figures["relative"] < 0.9
    again = build(replace(settings, start_from=tmp_path / "run/last.pt"))
    assert again.validate(again.network)["relative"] == pytest.approx(tuned.figures["relative"], rel=1e-3)


def test_mirrored_pictures_are_learnt_from_and_not_validated_on(settings):
    settings = replace(settings, data=replace(settings.data, mirrored=True))
    PREPARE(settings)
    task = build(settings)
    assert sorted(picture.mirrored for picture in task.learnt) == [False, True]
    assert [picture.mirrored for picture in task.held_out] == [False]


def test_a_mirrored_picture_has_its_people_on_the_other_side(people):
    picture = next(iter(PennFudan(people)))
    mirrored = mirror(picture)
    np.testing.assert_array_equal(mirrored.image_HW3[:, 0], picture.image_HW3[:, -1])
    for (x1, y1, x2, y2), mask_HW in zip(mirrored.boxes_N4.astype(int), mirrored.masks_NHW, strict=True):
        assert mask_HW.any()
        assert mask_HW.sum() == mask_HW[y1:y2, x1:x2].sum()
    np.testing.assert_array_equal(mirror(mirrored).boxes_N4, picture.boxes_N4)


def test_corners_move_by_their_share_of_the_box_at_most():
    box_4, rng = torch.tensor([10.0, 20.0, 30.0, 60.0]), np.random.default_rng(0)
    moved_K4 = torch.stack([jittered(box_4, 0.1, rng) for _ in range(200)]) - box_4
    assert moved_K4.abs().amax(dim=0).tolist() == pytest.approx([2, 4, 2, 4], rel=0.1)
    assert torch.equal(jittered(box_4, 0.0, rng), box_4)


def test_what_is_written_is_as_near_to_the_released_weights_as_asked_for(settings, weights, tmp_path):
    PREPARE(settings)
    written = {}
    train(build(settings), settings.loop, tmp_path / "run")
    for share in (0.0, 0.5, 1.0):
        finish(replace(settings, blend=share), tmp_path / "run")
        written[share] = load_network(tmp_path / "run/run.pth", TINY).state_dict()
    released = load_network(weights, TINY).state_dict()
    name = "mask_decoder.iou_token.weight"
    assert torch.equal(written[0.0][name], released[name])
    assert not torch.equal(written[1.0][name], released[name])
    torch.testing.assert_close(written[0.5][name], (released[name] + written[1.0][name]) / 2)


def test_the_blend_is_what_is_validated(settings):
    PREPARE(settings)
    task = build(replace(settings, blend=0.0))
    with torch.no_grad():
        for parameter in task.network.mask_decoder.parameters():
            parameter += 1
    assert task.validate(task.network)["relative"] == pytest.approx(1)


@pytest.mark.parametrize("loss", ["bce", "dice+bce+focal", "boundary-edge+0.5*boundary-distance"])
def test_every_sum_of_losses_can_be_learnt_by(settings, tmp_path, loss):
    PREPARE(settings)
    settings = replace(settings, loss=loss)
    assert np.isfinite(train(build(settings), settings.loop, tmp_path / "run").figures["relative"])


@pytest.mark.parametrize(("text", "says"), [("dice+hope", "got 'hope'"), ("x*dice", r"dice\+0.5\*bce")])
def test_what_is_no_sum_of_losses_is_refused(text, says):
    with pytest.raises(TrainingError, match=says):
        parse_losses(text)


def test_what_is_left_for_the_end_is_neither_learnt_nor_validated_on(settings, tmp_path):
    PREPARE(settings)
    names = {picture.name for picture in (*build(settings).learnt, *build(settings).held_out)}
    task = build(replace(settings, data=replace(settings.data, held_out=0.0, test=0.5)))
    used = {picture.name for picture in (*task.learnt, *task.held_out)}
    train(task, settings.loop, tmp_path / "run", settings={"data.held_out": 0.0, "data.test": 0.5})
    assert {name for name in names if left_out(tmp_path / "run", name)} == names - used != set()


def test_without_embeddings_and_sources_that_is_said(settings):
    with pytest.raises(TrainingError, match=r"set sources\.ochuman"):
        PREPARE(replace(settings, sources=Sources()))


def test_the_large_networks_keep_their_size(settings):
    with pytest.raises(TrainingError, match="Expected side 1024 for vit-b, got 128"):
        build(replace(settings, size="vit-b"))
