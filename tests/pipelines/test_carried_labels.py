"""Labels of a first frame carried through painted videos, and boxes whose objects leave and return."""

import json

import numpy as np
import pytest
from PIL import Image

from fakes import BLUE, GREEN, GROUND, RED, PaintedTracker, paint
from masklet.core.errors import MaskletError
from masklet.core.label_space import VOID, label_space
from masklet.core.values import Box, Frame, FrameMasks, MaskPrompt
from masklet.formats import read_masklets
from masklet.formats.class_png import write_class_png
from masklet.formats.davis import read_label_png, write_label_png
from masklet.formats.label_maps import LabelMaps
from masklet.formats.label_space import read_label_space, write_label_space
from masklet.masklets import open_masklets
from masklet.masklets.presence import stays_of
from masklet.pipelines.carried_labels import CarryJob, FirstLabels, run
from masklet.pipelines.every_pixel import every_pixel, nearest_owner

pytestmark = pytest.mark.usefixtures("painted_models")
SPACE = label_space(
    "painted", [("ground", (90, 90, 90)), ("sky", (40, 60, 230)), ("car", (220, 30, 30))], ("car",)
)
SIZE = (60, 80)


def scene(index):
    """Ground, sky, a car that drives right, and between them pixels of a colour that nobody follows."""
    return paint([(BLUE, 0, 0, 80, 20), ((1, 2, 3), 0, 20, 80, 24), (RED, 5 + 2 * index, 30, 25 + 2 * index, 50)])


def labels_of(image_HW3):
    labels_HW = np.full(SIZE, VOID, np.uint8)
    for value, colour in enumerate((GROUND, BLUE, RED)):
        labels_HW[(image_HW3 == colour).all(axis=2)] = value
    return labels_HW


