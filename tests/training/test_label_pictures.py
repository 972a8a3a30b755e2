"""Pictures with classes: their cache, which of them are drawn, how crops are placed."""

import json
from collections import Counter

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402

from masklet.core.errors import FormatError  # noqa: E402
from masklet.training.augment import AugmentConfig, augment  # noqa: E402
from masklet.training.cache import Shrinking, build_cache  # noqa: E402
from masklet.training.clips import ClipFolder  # noqa: E402
from masklet.training.crop import FreeCrop  # noqa: E402
from masklet.training.errors import TrainingError  # noqa: E402
from masklet.training.label_pictures import Balance, LabelPictures, UnlabelledPictures, matching  # noqa: E402
from training.street_cache import STREET, street, street_cache, street_clip  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return street_cache(tmp_path_factory.mktemp("streets") / "cache")


def test_a_cache_of_classes_comes_back_with_their_meaning_and_their_areas(folder):
    again = ClipFolder(folder.path)
    assert again.label_space == STREET
    _, labels_1HW = again.named("day-0").read([0])
    assert (labels_1HW[0] == street(0, post=True)[1]).all()
    assert again.named("day-0").areas_by_frame == (tuple(np.bincount(labels_1HW.ravel(), minlength=256)[:3]),)
    assert again.named("day-0").object_ids_by_frame == ((0, 1, 2),)
    assert again.named("dusk-video").areas_by_frame == ((0, 0, 0),) * 3


def test_its_pngs_have_the_colours_of_the_classes(folder):
    with Image.open(folder.path / "day-0/labels/00000.png") as image:
        assert image.getpalette()[:9] == [70, 130, 180, 128, 64, 128, 220, 20, 60]


def test_classes_are_kept_however_small_and_shrunk_with_their_picture(tmp_path):
    image, labels = street(0)
    labels[40:42, 30:34] = 2
    shrinking = Shrinking(short_side=24, least_share=0.1)
    clips = [street_clip("day", [(image, labels)])]
    cache = build_cache([clips], tmp_path / "c", shrinking=shrinking, label_space=STREET)
    assert cache[0].size_HW == (24, 32)
    assert cache[0].areas_by_frame[0][2] == 2


def test_labels_the_space_has_not_are_told_of(tmp_path):
    image, labels = street(0)
    labels[5, 5] = 9
    with pytest.raises(FormatError, match=r"Expected labels 0 to 2 of street or 255 for void in day, got 9"):
        build_cache([[street_clip("day", [(image, labels)])]], tmp_path / "c", label_space=STREET)
    assert not list(tmp_path.iterdir())


def test_a_cache_of_objects_has_no_classes(tmp_path):
    cache = build_cache([[street_clip("day", [street(0, post=True)])]], tmp_path / "c")
    with pytest.raises(FormatError, match=r"Expected a cache whose labels are classes .* got one of objects"):
        _ = cache.label_space


def test_a_list_whose_areas_are_of_other_classes_is_refused(folder, tmp_path):
    listed = json.loads((folder.path / "clips.json").read_text())
    listed["clips"][0]["areas"] = [[1, 2]]
    (tmp_path / "clips.json").write_text(json.dumps(listed))
    with pytest.raises(FormatError, match="Expected the areas of 3 classes"):
        ClipFolder(tmp_path)


def test_a_rare_class_is_drawn_as_often_as_it_is_told(folder):
    clips = matching(folder, ["day-*"])
    rng = np.random.default_rng(0)
    seldom = Counter(LabelPictures(clips, Balance(share=0.0)).draw(rng).around for _ in range(60))
    assert seldom == {None: 60}
    often = LabelPictures(clips, Balance(share=1.0, temperature=0.05))
    drawn = [often.draw(rng) for _ in range(60)]
    assert sum(picture.around == 2 for picture in drawn) > 50
    assert all((picture.labels_HW == picture.around).any() for picture in drawn)


def test_pictures_without_labels_are_not_learnt_from(folder):
    assert len(LabelPictures(matching(folder, ["dusk-*"]), Balance())) == 4
    with pytest.raises(TrainingError, match="Expected pictures with labels to learn from, got none"):
        LabelPictures(matching(folder, ["dusk-video"]), Balance())


def test_labels_of_the_target_are_never_seen(folder):
    target = UnlabelledPictures(matching(folder, ["dusk-*"]))
    assert len(target) == 7
    assert {int(target.draw(np.random.default_rng(seed)).labels_HW.max()) for seed in range(20)} == {0}


def test_names_choose_pictures_and_a_name_of_none_is_told_of(folder):
    day = matching(folder, ["day-*"], without=matching(folder, ["day-[01]"]))
    assert [clip.name for clip in day] == [f"day-{number}" for number in range(2, 8)]
    with pytest.raises(TrainingError, match=r"names match 'night-\*', got none; the first of 13 is day-0"):
        matching(folder, ["night-*"])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("scale", [(0.5, 0.5), (1.0, 2.0)])
def test_a_crop_shows_the_class_it_is_placed_around(seed, scale):
    image, labels = street(seed, post=True)
    config = AugmentConfig(size_HW=(32, 32), crop=FreeCrop(scale=scale))
    _, cropped = augment(image[None], labels[None], np.random.default_rng(seed), config, around=2)
    assert (cropped == 2).any()


def test_a_free_crop_comes_from_anywhere_and_at_scale_one_is_a_piece_of_the_picture():
    image, labels = street(3)
    config = AugmentConfig(size_HW=(16, 16), crop=FreeCrop(scale=(1.0, 1.0)))
    windows = np.lib.stride_tricks.sliding_window_view(image[..., 0], (16, 16))
    corners = set()
    for seed in range(30):
        cropped, _ = augment(image[None], labels[None], np.random.default_rng(seed), config)
        tops, lefts = np.nonzero((windows == cropped[0, ..., 0]).all(axis=(2, 3)))
        assert len(tops) == 1
        corners.add((int(tops[0]) < 16, int(lefts[0]) < 24))
    assert len(corners) == 4


@pytest.mark.parametrize("wrong", [{"share": 1.5}, {"temperature": 0.0}, {"least_pixels": 0}])
def test_a_balance_that_cannot_be_is_told_of(wrong):
    with pytest.raises(TrainingError, match="Expected a balance"):
        Balance(**wrong)
