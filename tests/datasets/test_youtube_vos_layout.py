import json

import pytest
from PIL import Image

from masklet.core.errors import FormatError
from masklet.datasets import YoutubeVos
from masklet.formats.davis import write_label_pngs
from samples import random_masklets


def make_split(folder, *, meta=True):
    """One video of 6 frames, the third and the last of them annotated."""
    truth = random_masklets(frames=2, objects=2)
    write_label_pngs(truth, folder / "Annotations/0a1b", names={0: "00010", 1: "00025"}.get)
    frames = folder / "JPEGImages/0a1b"
    frames.mkdir(parents=True)
    for index in range(6):
        Image.new("RGB", truth.size_HW[::-1]).save(frames / f"{5 * index:05d}.jpg")
    if meta:
        objects = {"1": {"category": "person", "frames": ["00010"]}, "2": {"category": "ant"}}
        (folder / "meta.json").write_text(json.dumps({"videos": {"0a1b": {"objects": objects}}}))


@pytest.mark.parametrize("inside", ["", "valid"], ids=["a split's own folder", "the folder of all splits"])
def test_masks_keep_the_index_of_their_picture(tmp_path, inside):
    make_split(tmp_path / inside)
    (clip,) = YoutubeVos(tmp_path)
    assert clip.frames.info.frame_count == 6
    assert clip.truth.frame_indices == (2, 5)
    assert clip.truth.labels[1] == "person"


def test_categories_come_from_the_meta_file(tmp_path):
    make_split(tmp_path)
    assert YoutubeVos(tmp_path).categories() == {"0a1b": {1: "person", 2: "ant"}}


def test_without_a_meta_file_nothing_is_known_of_categories(tmp_path):
    make_split(tmp_path, meta=False)
    assert YoutubeVos(tmp_path).categories() == {}


def test_a_meta_file_of_another_kind_is_an_error_that_names_the_entry(tmp_path):
    make_split(tmp_path)
    (tmp_path / "meta.json").write_text('{"videos": {"0a1b": {"objects": {"first": {"category": "ant"}}}}}')
    with pytest.raises(FormatError, match=r"videos\.0a1b\.objects"):
        YoutubeVos(tmp_path).categories()


def test_a_folder_without_masks_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="found no such folder"):
        list(YoutubeVos(tmp_path))