@pytest.fixture
def video(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for index in range(7):
        Image.fromarray(scene(index)).save(folder / f"{index:05d}.png")
    write_class_png(tmp_path / "first.png", labels_of(scene(0)), SPACE)
    write_label_space(SPACE, tmp_path / "label_space.json")
    return tmp_path


def job_of(video, **more):
    return CarryJob(**{"source": str(video / "frames"), "labels": video / "first.png", **more})


def test_every_pixel_goes_to_one_of_the_classes(video):
    record = run(job_of(video), video / "run", overlay=False)
    names = [f"{index:05d}" for index in range(7)]
    maps = LabelMaps(video / "run/labels", names)
    assert maps.space == SPACE
    for index in range(7):
        labels_HW, seen_HW = maps.label_map(index), labels_of(scene(index))
        assert (labels_HW != VOID).all()
        assert (labels_HW == seen_HW)[seen_HW != VOID].all()
        assert set(np.unique(labels_HW[20:24])) <= {0, 1}  # what nobody claims goes to its neighbours
    assert {row["name"] for row in record["carried"]} == {"ground", "sky", "car"}
    assert all(not row["gone"] for row in record["carried"])
    assert open_masklets(video / "run/masklets.jsonl").labels == {1: "ground", 2: "sky", 3: "car"}


def test_the_prompted_frame_is_as_it_was_given(video):
    run(job_of(video), video / "run", overlay=False)
    labels_HW, given_HW = (read_label_png(path) for path in (video / "run/labels/00000.png", video / "first.png"))
    assert (labels_HW == given_HW)[given_HW != VOID].all()


@pytest.mark.parametrize(("step", "expected"), [("1", range(7)), ("3", [0, 3, 6]), ("10", [0])])
def test_steps_leave_frames_out_and_keep_their_numbers(video, step, expected):
    run(job_of(video, step=step), video / "run")
    masklets = open_masklets(video / "run/masklets.jsonl")
    assert list(masklets.frame_indices) == list(expected)
    assert [masklets.frame_name(index) for index in masklets.frame_indices] == [f"{i:05d}" for i in expected]
    assert {path.stem for path in (video / "run/labels").glob("*.png")} == {f"{i:05d}" for i in expected}
    assert (video / "run/overlay.mp4").is_file()
    assert read_masklets(video / "run").frame_indices == tuple(expected)


def test_seconds_need_a_rate(video):
    with pytest.raises(MaskletError, match="of whose rate nothing is known, got 1s"):
        run(job_of(video, step="1s"), video / "run")


def test_a_finished_run_is_not_done_again_and_an_own_one_is_replaced(video):
    record = run(job_of(video), video / "run", overlay=False)
    (video / "run/labels/00003.png").unlink()
    assert run(job_of(video), video / "run", overlay=False, resume=True) == record
    assert (video / "run/labels/00003.png").is_file()
    with pytest.raises(MaskletError, match="others for step"):
        run(job_of(video, step="2"), video / "run", overlay=False, resume=True)
    run(job_of(video, step="2"), video / "run", overlay=False, overwrite=True)
    assert len(list((video / "run/labels").glob("*.png"))) == 4
    assert json.loads((video / "run/run.json").read_text())["status"] == "done"


class Semantic:
    label_space = SPACE

    def label(self, frame):
        return labels_of(frame.image_HW3)


def test_a_model_labels_the_first_frame(video, monkeypatch):
    monkeypatch.setattr("masklet.pipelines.carried_labels.load_semantic", lambda name, **options: Semantic())
    monkeypatch.setattr("masklet.pipelines.carried_labels.weights_rows", lambda models: [{"name": models[0][0]}])
    record = run(job_of(video, labels=None, semantic="made-up"), video / "run", overlay=False)
    assert record["label_weights"] == [{"name": "made-up"}]
    run(job_of(video), video / "other", overlay=False)
    for path in (video / "run/labels").iterdir():
        assert path.read_bytes() == (video / "other/labels" / path.name).read_bytes()


@pytest.fixture
def flower(tmp_path):
    """A green thing that is there in frames 0-3 and 8-11, and a speck of its colour in frame 6."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for index in range(12):
        there = [(GREEN, 20 + index, 10, 40 + index, 30)] if index < 4 or index >= 8 else []
        speck = [(GREEN, 3, 3, 5, 5)] if index == 6 else []
        Image.fromarray(paint([*there, *speck])).save(folder / f"{index:05d}.png")
    return folder


def test_a_crude_box_leaves_and_returns(flower, tmp_path):
    box = Box(0, 1, (17, 8, 41, 32))
    record = run(CarryJob(source=str(flower), boxes={"flower": box}), tmp_path / "run", overlay=False)
    (row,) = record["carried"]
    assert (row["name"], [span["frames"] for span in row["seen"]]) == ("flower", [[0, 3], [8, 11]])
    assert [(span["frames"], span["seconds"]) for span in row["gone"]] == [([4, 7], [0.16, 0.28])]
    first = open_masklets(tmp_path / "run/masklets.jsonl").frame(0)
    assert first.labels_N == ("flower",)
    assert not (tmp_path / "run/labels").exists()


def test_the_first_mask_of_a_box_is_all_of_it():
    labels = FirstLabels(label_space("boxes", [("flower", (0, 0, 0))]), Frame(0, 0.0, scene(0)), None, True)
    (prompt,) = labels.of_boxes({"flower": Box(3, 1, (17, 8, 41, 32))}).values()
    assert (prompt.frame_index, prompt.object_id, prompt.mask_HW.sum()) == (3, 1, 24 * 24)


def test_a_box_beside_labels_is_a_class_of_its_own(video):
    run(job_of(video, boxes={"door": Box(0, 1, (8, 32, 12, 40))}), video / "run", overlay=False)
    space = read_label_space(video / "run/labels/label_space.json")
    assert space.names == ("ground", "sky", "car", "door")
    labels_HW = read_label_png(video / "run/labels/00000.png")
    assert (labels_HW[32:40, 8:12] == 3).all()
    assert (labels_HW == 3).sum() == 8 * 4


@pytest.mark.parametrize("enlarged", [1, 2], ids=["of its size", "larger"])
def test_labels_of_another_video_are_carried_into_this_one(video, enlarged):
    other_HW3 = paint([(BLUE, 0, 0, 80, 30), (RED, 50, 35, 70, 58)]).repeat(enlarged, 0).repeat(enlarged, 1)
    Image.fromarray(other_HW3).save(video / "other.png")
    labels_HW = np.select([(other_HW3 == colour).all(axis=2) for colour in (GROUND, BLUE, RED)], [0, 1, 2])
    write_class_png(video / "other_labels.png", labels_HW.astype(np.uint8), SPACE)
    job = job_of(video, labels=video / "other_labels.png", picture=video / "other.png")
    record = run(job, video / "run", overlay=False)
    for index in (0, 6):
        found_HW, seen_HW = read_label_png(video / f"run/labels/{index:05d}.png"), labels_of(scene(index))
        assert (found_HW == seen_HW)[seen_HW != VOID].all()
    assert record["frames"] == 7
    with pytest.raises(MaskletError, match="others for more"):
        run(job_of(video), video / "run", overlay=False, resume=True)


def test_a_class_that_the_video_lacks_is_never_seen(video):
    other_HW3 = paint([(GREEN, 0, 0, 80, 30)])
    Image.fromarray(other_HW3).save(video / "other.png")
    write_class_png(video / "other_labels.png", np.uint8(2) * (other_HW3 == GREEN).all(axis=2), SPACE)
    job = job_of(video, labels=video / "other_labels.png", picture=video / "other.png")
    rows = {row["name"]: row for row in run(job, video / "run", overlay=False)["carried"]}
    assert (rows["car"]["seen"], rows["car"]["gone"]) == ([], [])
    assert rows["ground"]["seen"]


def test_stays_begin_when_an_object_is_first_seen(video):
    run(job_of(video), video / "run", overlay=False)
    masklets = open_masklets(video / "run/masklets.jsonl")
    (stay,) = stays_of(masklets.masklet(3), masklets.frame_indices)
    assert (stay.first_frame, stay.last_frame, stay.frames, stay.is_seen) == (0, 6, 7, True)
    assert stays_of(masklets.masklet(3), []) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(
            {"labels": None}, "labels of the first frame, a model that makes them, or a box", id="nothing"
        ),
        pytest.param({"semantic": "made-up"}, "got both", id="labels twice"),
        pytest.param({"step": "0"}, "30 .frames. or 1s", id="no step"),
        pytest.param(
            {"boxes": {"a": Box(2, 1, (1, 1, 5, 5))}, "step": "3"},
            "0, 3, 6 and so on, got frame 2",
            id="a box between",
        ),
        pytest.param({"boxes": {"a": Box(0, 1, (1, 1, 500, 5))}}, "the box of a: .*80x60", id="a box outside"),
        pytest.param({"boxes": {"car": Box(0, 1, (1, 1, 5, 5))}}, "car.* twice", id="a box named as a class"),
        pytest.param(
            {"labels": "small.png"}, "80x60 pixels as the video has, got 4x4", id="labels of another size"
        ),
        pytest.param({"labels": "strange.png"}, "labels 0 to 2 of painted", id="a value that means nothing"),
        pytest.param({"labels": "void.png"}, "at least one class", id="void alone"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(video, change, says):
    for name, value, size_HW in (("small", 0, (4, 4)), ("strange", 9, SIZE), ("void", VOID, SIZE)):
        write_label_png(video / f"{name}.png", np.full(size_HW, value))
    if isinstance(change.get("labels"), str):
        change = {**change, "labels": video / change["labels"]}
    with pytest.raises(MaskletError, match=says) as caught:
        run(job_of(video, **change), video / "run", overlay=False)
    assert "\n" not in str(caught.value)
    assert not (video / "run").exists()


class Sharing:
    """A session that shares its pixels: the first object has them all a little, the second the right half more."""

    def shares(self):
        share_NHW = np.zeros((2, 2, 4), np.float32)
        share_NHW[0], share_NHW[1, :, 2:] = 0.1, 0.2
        return share_NHW


def masks_of(masks_NHW):
    return FrameMasks(5, (4, 9), np.array(masks_NHW, bool), np.array([0.5, 0.5]))


def test_shares_say_whose_an_unclaimed_pixel_is():
    masks = masks_of([[[1, 0, 0, 0], [0, 0, 0, 0]], [[0, 0, 0, 1], [0, 0, 0, 0]]])
    found = every_pixel(masks, (), Sharing())
    assert found.label_map().tolist() == [[4, 4, 9, 9]] * 2
    assert found.scores_N == pytest.approx([1.0, 2 / 3])


def test_a_prompted_mask_keeps_its_pixels():
    prompt = MaskPrompt(5, 4, np.array([[0, 0, 0, 1], [0, 0, 0, 0]], bool))
    found = every_pixel(masks_of([[[0, 0, 0, 1], [0] * 4], [[0] * 4, [0, 0, 0, 1]]]), [prompt], Sharing())
    assert found.label_map().tolist() == [[4, 4, 9, 4], [4, 4, 9, 9]]


def test_without_shares_the_nearest_object_has_a_pixel():
    masks = masks_of([[[1, 0, 0, 0], [1, 0, 0, 0]], [[0, 0, 0, 1], [0, 0, 0, 1]]])
    found = every_pixel(masks, (), PaintedTracker().start())
    assert found.label_map().tolist() == [[4, 4, 9, 9]] * 2
    assert found.scores_N.tolist() == [0.5, 0.5]


def test_where_nothing_is_seen_nothing_is_said():
    nothing = masks_of(np.zeros((2, 2, 4)))
    assert every_pixel(nothing, (), Sharing()) is nothing
    assert nearest_owner(np.zeros((2, 3), int)).tolist() == [[0] * 3] * 2
