import json

import numpy as np
import pytest

from masklet.core.errors import EvaluationError
from masklet.evaluation import evaluate_youtube_vos
from masklet.formats.davis import write_label_png

LATE = [{1}, {1, 2}, {1, 2}, {2}]
"""Objects by frame: the second begins in the second frame, the first leaves before the last."""


def write_video(folder, objects_at):
    """Object 1 is the top half, object 2 the lower; frames are named 00000, 00005, ..."""
    folder.mkdir(parents=True)
    for index, objects in enumerate(objects_at):
        label_map_HW = np.zeros((20, 30), np.int32)
        label_map_HW[:10] = 1 if 1 in objects else 0
        label_map_HW[10:] = 2 if 2 in objects else 0
        write_label_png(folder / f"{5 * index:05d}.png", label_map_HW)


@pytest.fixture
def root(tmp_path):
    write_video(tmp_path / "valid/Annotations/0a1b", LATE)
    objects = {"1": {"category": "person"}, "2": {"category": "ant"}}
    (tmp_path / "valid/meta.json").write_text(json.dumps({"videos": {"0a1b": {"objects": objects}}}))
    return tmp_path


def test_an_object_counts_from_the_frame_after_its_first(root):
    report = evaluate_youtube_vos(root, root / "valid/Annotations")
    (video,) = report.videos
    assert [item.frame_names for item in video.objects] == [("00005", "00010", "00015"), ("00010", "00015")]
    assert report.overall.g == 1


def test_seen_and_unseen_categories_are_apart(root, tmp_path):
    write_video(tmp_path / "results/0a1b", [{1}, {1}, {1}, set()])  # the second object is never found
    as_json = evaluate_youtube_vos(root, tmp_path / "results").to_json()
    assert as_json["global"] == {"G": 0.5, "J-Seen": 1, "J-Unseen": 0, "F-Seen": 1, "F-Unseen": 0}
    assert as_json["per_object"]["0a1b_2"]["seen"] is False


def test_an_object_that_stays_after_it_has_left_loses(root, tmp_path):
    write_video(tmp_path / "results/0a1b", [{1}, {1, 2}, {1, 2}, {1, 2}])
    assert evaluate_youtube_vos(root, tmp_path / "results").overall.j_seen == pytest.approx(2 / 3)


def test_without_a_meta_file_there_is_one_group(root):
    (root / "valid/meta.json").unlink()
    as_json = evaluate_youtube_vos(root, root / "valid/Annotations").to_json()
    assert as_json["global"] == {"G": 1, "J-Seen": 1, "J-Unseen": None, "F-Seen": 1, "F-Unseen": None}


def test_an_object_that_begins_in_the_last_frame_has_nothing_to_compare(tmp_path):
    write_video(tmp_path / "Annotations/0a1b", [{1}, {1, 2}])
    (video,) = evaluate_youtube_vos(tmp_path, tmp_path / "Annotations").videos
    assert [item.object_id for item in video.objects] == [1]


def test_ids_that_the_truth_does_not_have_are_left_aside(root, tmp_path):
    write_video(tmp_path / "results/0a1b", LATE)
    path = tmp_path / "results/0a1b/00015.png"
    label_map_HW = np.zeros((20, 30), np.int32)
    label_map_HW[10:], label_map_HW[0, 0] = 2, 7
    write_label_png(path, label_map_HW)
    assert evaluate_youtube_vos(root, tmp_path / "results").overall.g == 1


def test_missing_frames_are_named(root, tmp_path):
    write_video(tmp_path / "results/0a1b", LATE[:2])
    with pytest.raises(
        EvaluationError, match=r"2 problems: 0a1b/00010\.png is missing; 0a1b/00015\.png is missing"
    ):
        evaluate_youtube_vos(root, tmp_path / "results")


def test_an_unknown_video_is_an_error(root):
    with pytest.raises(EvaluationError, match="true masks of none"):
        evaluate_youtube_vos(root, root / "valid/Annotations", videos=["none"])


def test_a_truth_of_first_frames_alone_is_an_error(tmp_path):
    write_video(tmp_path / "Annotations/0a1b", [{1}])
    with pytest.raises(EvaluationError, match="more than one frame"):
        evaluate_youtube_vos(tmp_path, tmp_path / "Annotations")


@pytest.mark.shared
def test_the_sample_equals_itself(shared):
    root = shared / "YouTubeVOS-sample"
    report = evaluate_youtube_vos(root, root / "valid/Annotations")
    assert report.overall.g == 1
    assert len(report.videos[0].objects) == 5
