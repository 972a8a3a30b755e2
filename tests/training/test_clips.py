"""Reading a clip cache, and how frames are picked from it."""

import json
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import FormatError
from masklet.training.clips import ClipFolder, sample_frames

SIZE_HW = (4, 6)


def write_clip(root, name, object_ids):
    """A clip whose frame t is grey of 10 t and whose labels hold its objects from the left, one column each."""
    for folder in ("frames", "labels"):
        (root / name / folder).mkdir(parents=True)
    for number, ids in enumerate(object_ids):
        Image.new("RGB", SIZE_HW[::-1], (10 * number,) * 3).save(root / name / f"frames/{number:05d}.jpg")
        labels_HW = np.zeros(SIZE_HW, np.uint8)
        labels_HW[:, : len(ids)] = ids
        labels = Image.fromarray(labels_HW)
        labels.putpalette([255, 255, 0] * 256)
        labels.save(root / name / f"labels/{number:05d}.png")
    return {
        "name": name,
        "frame_count": len(object_ids),
        "size": SIZE_HW,
        "object_ids": object_ids,
        "source": "test",
        "licence": "none",
    }


def write_list(root, entries, version=1):
    (root / "clips.json").write_text(json.dumps({"version": version, "clips": entries}))
    return root


@pytest.fixture
def cache(tmp_path):
    clips = {"long": [[1], [1, 2], [], [2], [2]], "still": [[7]], "nobody": [[], []]}
    return write_list(tmp_path, [write_clip(tmp_path, name, ids) for name, ids in clips.items()])


def clip_with_objects_at(tmp_path, present, frame_count):
    ids = [[1] if number in present else [] for number in range(frame_count)]
    entry = {"name": "c", "frame_count": frame_count, "size": SIZE_HW, "object_ids": ids}
    return ClipFolder(write_list(tmp_path, [entry | {"source": "", "licence": ""}]))[0]


def test_a_cache_tells_of_its_clips_without_opening_a_picture(cache):
    clips = ClipFolder(cache)
    assert [clip.name for clip in clips] == ["long", "still", "nobody"]
    assert clips[0].object_ids_by_frame == ((1,), (1, 2), (), (2,), (2,))
    assert (clips[0].frame_count, clips[0].size_HW, clips[0].object_ids) == (5, SIZE_HW, (1, 2))
    assert clips.named("still").object_ids == (7,)
    assert len(clips[1:]) == 2


def test_frames_come_in_the_order_asked_for(cache):
    frames_THW3, labels_THW = ClipFolder(cache)[0].read([3, 0, 3])
    assert (frames_THW3.shape, frames_THW3.dtype) == ((3, *SIZE_HW, 3), np.uint8)
    assert (labels_THW.shape, labels_THW.dtype) == ((3, *SIZE_HW), np.uint8)
    assert frames_THW3[:, 0, 0, 0] == pytest.approx([30, 0, 30], abs=2)
    assert labels_THW[:, 0, 0].tolist() == [2, 1, 2]


def test_what_is_read_may_be_painted_on(cache):
    clip = ClipFolder(cache)[0]
    clip.read([0])[0][:] = 255
    assert clip.read([0])[0].max() < 5


@pytest.mark.parametrize(("frames_kept", "opened"), [
    pytest.param(0, 4, id="nothing is kept"),
    pytest.param(1, 3, id="the frame just read is kept"),
    pytest.param(9, 2, id="everything is kept"),
])  # fmt: skip
def test_decoded_frames_are_kept_as_far_as_memory_goes(cache, monkeypatch, frames_kept, opened):
    clip = ClipFolder(cache, most_bytes=frames_kept * 4 * SIZE_HW[0] * SIZE_HW[1])[0]
    paths, open_image = [], Image.open
    monkeypatch.setattr(Image, "open", lambda path: (paths.append(path), open_image(path))[1])
    for number in (0, 0, 1, 0):
        clip.read([number])
    assert len(paths) == 2 * opened


def test_the_frame_unused_for_longest_makes_room(cache, monkeypatch):
    clip = ClipFolder(cache, most_bytes=2 * 4 * SIZE_HW[0] * SIZE_HW[1])[0]
    clip.read([0, 1, 0, 2])  # 1 goes
    paths, open_image = [], Image.open
    monkeypatch.setattr(Image, "open", lambda path: (paths.append(path.stem), open_image(path))[1])
    clip.read([0, 2, 1])
    assert set(paths) == {"00001"}


