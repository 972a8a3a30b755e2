from functools import partial

import pytest

from masklet.core.errors import FormatError, SourceError
from masklet.datasets import mots_sequences
from masklet.datasets.mots import only_labels, void_region
from tiny_mots import instance_ids, write_kitti_mots, write_mots20, write_mots_challenge

LAYOUTS = [
    pytest.param(write_kitti_mots, "0002", id="KITTI MOTS, text"),
    pytest.param(partial(write_kitti_mots, as_text=False), "0002", id="KITTI MOTS, PNG"),
    pytest.param(write_mots_challenge, "0002", id="MOTSChallenge, text"),
    pytest.param(partial(write_mots_challenge, as_text=False), "0002", id="MOTSChallenge, PNG"),
    pytest.param(write_mots20, "MOTS20-02", id="MOTS20"),
]


@pytest.mark.parametrize(("write", "name"), LAYOUTS)
def test_objects_lie_on_their_frames_in_every_layout(tmp_path, write, name):
    (sequence,) = mots_sequences(write(tmp_path))
    clip = sequence.clip()
    assert clip.name == name
    assert [int(frame.image_HW3[0, 0, 0]) // 9 for frame in clip.frames.read()] == [0, 1, 2]
    assert clip.truth.labels == {1001: "car", 2001: "pedestrian", 10000: "ignore"}
    assert len(clip.truth) == 3
    for frame in clip.truth:
        assert frame.label_map().tolist() == instance_ids(frame.frame_index).tolist()


@pytest.mark.parametrize(("write", "name"), LAYOUTS)
def test_void_is_a_region_and_nobody(tmp_path, write, name):
    del name
    truth = mots_sequences(write(tmp_path))[0].clip().truth
    people = only_labels(truth)
    assert people.labels == {2001: "pedestrian"}
    assert people.frame_indices == truth.frame_indices
    assert people.frame_name(2) == truth.frame_name(2)
    assert [int(void_region(truth, index).sum()) for index in range(3)] == [0, 8, 8]
    assert void_region(truth, 1)[6:, 8:].all()


def test_text_is_taken_before_pngs_and_a_sequence_is_given_itself(tmp_path):
    root = write_kitti_mots(tmp_path / "kitti")
    (root / "instances/0002").mkdir(parents=True)
    (root / "instances/0003").mkdir()
    assert [each.truth_path.suffix for each in mots_sequences(root)] == [".txt", ""]
    challenge = write_mots20(tmp_path / "challenge")
    assert [each.name for each in mots_sequences(challenge / "MOTS20-02")] == ["MOTS20-02"]


def test_frames_after_the_last_object_are_known(tmp_path):
    root = write_mots_challenge(tmp_path)
    path = root / "instances_txt/0002.txt"
    path.write_text(path.read_text().splitlines()[0])
    assert mots_sequences(root)[0].clip().truth.frame_indices == (0, 1, 2)


def test_boxes_are_no_masks(tmp_path):
    root = write_mots20(tmp_path)
    (root / "MOTS20-02/gt/gt.txt").write_text("1,4,10,20,30,40,1,-1,-1,-1\n")
    with pytest.raises(FormatError, match=r"height width rle` in line 1 of .*gt\.txt"):
        mots_sequences(root)[0].clip().truth  # noqa: B018


def test_missing_folders_are_named(tmp_path):
    with pytest.raises(FormatError, match="found no such folder"):
        mots_sequences(tmp_path / "nowhere")
    with pytest.raises(FormatError, match="instances_txt, instances or sequences with"):
        mots_sequences(tmp_path)
    (tmp_path / "instances_txt").mkdir()
    (tmp_path / "instances_txt/0002.txt").write_text("")
    (sequence,) = mots_sequences(tmp_path)
    with pytest.raises(FormatError, match="the pictures of 0002 in"):
        sequence.clip().truth  # noqa: B018
    (tmp_path / "images/0002").mkdir(parents=True)
    with pytest.raises(SourceError, match="pictures in"):
        sequence.clip().truth  # noqa: B018