@pytest.mark.parametrize(("damage", "message"), [
    pytest.param(lambda root: (root / "clips.json").unlink(), "build_cache", id="no list"),
    pytest.param(lambda root: (root / "clips.json").write_text("[]"), "version and clips", id="another list"),
    pytest.param(lambda root: write_list(root, [], version=9), "version 1", id="a later version"),
    pytest.param(lambda root: write_list(root, [{"name": "a"}]), "frame_count", id="an entry without facts"),
    pytest.param(lambda root: write_list(root, [entry_of_three()]), "all 3 frames", id="objects of some frames"),
])  # fmt: skip
def test_a_damaged_list_is_named(cache, damage, message):
    damage(cache)
    with pytest.raises(FormatError, match=message):
        ClipFolder(cache)


def entry_of_three():
    return {"name": "a", "frame_count": 3, "size": [1, 1], "object_ids": [[]], "source": "", "licence": ""}


@pytest.mark.parametrize(("damage", "message"), [
    pytest.param(lambda path: path.unlink(), "no such file", id="missing"),
    pytest.param(lambda path: path.write_bytes(path.read_bytes()[:150]), "damaged", id="cut off"),
    pytest.param(lambda path: Image.new("RGB", (3, 3)).save(path), r"\(4, 6\)", id="of another size"),
])  # fmt: skip
def test_a_damaged_picture_is_named(cache, damage, message):
    damage(cache / "long/frames/00001.jpg")
    clip = ClipFolder(cache)[0]
    clip.read([0])
    with pytest.raises(FormatError, match=message):
        clip.read([0, 1])


@pytest.mark.parametrize("numbers", [[5], [-1], []], ids=["too high", "below 0", "none"])
def test_frame_numbers_outside_a_clip_are_refused(cache, numbers):
    with pytest.raises(FormatError, match="from 0 to 4 of long"):
        ClipFolder(cache)[0].read(numbers)


def test_an_unknown_clip_is_refused(cache):
    with pytest.raises(FormatError, match="'gone'"):
        ClipFolder(cache).named("gone")


def samples(clip, count=3000, **settings):
    rng = np.random.default_rng(0)
    return np.array([sample_frames(clip, rng, **settings) for _ in range(count)])


def test_frames_are_one_way_with_gaps_drawn_evenly(tmp_path):
    steps = np.diff(samples(clip_with_objects_at(tmp_path, range(60), 60), reversal=0.25))
    assert np.all(np.sign(steps[:, 0]) == np.sign(steps[:, 1]))
    assert (steps[:, 0] < 0).mean() == pytest.approx(0.25, abs=0.03)
    shares = Counter(np.abs(steps).ravel().tolist())
    assert {gap: count / steps.size for gap, count in shares.items()} == pytest.approx(
        dict.fromkeys(range(1, 6), 0.2), abs=0.02
    )


def test_the_first_frame_shows_an_object(tmp_path):
    clip = clip_with_objects_at(tmp_path, {3, 4, 30, 39}, 40)
    assert set(samples(clip)[:, 0]) == {3, 4, 30, 39}


@pytest.mark.parametrize(("length", "widest"), [(2, 5), (3, 3), (4, 2), (7, 1)])
def test_gaps_narrow_in_a_short_clip(tmp_path, length, widest):
    numbers = samples(clip_with_objects_at(tmp_path, range(7), 7), length=length, count=500)
    assert numbers.shape == (500, length)
    assert (numbers.min(), numbers.max()) == (0, 6)
    steps = np.diff(numbers)
    assert set(np.abs(steps).ravel()) == set(range(1, widest + 1))


@pytest.mark.parametrize(("present", "frame_count", "expected"), [
    pytest.param({8}, 11, {(8, 9, 10)}, id="near the end the gaps become 1"),
    pytest.param({9}, 10, {(9, 8, 7)}, id="at the end the way turns round"),
    pytest.param({0, 1}, 2, {(0, 1, 0), (1, 0, 1)}, id="to and fro in two frames"),
    pytest.param({0}, 1, {(0, 0, 0)}, id="a still picture stays"),
])  # fmt: skip
def test_a_clip_too_short_still_gives_frames(tmp_path, present, frame_count, expected):
    clip = clip_with_objects_at(tmp_path, present, frame_count)
    found = {tuple(row) for row in samples(clip, count=300, reversal=0.0, most_gap=9).tolist()}
    assert found >= expected
    assert all(row[0] in present for row in found)


def test_equal_random_states_give_equal_frames(tmp_path):
    clip = clip_with_objects_at(tmp_path, range(40), 40)
    assert np.array_equal(samples(clip, count=20), samples(clip, count=20))


def test_a_clip_without_objects_begins_nowhere(cache):
    with pytest.raises(FormatError, match="nobody, which has none"):
        sample_frames(ClipFolder(cache).named("nobody"), np.random.default_rng(0))
